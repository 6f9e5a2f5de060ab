import { Component } from "@odoo/owl";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** “Import Odoo's templates” in the gear of the list of templates. */
export class TemplateImport extends Component {
    static template = "mail_center.TemplateImport";
    static components = { DropdownItem };
    static props = {};

    setup() {
        this.action = useService("action");
    }

    onSelected() {
        return this.action.doAction("mail_center.mail_center_template_import_action");
    }
}

registry.category("cogMenu").add("mail-center-template-import", {
    Component: TemplateImport,
    groupNumber: 20,
    isDisplayed: ({ config, searchModel }) =>
        config.viewType === "list" && searchModel.resModel === "mail.center.template",
});
