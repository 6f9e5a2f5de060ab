import { useEffect, useRef } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { CharField, charField } from "@web/views/fields/char/char_field";
import {
    HtmlMailField,
    htmlMailField,
} from "@mail/views/web/fields/html_mail_field/html_mail_field";

import { SpecialFieldDialog } from "./special_field_dialog";
import { SpecialFieldPlugin } from "./special_field_plugin";
import { useTemplateDesk } from "./template_desk";

/** A function that opens the picker with the values that the desk shows. */
function useSpecialFields(desk) {
    const dialog = useService("dialog");
    return async ({ blocks, onPick, onClose }) => {
        // A document chosen just now is still on its way through the server.
        await desk.record?.model.mutex.getUnlockedDef();
        dialog.add(
            SpecialFieldDialog,
            {
                model: desk.model,
                resId: desk.wanted.res_id || desk.result?.res_id || false,
                partnerId: desk.wanted.partner_id || false,
                blocks,
                onPick,
                onRecord: (resId) => desk.want({ res_id: resId, partner_id: false }),
            },
            { onClose }
        );
    };
}

export class TemplateSubjectField extends CharField {
    static template = "mail_center.TemplateSubjectField";

    setup() {
        super.setup();
        this.desk = useTemplateDesk(this.props.record);
        this.openPicker = useSpecialFields(this.desk);
        useEffect(
            (input) => {
                const typed = () => {
                    this.typed = input.value;
                    this.desk.type(this.props.name, input.value);
                };
                input?.addEventListener("input", typed);
                return () => input?.removeEventListener("input", typed);
            },
            () => [this.input.el]
        );
    }

    onSpecialField() {
        this.openPicker({ blocks: false, onPick: ({ text }) => this.insert(text) });
    }

    insert(text) {
        const input = this.input.el;
        input.focus();
        const at = Math.min(this.selectionStart, input.value.length);
        // Leaving the field has trimmed it: give back the space that stood before the cursor.
        const trimmed = at === input.value.length && this.typed?.trim() === input.value;
        const gap = trimmed ? this.typed.slice(this.typed.trimEnd().length) : "";
        input.setRangeText(gap + text, at, at, "end");
        this.selectionStart = input.selectionStart;
        // Tell Odoo's field and the preview.
        input.dispatchEvent(new InputEvent("input", { bubbles: true }));
        input.dispatchEvent(new Event("change", { bubbles: true }));
    }
}

registry.category("fields").add("mail_center_template_subject", {
    ...charField,
    component: TemplateSubjectField,
    additionalClasses: ["o_field_char"],
});

export class TemplateBodyField extends HtmlMailField {
    static template = "mail_center.TemplateBodyField";

    setup() {
        super.setup();
        this.root = useRef("root");
        this.desk = useTemplateDesk(this.props.record);
        this.openPicker = useSpecialFields(this.desk);
    }

    getConfig() {
        const config = super.getConfig();
        config.Plugins = [...config.Plugins, SpecialFieldPlugin];
        config.openSpecialFields = this.openPicker;
        return config;
    }

    onChange() {
        super.onChange();
        if (!this.state.showCodeView && this.editor?.editable) {
            this.desk.type(this.props.name, this.editor.getContent());
        }
    }

    onSpecialField() {
        this.editor.shared.mailCenterSpecialField.openSpecialFields();
    }
}

registry.category("fields").add("mail_center_template_body", {
    ...htmlMailField,
    component: TemplateBodyField,
});
