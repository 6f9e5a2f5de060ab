import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";
import { ListController } from "@web/views/list/list_controller";
import { session } from "@web/session";

const { models = [], can_send: canSend } = session.mail_center || {};

/** The selected records of a list, each with a mail of its own. */
patch(ListController.prototype, {
    getStaticActionMenuItems() {
        const items = super.getStaticActionMenuItems();
        items.mailCenter = {
            isAvailable: () => models.includes(this.props.resModel) && this.hasSelectedRecords,
            sequence: 5,
            icon: "fa fa-envelope-o",
            description: _t("Email"),
            callback: async () => {
                const ids = await this.model.root.getResIds(true);
                await this.env.services["mail_center.compose"].openEach(this.props.resModel, ids);
            },
        };
        return items;
    },
});

/** A mailto: link opens the window instead of another program. */
const mailtoService = {
    dependencies: ["mail_center.compose"],
    start(_env, { "mail_center.compose": compose }) {
        browser.addEventListener("click", (ev) => {
            const link = ev.target.closest?.("a[href^='mailto:']");
            const modified = ev.button || ev.ctrlKey || ev.metaKey || ev.shiftKey || ev.altKey;
            if (!link || modified || ev.defaultPrevented || link.isContentEditable) {
                return;
            }
            ev.preventDefault();
            compose.open({ mailto: link.getAttribute("href") });
        });
    },
};

if (canSend) {
    registry.category("services").add("mail_center.mailto", mailtoService);
}
