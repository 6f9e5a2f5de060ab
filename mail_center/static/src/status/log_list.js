import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { onWillStart } from "@odoo/owl";

import { LogImportDialog } from "./log_import_dialog";

/** The log, with what takes it out as a file and brings one in. */
export class LogListController extends ListController {
    setup() {
        super.setup();
        this.dialog = useService("dialog");
        onWillStart(async () => {
            this.isManager = await user.hasGroup("mail_center.group_manager");
        });
    }

    /** A form is sent, so that the browser writes the file to the disk as it comes. */
    exportAs(formatName) {
        const { root } = this.model;
        const chosen = root.selection || [];
        const domain =
            chosen.length && !root.isDomainSelected
                ? [["id", "in", chosen.map((record) => record.resId)]]
                : root.domain;
        const form = document.createElement("form");
        form.method = "post";
        form.action = "/mail_center/log/export";
        const values = {
            csrf_token: odoo.csrf_token,
            format_name: formatName,
            domain: JSON.stringify(domain),
        };
        for (const [name, value] of Object.entries(values)) {
            const input = document.createElement("input");
            input.type = "hidden";
            Object.assign(input, { name, value });
            form.append(input);
        }
        document.body.append(form);
        form.submit();
        form.remove();
    }

    openImport() {
        this.dialog.add(LogImportDialog, {});
    }
}

registry.category("views").add("mail_center_log_list", {
    ...listView,
    Controller: LogListController,
    buttonTemplate: "mail_center.LogListButtons",
});
