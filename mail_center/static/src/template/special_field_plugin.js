import { Plugin } from "@html_editor/plugin";
import { isHtmlContentSupported } from "@html_editor/core/selection_plugin";
import { parseHTML } from "@html_editor/utils/html";
import { withSequence } from "@html_editor/utils/resource";
import { _t } from "@web/core/l10n/translation";

/**
 * “Special field” in the menu of “/”, beside an empty line and in the toolbar. What is chosen
 * is written at the cursor.
 */
export class SpecialFieldPlugin extends Plugin {
    static id = "mailCenterSpecialField";
    static dependencies = ["dom", "history", "selection"];
    static shared = ["openSpecialFields"];
    resources = {
        user_commands: [
            {
                id: "mailCenterSpecialField",
                title: _t("Special field"),
                description: _t("Insert a value of the document or the recipient"),
                icon: "fa-magic",
                run: this.openSpecialFields.bind(this),
                isAvailable: isHtmlContentSupported,
            },
        ],
        powerbox_categories: withSequence(5, {
            id: "mail_center",
            name: _t("Email template"),
        }),
        powerbox_items: { categoryId: "mail_center", commandId: "mailCenterSpecialField" },
        power_buttons: withSequence(1, { commandId: "mailCenterSpecialField" }),
        toolbar_groups: withSequence(60, { id: "mail_center" }),
        toolbar_items: {
            id: "mailCenterSpecialField",
            groupId: "mail_center",
            commandId: "mailCenterSpecialField",
        },
    };

    openSpecialFields() {
        this.config.openSpecialFields({
            blocks: true,
            onPick: (content) => this.insert(content),
            onClose: () => this.dependencies.selection.focusEditable(),
        });
    }

    insert({ text, html }) {
        this.dependencies.selection.focusEditable();
        this.dependencies.dom.insert(html ? parseHTML(this.document, html) : text);
        this.dependencies.history.addStep();
    }
}
