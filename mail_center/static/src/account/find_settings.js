import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { postLines } from "../probe/stream";

/** Looks for the servers of the address in the network, on request, and fills in what is empty. */
export class FindSettings extends Component {
    static template = "mail_center.FindSettings";
    static props = { ...standardWidgetProps };

    setup() {
        this.state = useState({ busy: false, answer: null, email: "" });
    }

    get explanation() {
        return _t(
            "Asks %s for its mail servers and fills in what is empty.",
            this.props.record.data.domain_name
        );
    }

    get answer() {
        // What was found for another address is of no use any more.
        return this.state.email === this.props.record.data.email ? this.state.answer : null;
    }

    async find() {
        const { record } = this.props;
        this.state.busy = true;
        try {
            const email = record.data.email;
            let answer = null;
            for await (const line of postLines("/mail_center/account/find", { email })) {
                answer = line;
            }
            if (answer?.settings && record.data.email === email) {
                await record.update({ found_settings: JSON.stringify(answer.settings) });
            }
            Object.assign(this.state, { answer, email });
        } catch {
            this.state.answer = {
                ok: false,
                message: _t("The search could not be made. Try again in a moment."),
            };
            this.state.email = record.data.email;
        } finally {
            this.state.busy = false;
        }
    }
}

registry.category("view_widgets").add("mail_center_find_settings", {
    component: FindSettings,
    fieldDependencies: [
        { name: "email", type: "char" },
        { name: "domain_name", type: "char" },
        { name: "found_settings", type: "char", readonly: false },
    ],
});
