import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import { registry } from "@web/core/registry";
import { formatFloat } from "@web/core/utils/numbers";
import { useService } from "@web/core/utils/hooks";

import { postLines } from "./stream";

const ICONS = {
    waiting: "fa-circle-o text-muted opacity-50",
    running: "fa-circle-o-notch fa-spin text-primary",
    good: "fa-check-circle text-success",
    warning: "fa-exclamation-triangle text-warning",
    failed: "fa-times-circle text-danger",
    skipped: "fa-circle-o text-muted opacity-50",
};

/** The connection test of one account, shown while it runs. */
export class ProbeDialog extends Component {
    static template = "mail_center.ProbeDialog";
    static components = { Dialog };
    static props = {
        accountId: Number,
        name: String,
        canFetch: { type: Boolean, optional: true },
        close: Function,
    };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ ladders: [], end: null, running: false });
        onWillStart(() => {
            this.run();
        });
        onWillUnmount(() => this.abort?.abort());
    }

    get title() {
        return _t("Connection test: %s", this.props.name);
    }

    async run() {
        this.abort = new AbortController();
        Object.assign(this.state, { ladders: [], end: null, running: true });
        try {
            const url = `/mail_center/account/${this.props.accountId}/test`;
            for await (const news of postLines(url, {}, this.abort.signal)) {
                this.take(news);
            }
        } catch (error) {
            if (error.name === "AbortError") {
                return;
            }
        }
        if (!this.state.end) {
            this.finish({
                ok: false,
                message: _t(
                    "The connection to Odoo broke before the test was over. Try again in a moment."
                ),
            });
        }
        this.state.running = false;
    }

    take(news) {
        if (news.type === "plan") {
            this.state.ladders = news.ladders.map((ladder) => ({
                ...ladder,
                steps: ladder.steps.map((step, index) => ({
                    ...step,
                    state: index ? "waiting" : "running",
                })),
            }));
        } else if (news.type === "step") {
            this.takeStep(news);
        } else {
            this.finish(news);
        }
    }

    takeStep(news) {
        const ladder = this.state.ladders.find((ladder) => ladder.protocol === news.protocol);
        const index = ladder.steps.findIndex((step) => step.name === news.name);
        const state = news.ok ? (news.warning ? "warning" : "good") : "failed";
        Object.assign(ladder.steps[index], news, { state });
        ladder.steps.slice(index + 1).forEach((step, distance) => {
            step.state = news.ok ? (distance ? "waiting" : "running") : "skipped";
        });
    }

    finish(end) {
        this.state.end = end;
        for (const step of this.state.ladders.flatMap((ladder) => ladder.steps)) {
            if (["waiting", "running"].includes(step.state)) {
                step.state = "skipped";
            }
        }
    }

    icon(step) {
        return ICONS[step.state];
    }

    stateLabel(step) {
        return {
            waiting: _t("Waiting"),
            running: _t("Running"),
            good: _t("Done"),
            warning: _t("Done, with a warning"),
            failed: _t("Failed"),
            skipped: _t("Not tried"),
        }[step.state];
    }

    get endClass() {
        const { ok, warning } = this.state.end;
        return ok ? (warning ? "alert-warning" : "alert-success") : "alert-danger";
    }

    get endIcon() {
        const { ok, warning } = this.state.end;
        return ok ? (warning ? "fa-exclamation-triangle" : "fa-check-circle") : "fa-times-circle";
    }

    stoppedAt(ladder) {
        return {
            imap: _t("Incoming mail (IMAP) stops here."),
            pop3: _t("Incoming mail (POP3) stops here."),
            smtp: _t("Outgoing mail (SMTP) stops here."),
        }[ladder.protocol];
    }

    seconds(step) {
        return _t("%s s", formatFloat(step.seconds, { digits: [16, 1] }));
    }

    async fetchNow() {
        const action = await this.orm.call("mail.center.account", "action_sync_now", [
            [this.props.accountId],
        ]);
        this.props.close();
        await this.action.doAction({ ...action, params: { ...action.params, next: undefined } });
    }
}

registry.category("actions").add("mail_center_test_connection", (env, action) => {
    const { account_id: accountId, name, can_fetch: canFetch } = action.params;
    env.services.dialog.add(ProbeDialog, { accountId, name, canFetch });
});
