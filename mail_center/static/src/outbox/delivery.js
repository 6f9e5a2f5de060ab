import { Component, onWillUpdateProps, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/** How a mail that was written here stands: in words, recipient by recipient, and what can be done. */
export class Delivery extends Component {
    static template = "mail_center.Delivery";
    static props = { delivery: Object };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.state = useState({ delivery: this.props.delivery, busy: false });
        onWillUpdateProps((next) => {
            this.state.delivery = next.delivery;
        });
    }

    get delivery() {
        return this.state.delivery;
    }

    /** A mail that simply arrived, or leaves in a moment, needs no more words than its badge. */
    get isTold() {
        return !["sent", "sending"].includes(this.delivery.state) || this.delivery.situation;
    }

    get alertClass() {
        return (
            { failed: "alert-danger", queued: "alert-info", cancelled: "alert-secondary" }[
                this.delivery.state
            ] || "alert-warning"
        );
    }

    get names() {
        return {
            action_send_now: _t("Send now"),
            action_retry: _t("Retry now"),
            action_cancel: _t("Cancel"),
            action_arrived: _t("It arrived"),
            action_send_again: _t("Send again"),
            action_edit_and_resend: _t("Edit and resend"),
            action_done_with: _t("Done with it"),
        };
    }

    run(name) {
        if (name !== "action_send_again") {
            return this.perform(name);
        }
        this.dialog.add(ConfirmationDialog, {
            body: _t(
                "If the first one did arrive after all, the recipient gets the mail twice. Send it again?"
            ),
            confirm: () => this.perform(name),
            confirmLabel: _t("Send again"),
            cancel: () => {},
        });
    }

    async perform(name) {
        this.state.busy = true;
        try {
            const { id } = this.delivery;
            const next = await this.orm.call("mail.center.outbox", name, [[id]]);
            if (next && next !== true) {
                await this.action.doAction(next);
            }
            this.state.delivery = await this.orm.call("mail.center.outbox", "delivery", [[id]]);
        } finally {
            this.state.busy = false;
        }
    }
}
