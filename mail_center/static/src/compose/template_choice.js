import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";

import { isEdited, placeTemplate, templateBlock } from "./body";

/** The template that is chosen in the window `win` comes into its mail. */
export function useTemplates(win) {
    function insertTemplate() {
        const block = templateBlock(win.editor.editable);
        if (!block || !isEdited(block)) {
            return replaceTemplate();
        }
        win.dialog.add(ConfirmationDialog, {
            title: _t("Replace what you changed?"),
            body: _t(
                "You have changed the text of the template that is in the mail. The other template takes its place; what you wrote outside of it stays."
            ),
            confirmLabel: _t("Replace"),
            confirm: () => replaceTemplate(),
            cancelLabel: _t("Keep my text"),
            cancel: () => {},
        });
    }

    /** A report takes seconds to print: the mail does not leave, or show, without it meanwhile. */
    function replaceTemplate() {
        const inserted = fetchTemplate();
        win.onTyping(inserted);
        return inserted;
    }

    async function fetchTemplate() {
        await win.saving.flush();
        const answer = await win.orm.call("mail.center.draft", "insert_template", [
            [win.draft.id],
            win.state.templateId,
        ]);
        Object.assign(win.draft, {
            template_id: win.state.templateId,
            files: answer.files,
            version: answer.version,
            touched: true,
        });
        if (answer.subject) {
            win.draft.subject = answer.subject;
        }
        if (answer.type_id && answer.type_id !== win.draft.type_id) {
            win.draft.type_id = answer.type_id;
            win.changed("type_id");
        }
        placeTemplate(win.editor.editable, answer.html);
        win.editor.shared.history.addStep();
        win.changed("body_html");
        for (const warning of answer.warnings) {
            win.notification.add(warning, { type: "warning" });
        }
    }

    return { insertTemplate };
}
