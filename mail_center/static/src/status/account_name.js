import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const SOON_DAYS = 14;

/** The name of an account and, below it, what somebody has to look at. */
export class AccountNameField extends Component {
    static template = "mail_center.AccountName";
    static props = { ...standardFieldProps };

    get data() {
        return this.props.record.data;
    }

    get problem() {
        const { problem, sync_failures: failures } = this.data;
        if (!problem) {
            return "";
        }
        return failures > 1 ? _t("%(times)s× %(problem)s", { times: failures, problem }) : problem;
    }

    get expiry() {
        const { expiry_text: text, expiry_days: days } = this.data;
        return text && days < SOON_DAYS ? text : "";
    }
}

registry.category("fields").add("mail_center_account_name", {
    component: AccountNameField,
    supportedTypes: ["char"],
    fieldDependencies: [
        { name: "problem", type: "char" },
        { name: "sync_failures", type: "integer" },
        { name: "expiry_text", type: "char" },
        { name: "expiry_days", type: "integer" },
    ],
});
