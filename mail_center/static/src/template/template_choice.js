import { Component, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { computeM2OProps, Many2One } from "@web/views/fields/many2one/many2one";
import {
    buildM2OFieldDescription,
    Many2OneField,
} from "@web/views/fields/many2one/many2one_field";

const ASKED = ["subject", "body_html", "template_digest", "template_subject", "mode"];

/** The template of a mail, and the button that inserts it. */
export class TemplateChoiceField extends Component {
    static template = "mail_center.TemplateChoiceField";
    static components = { Many2One };
    static props = { ...Many2OneField.props };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.state = useState({ busy: false });
    }

    get m2oProps() {
        return computeM2OProps(this.props);
    }

    get chosen() {
        return this.props.record.data[this.props.name];
    }

    async onInsert() {
        this.state.busy = true;
        try {
            const { record } = this.props;
            // The editor hands over what was typed last.
            await record.isDirty();
            const values = Object.fromEntries(
                ASKED.map((name) => [name, record.data[name]?.toString() || false])
            );
            const question = await this.orm.call("mail.center.compose", "template_conflict", [
                { ...values, template_id: this.chosen.id },
            ]);
            if (!question || (await this.confirm(question))) {
                await record.update({ insert_template: true });
            }
        } finally {
            this.state.busy = false;
        }
    }

    confirm(question) {
        return new Promise((resolve) => {
            this.dialog.add(
                ConfirmationDialog,
                {
                    title: _t("Replace what you have written?"),
                    body: question,
                    confirmLabel: _t("Replace"),
                    confirm: () => resolve(true),
                    cancelLabel: _t("Keep my text"),
                    cancel: () => resolve(false),
                },
                { onClose: () => resolve(false) }
            );
        });
    }
}

registry.category("fields").add("mail_center_template_choice", {
    ...buildM2OFieldDescription(TemplateChoiceField),
});
