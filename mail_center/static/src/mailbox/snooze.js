import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { formatDateTime, deserializeDateTime, serializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

const { DateTime } = luxon;
const MORNING = { hour: 8, minute: 0, second: 0, millisecond: 0 };

/** Times that people put mail off to, each in the time zone of the reader. */
export function usualTimes(now = DateTime.local()) {
    const evening = now.set({ ...MORNING, hour: 18 });
    return [
        ...(evening.diff(now, "hours").hours >= 1 ? [{ name: _t("This evening"), at: evening }] : []),
        { name: _t("Tomorrow"), at: now.plus({ days: 1 }).set(MORNING) },
        { name: _t("Next Monday"), at: now.plus({ days: 8 - now.weekday }).set(MORNING) },
        { name: _t("In a week"), at: now.plus({ days: 7 }).set(MORNING) },
        { name: _t("In a month"), at: now.plus({ months: 1 }).set(MORNING) },
    ];
}

/** Another time, and whether the conversation leaves the inbox until then. */
export class SnoozeDialog extends Component {
    static template = "mail_center.SnoozeDialog";
    static components = { Dialog };
    static props = { choose: Function, close: Function };

    setup() {
        const at = DateTime.local().plus({ days: 1 }).set(MORNING);
        this.state = useState({ at: at.toFormat("yyyy-MM-dd'T'HH:mm"), hide: true });
    }

    get at() {
        const at = DateTime.fromISO(this.state.at);
        return at.isValid && at > DateTime.local() ? at : null;
    }

    async save() {
        await this.props.choose(this.at, this.state.hide);
        this.props.close();
    }
}

/** *Snooze*: out of the inbox until later, with a reminder. */
export class Snooze extends Component {
    static template = "mail_center.Snooze";
    static components = { Dropdown, DropdownItem };
    static props = { until: { type: [String, Boolean] }, snooze: Function, unsnooze: Function };

    setup() {
        this.dialog = useService("dialog");
    }

    get label() {
        return this.props.until
            ? _t("Until %s", formatDateTime(deserializeDateTime(this.props.until), { format: "d LLL HH:mm" }))
            : _t("Snooze");
    }

    get times() {
        return usualTimes().map((time) => ({
            ...time,
            when: formatDateTime(time.at, { format: "ccc d LLL, HH:mm" }),
        }));
    }

    take(at, hide = true) {
        return this.props.snooze(serializeDateTime(at), hide);
    }

    other() {
        this.dialog.add(SnoozeDialog, { choose: (at, hide) => this.take(at, hide) });
    }
}
