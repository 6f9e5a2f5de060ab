import { Component, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { _t } from "@web/core/l10n/translation";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

import { MailBody } from "../mail_body";
import { MailFiles } from "../mail_files";

class MailBodyField extends Component {
    static template = xml`<MailBody t-if="props.record.resId" messageId="props.record.resId" remote="props.record.data.remote_count" trackers="props.record.data.tracker_count" t-key="props.record.resId"/>`;
    static components = { MailBody };
    static props = { ...standardFieldProps };
}

registry.category("fields").add("mail_center_body", {
    component: MailBodyField,
    supportedTypes: ["html"],
    // The frame fetches the body itself: it does not have to come with the record.
    fieldDependencies: [
        { name: "remote_count", type: "integer" },
        { name: "tracker_count", type: "integer" },
    ],
});

class MailFilesField extends Component {
    static template = xml`<MailFiles messageId="props.record.resId" files="files"/>`;
    static components = { MailFiles };
    static props = { ...standardFieldProps };

    get files() {
        return this.props.record.data[this.props.name].records.map((record) => ({
            id: record.resId,
            name: record.data.name,
            size: record.data.file_size,
            warning: record.data.mail_center_warning,
            mimetype: record.data.mimetype,
        }));
    }
}

registry.category("fields").add("mail_center_files", {
    component: MailFilesField,
    supportedTypes: ["many2many"],
    relatedFields: [
        { name: "name", type: "char" },
        { name: "file_size", type: "integer" },
        { name: "mail_center_warning", type: "char" },
        { name: "mimetype", type: "char" },
    ],
});

class MailDirectionField extends Component {
    static template = xml`<i class="fa text-muted" t-att-class="outgoing ? 'fa-share' : 'fa-inbox'" t-att-title="title" role="img" t-att-aria-label="title"/>`;
    static props = { ...standardFieldProps };

    get outgoing() {
        return this.props.record.data[this.props.name] === "out";
    }

    get title() {
        return this.outgoing ? _t("Outgoing") : _t("Incoming");
    }
}

registry.category("fields").add("mail_center_direction", {
    component: MailDirectionField,
    supportedTypes: ["selection"],
});
