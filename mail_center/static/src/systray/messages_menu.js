import { useDiscussSystray } from "@mail/utils/common/hooks";
import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { useDropdownState } from "@web/core/dropdown/dropdown_hooks";
import { deserializeDateTime, formatDate, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { session } from "@web/session";

/** The *Messages* icon: how many emails are unread, the latest of them, and a new one. */
export class MessagesMenu extends Component {
    static template = "mail_center.MessagesMenu";
    static components = { Dropdown };
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.compose = useService("mail_center.compose");
        this.bus = useService("bus_service");
        this.systray = useDiscussSystray();
        this.dropdown = useDropdownState();
        this.state = useState({ unread: 0, latest: [], drafts: 0, scheduled: 0, trouble: 0 });
        const changed = useDebounced(() => this.load(), 1000);
        this.bus.subscribe("mail_center/changed", changed);
        this.bus.subscribe("mail_center/notice", changed);
        onWillUnmount(() => {
            this.bus.unsubscribe("mail_center/changed", changed);
            this.bus.unsubscribe("mail_center/notice", changed);
        });
        onWillStart(() => {
            this.load();
        });
    }

    async load() {
        try {
            const found = await this.orm.silent.call("mail.center.message", "menu", []);
            Object.assign(this.state, found);
        } catch {
            // Without connection the icon keeps what it showed.
        }
    }

    get counter() {
        return this.state.unread > 99 ? "99+" : this.state.unread;
    }

    get label() {
        return this.state.unread ? _t("Messages: %s unread", this.counter) : _t("Messages");
    }

    avatar(message) {
        return message.partner_id
            ? `/web/image/res.partner/${message.partner_id}/avatar_128`
            : "";
    }

    who(message) {
        return message.sender.replace(/\s*<[^>]*>$/, "").replace(/^"|"$/g, "");
    }

    when(message) {
        const date = deserializeDateTime(message.date);
        const today = date.hasSame(luxon.DateTime.local(), "day");
        return today ? formatDateTime(date, { format: "HH:mm" }) : formatDate(date);
    }

    write() {
        this.dropdown.close();
        return this.compose.open();
    }

    open(message) {
        this.dropdown.close();
        this.action.doAction("mail_center.mail_center_mailbox_action", {
            clearBreadcrumbs: true,
            props: { resId: message.id },
        });
    }

    show(action, filter) {
        this.dropdown.close();
        this.action.doAction(action, {
            clearBreadcrumbs: true,
            additionalContext: filter ? { [`search_default_${filter}`]: 1 } : {},
        });
    }
}

if (session.mail_center) {
    registry
        .category("systray")
        .add("mail_center.messages", { Component: MessagesMenu }, { sequence: 22 });
}
