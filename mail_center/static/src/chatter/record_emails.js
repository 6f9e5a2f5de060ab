import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    onWillUpdateProps,
    useState,
} from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";

import { MailBody } from "../mail_body";
import { MailFiles } from "../mail_files";
import { recordKey } from "../mailbox/place";

const STATE_CLASSES = {
    sent: "text-bg-success",
    queued: "text-bg-info",
    sending: "text-bg-info",
    deferred: "text-bg-warning",
    partly_sent: "text-bg-warning",
    uncertain: "text-bg-warning",
    failed: "text-bg-danger",
    cancelled: "text-bg-secondary",
};

/** The emails of one record, in its chatter; kept up to date while it is open. */
export class RecordEmails extends Component {
    static template = "mail_center.RecordEmails";
    static components = { MailBody, MailFiles };
    static props = { resModel: String, resId: Number };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.bus = useService("bus_service");
        this.keepLast = new KeepLast();
        this.state = useState({ emails: [], count: 0, open: true, expanded: {}, limit: 50 });
        const onChanged = (payload) => {
            const { resModel, resId } = this.props;
            if (payload.records.some(([model, id]) => model === resModel && id === resId)) {
                this.load();
            }
        };
        onMounted(() => this.bus.subscribe("mail_center/changed", onChanged));
        onWillUnmount(() => this.bus.unsubscribe("mail_center/changed", onChanged));
        onWillStart(() => this.load());
        onWillUpdateProps((next) => {
            if (next.resId !== this.props.resId || next.resModel !== this.props.resModel) {
                this.state.expanded = {};
                this.state.limit = 50;
                return this.load(next);
            }
        });
    }

    async load(props = this.props) {
        const result = await this.keepLast.add(
            this.orm.silent.call("mail.center.link", "record_emails", [
                props.resModel,
                props.resId,
                this.state.limit,
            ])
        );
        Object.assign(this.state, { emails: result.emails, count: result.count });
    }

    when(email) {
        return toLocaleDateTimeString(deserializeDateTime(email.date), { showSeconds: false });
    }

    who(email) {
        return email.direction === "out" ? _t("To: %s", email.to) : email.sender;
    }

    stateClass(email) {
        return STATE_CLASSES[email.state] || "text-bg-secondary";
    }

    /** What a click does on a row that is no button, Enter and the space bar do too. */
    onKeydown(ev, callback) {
        if (ev.target === ev.currentTarget && ["Enter", " "].includes(ev.key)) {
            ev.preventDefault();
            callback.call(this);
        }
    }

    toggleAll() {
        this.state.open = !this.state.open;
    }

    toggle(email) {
        this.state.expanded[email.id] = !this.state.expanded[email.id];
    }

    showMore() {
        this.state.limit += 100;
        return this.load();
    }

    async act(email, method) {
        const action = await this.orm.call("mail.center.message", method, [[email.id]]);
        this.action.doAction(action);
    }

    openEmail(email) {
        const { resModel, resId } = this.props;
        this.action.doAction("mail_center.mail_center_mailbox_action", {
            additionalContext: { mail_center_place: recordKey(resModel, resId) },
            props: { resId: email.id },
        });
    }
}
