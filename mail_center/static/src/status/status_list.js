import { onMounted, onWillUnmount } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { debounce } from "@web/core/utils/timing";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

// What depends on the clock changes without anybody telling it.
const REFRESH_EVERY = 30_000;

/** The accounts and what the mailer does with them, kept up to date while one looks on. */
export class StatusListController extends ListController {
    setup() {
        super.setup();
        const status = useService("mail_center.status");
        const refresh = debounce(() => this.refresh(), 300);
        let stop, timer;
        onMounted(() => {
            stop = status.listen(refresh);
            timer = setInterval(refresh, REFRESH_EVERY);
        });
        onWillUnmount(() => {
            stop();
            clearInterval(timer);
            refresh.cancel();
        });
    }

    async refresh() {
        const { root } = this.model;
        // What a person has ticked or is typing is not taken away.
        if (root.editedRecord || root.selection?.length || document.hidden) {
            return;
        }
        await root.load();
    }
}

registry.category("views").add("mail_center_status_list", {
    ...listView,
    Controller: StatusListController,
});
