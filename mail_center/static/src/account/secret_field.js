import { Component, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useInputField } from "@web/views/fields/input_field_hook";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A password that can be typed but is never shown: only whether one is set. */
export class SecretField extends Component {
    static template = "mail_center.SecretField";
    static props = {
        ...standardFieldProps,
        setField: String,
        placeholder: { type: String, optional: true },
    };

    setup() {
        this.input = useRef("input");
        this.state = useState({ visible: false });
        useInputField({
            getValue: () => this.props.record.data[this.props.name] || "",
            refName: "input",
        });
    }

    get isSet() {
        return this.props.record.data[this.props.setField];
    }

    get typed() {
        return Boolean(this.props.record.data[this.props.name]);
    }

    get placeholder() {
        return this.isSet ? _t("Type to change it") : this.props.placeholder || "";
    }

    get toggleLabel() {
        return this.state.visible ? _t("Hide what I type") : _t("Show what I type");
    }

    get badge() {
        if (this.typed) {
            return { label: _t("set when you save"), class: "text-bg-info" };
        }
        return this.isSet
            ? { label: _t("set"), class: "text-bg-success" }
            : { label: _t("not set"), class: "text-bg-secondary" };
    }
}

registry.category("fields").add("mail_center_secret", {
    component: SecretField,
    supportedTypes: ["char"],
    fieldDependencies: ({ options }) => [{ name: options.set_field, type: "boolean" }],
    extractProps: ({ options, placeholder }) => ({
        setField: options.set_field,
        placeholder,
    }),
});
