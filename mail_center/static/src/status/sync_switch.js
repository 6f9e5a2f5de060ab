import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The two arrows that switch the synchronisation of an account on and off, at once. */
export class SyncSwitch extends Component {
    static template = "mail_center.SyncSwitch";
    static props = { ...standardFieldProps };

    get isOn() {
        return Boolean(this.props.record.data[this.props.name]);
    }

    get isBusy() {
        return this.isOn && this.props.record.data.status === "syncing";
    }

    get title() {
        return this.isOn
            ? _t("Synchronisation is on. Click to pause it.")
            : _t("Synchronisation is off. Click to switch it on.");
    }

    async toggle() {
        await this.props.record.update({ [this.props.name]: !this.isOn }, { save: true });
    }
}

registry.category("fields").add("mail_center_sync_switch", {
    component: SyncSwitch,
    supportedTypes: ["boolean"],
    isEmpty: () => false,
    fieldDependencies: [{ name: "status", type: "selection" }],
    extractProps: (info, dynamicInfo) => ({ readonly: dynamicInfo.readonly }),
});
