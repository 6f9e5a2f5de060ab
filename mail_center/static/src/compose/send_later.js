import { Component, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { serializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;
const FORMAT = "yyyy-MM-dd'T'HH:mm";

/** The part of the send button that sends at another time. */
export class SendLater extends Component {
    static template = "mail_center.SendLater";
    static components = { Dropdown, DropdownItem };
    static props = { id: String, disabled: Boolean, send: Function };

    setup() {
        this.state = useState({ custom: "" });
    }

    beforeOpen() {
        const now = DateTime.local();
        const at = (day, hour) => day.set({ hour, minute: 0, second: 0, millisecond: 0 });
        const monday = now.plus({ days: 8 - now.weekday });
        this.presets = [
            { label: _t("In one hour"), when: now.plus({ hours: 1 }).startOf("minute") },
            { label: _t("This evening"), when: at(now, 18) },
            { label: _t("Tomorrow morning"), when: at(now.plus({ days: 1 }), 8) },
            { label: _t("Monday morning"), when: at(monday, 8) },
        ].filter(({ when }) => when > now.plus({ minutes: 5 }));
        this.min = now.toFormat(FORMAT);
        this.state.custom = at(now.plus({ days: 1 }), 12).toFormat(FORMAT);
    }

    shown(when) {
        return toLocaleDateTimeString(when, { showSeconds: false });
    }

    send(when) {
        this.props.send(serializeDateTime(when));
    }

    sendCustom() {
        const when = DateTime.fromFormat(this.state.custom, FORMAT);
        if (when.isValid) {
            this.send(when);
        }
    }
}
