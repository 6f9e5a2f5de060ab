import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** A link to the page of the guides that is about this form; Odoo's own serves only odoo.com. */
export class HelpLink extends Component {
    static template = "mail_center.HelpLink";
    static props = { ...standardWidgetProps, page: String, record: { optional: true } };

    get url() {
        return `/mail_center/static/guide/${this.props.page}.html`;
    }
}

registry.category("view_widgets").add("mail_center_help", {
    component: HelpLink,
    extractProps: ({ attrs }) => ({ page: attrs.page }),
});
