import { Component, onWillUnmount, useState } from "@odoo/owl";
import { formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { duration } from "./duration";

const { DateTime } = luxon;
const TICK = 30_000;

/** When something was or will be, as people say it; the exact time when one points at it. */
export class AgoField extends Component {
    static template = "mail_center.AgoField";
    static props = { ...standardFieldProps, isPlan: { type: Boolean, optional: true } };

    setup() {
        this.state = useState({ now: DateTime.now() });
        const timer = setInterval(() => (this.state.now = DateTime.now()), TICK);
        onWillUnmount(() => clearInterval(timer));
    }

    get moment() {
        return this.props.record.data[this.props.name];
    }

    get exact() {
        return this.moment ? formatDateTime(this.moment) : "";
    }

    get text() {
        if (!this.moment) {
            return "";
        }
        const seconds = this.state.now.diff(this.moment, "seconds").seconds;
        // What is planned for a time that is over comes at once.
        if (Math.abs(seconds) < 5 || (this.props.isPlan && seconds > 0)) {
            return _t("now");
        }
        return seconds > 0
            ? _t("%s ago", duration(seconds))
            : _t("in %s", duration(-seconds));
    }
}

registry.category("fields").add("mail_center_ago", {
    component: AgoField,
    supportedTypes: ["datetime"],
    extractProps: ({ options }) => ({ isPlan: Boolean(options.plan) }),
});
