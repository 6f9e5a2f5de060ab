import { registry } from "@web/core/registry";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

import { guideUrl } from "./help";

/** A list that leads to no form: its action's context names the page, ``mail_center_help``. */
export class HelpListController extends ListController {
    get helpUrl() {
        const [page, section] = this.props.context.mail_center_help?.split("#") || [];
        return page && guideUrl(page, section);
    }
}

registry.category("views").add("mail_center_help_list", {
    ...listView,
    Controller: HelpListController,
    buttonTemplate: "mail_center.HelpListButtons",
});
