import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** The address of a page of the guides, and of the place on it. */
export function guideUrl(page, section) {
    const url = `/mail_center/static/guide/${page}.html`;
    return section ? `${url}#${encodeURIComponent(section.replaceAll("_", "-"))}` : url;
}

/**
 * A link to the page of the guides that is about this form; Odoo's own serves only odoo.com.
 *
 * ``section`` is the place on that page; ``field`` names a field of the record that tells it.
 */
export class HelpLink extends Component {
    static template = "mail_center.HelpLink";
    static props = {
        ...standardWidgetProps,
        page: String,
        section: { type: String, optional: true },
        field: { type: String, optional: true },
    };

    get url() {
        const { page, section, field, record } = this.props;
        return guideUrl(page, (field && record.data[field]) || section);
    }
}

registry.category("view_widgets").add("mail_center_help", {
    component: HelpLink,
    extractProps: ({ attrs }) => ({
        page: attrs.page,
        section: attrs.section,
        field: attrs.field,
    }),
});
