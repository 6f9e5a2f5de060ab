import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Seconds as people say them, in the largest unit that fits. */
export function duration(seconds) {
    if (seconds < 90) {
        return _t("%s s", Math.round(seconds));
    }
    if (seconds < 5400) {
        return _t("%s min", Math.round(seconds / 60));
    }
    if (seconds < 129600) {
        return _t("%s h", Math.round(seconds / 3600));
    }
    return _t("%s days", Math.round(seconds / 86400));
}

/** A number of seconds; nothing when it is 0. */
export class DurationField extends Component {
    static template = "mail_center.DurationField";
    static props = { ...standardFieldProps };

    get text() {
        const seconds = this.props.record.data[this.props.name];
        return seconds ? duration(seconds) : "";
    }
}

registry.category("fields").add("mail_center_duration", {
    component: DurationField,
    supportedTypes: ["integer", "float"],
});
