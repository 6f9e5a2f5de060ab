import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatInteger } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { duration } from "./duration";

const CLASSES = {
    ok: "text-bg-success",
    legacy: "text-bg-success",
    syncing: "text-bg-info",
    late: "text-bg-warning",
    failing: "text-bg-danger",
    blocked: "text-bg-danger",
    paused: "text-bg-secondary",
    never: "text-bg-secondary",
};

// A worker that died tells nothing more: what the database knows counts again after so long.
const STALE = 120_000;

/** The state of an account; while it is being imported, how far that is. */
export class StatusPill extends Component {
    static template = "mail_center.StatusPill";
    static props = { ...standardFieldProps };

    setup() {
        this.live = useState(useService("mail_center.status").live);
    }

    get progress() {
        const { resId, data } = this.props.record;
        const status = data[this.props.name];
        const told = this.live[resId];
        const isFresh = told && Date.now() - told.at < STALE;
        if (isFresh && !["paused", "blocked"].includes(status)) {
            return told;
        }
        if (status === "syncing" && data.sync_total) {
            return { done: data.sync_done, total: data.sync_total };
        }
        return null;
    }

    get percent() {
        return Math.round((100 * this.progress.done) / this.progress.total);
    }

    get count() {
        const { done, total } = this.progress;
        return _t("%(done)s of %(total)s", { done: formatInteger(done), total: formatInteger(total) });
    }

    get speed() {
        const { rate, left } = this.progress;
        if (!rate) {
            return "";
        }
        const speed = rate < 10 ? rate : Math.round(rate);
        return left
            ? _t("%(speed)s a second, %(time)s left", { speed, time: duration(left) })
            : _t("%(speed)s a second", { speed });
    }

    get label() {
        const { record, name } = this.props;
        const choices = record.fields[name].selection;
        return choices.find(([value]) => value === record.data[name])?.[1] || "";
    }

    get cssClass() {
        return CLASSES[this.props.record.data[this.props.name]] || "text-bg-secondary";
    }
}

registry.category("fields").add("mail_center_status", {
    component: StatusPill,
    supportedTypes: ["selection"],
    isEmpty: () => false,
    fieldDependencies: [
        { name: "sync_done", type: "integer" },
        { name: "sync_total", type: "integer" },
    ],
});
