import { Component, onWillRender, onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { useTemplateDesk } from "./template_desk";

/** What keeps the template from being saved, while it is being typed. */
export class TemplateProblems extends Component {
    static template = "mail_center.TemplateProblems";
    static props = { ...standardWidgetProps };

    setup() {
        this.desk = useTemplateDesk(this.props.record);
    }

    get problems() {
        return this.desk.result?.problems || [];
    }

    place(problem) {
        return problem.field === "subject"
            ? _t("Subject")
            : _t("Text, line %s", problem.line);
    }
}

registry.category("view_widgets").add("mail_center_template_problems", {
    component: TemplateProblems,
});

/** The mail that would be written with the template, for a real record, as it is being typed. */
export class TemplatePreview extends Component {
    static template = "mail_center.TemplatePreview";
    static components = { RecordSelector };
    static props = { ...standardWidgetProps };

    setup() {
        this.desk = useTemplateDesk(this.props.record);
        this.action = useService("action");
        this.state = useState({ phone: false });
        useRecordObserver((record) => {
            // Touched here, so that their changes are noticed.
            void [record.data.subject, record.data.body_html, record.data.model, record.resId];
            this.desk.follow(record);
        });
        onWillUnmount(() => this.desk.leave());
        onWillRender(() => {
            this.result = this.desk.result;
        });
    }

    get languageName() {
        return this.result.languages.find(([code]) => code === this.result.lang)?.[1];
    }

    get missing() {
        return [
            {
                key: "unresolved",
                fields: this.result.unresolved,
                title: _t("Without access or unknown"),
                help: _t("You may not read these; someone else may."),
                class: "text-bg-danger",
            },
            {
                key: "empty",
                fields: this.result.empty,
                title: _t("Empty here"),
                help: _t("This record has no value for these."),
                class: "text-bg-warning",
            },
        ].filter((group) => group.fields.length);
    }

    onRecord(resId) {
        return this.desk.want({ res_id: resId, partner_id: false, lang: false });
    }

    onRecipient(partnerId) {
        return this.desk.want({ partner_id: partnerId, lang: false });
    }

    onLanguage(ev) {
        return this.desk.want({ lang: ev.target.value });
    }

    /** Edit the variant in the language shown: the same form, in that language. */
    async editVariant() {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "mail.center.template",
            res_id: record.resId,
            views: [[false, "form"]],
            // The user's own language would override "lang".
            context: { mail_center_template_lang: this.result.lang },
        });
    }
}

registry.category("view_widgets").add("mail_center_template_preview", {
    component: TemplatePreview,
});
