import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/** The first steps with the email center: what is done, and the way to what is next. */
export class Onboarding extends Component {
    static template = "mail_center.Onboarding";
    static props = { steps: Array, hide: Function };

    setup() {
        this.action = useService("action");
        this.compose = useService("mail_center.compose");
    }

    get steps() {
        const next = this.props.steps.find(([, done]) => !done)?.[0];
        return this.props.steps.map(([key, done], index) => ({
            key,
            done,
            number: index + 1,
            next: key === next,
            ...this.words[key],
        }));
    }

    get words() {
        return {
            connect: {
                title: _t("Connect your first mailbox"),
                text: _t("Type its address and password; the servers are found."),
                button: _t("Connect a mailbox"),
                guide: "user/first-mailbox",
            },
            fetch: {
                title: _t("See the mail come in"),
                text: _t("Test the connection; the newest mail is fetched first."),
                button: _t("Open the accounts"),
                guide: "user/trouble",
            },
            share: {
                title: _t("Let colleagues in"),
                text: _t("Say who may read, send and manage."),
                button: _t("Open the accounts"),
                guide: "user/share",
            },
            write: {
                title: _t("Write the first email"),
                text: _t("From here, or with the button Email on any record."),
                button: _t("Write new message"),
                guide: "user/write",
            },
        };
    }

    go(step) {
        if (step.key === "write") {
            return this.compose.open({});
        }
        const action = "mail_center.mail_center_account_action";
        return this.action.doAction(action, step.key === "connect" ? { viewType: "form" } : {});
    }
}
