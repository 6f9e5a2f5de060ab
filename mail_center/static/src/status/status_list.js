import { onMounted, onWillUnmount } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { debounce } from "@web/core/utils/timing";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

// What depends on the clock changes without anybody telling it.
const REFRESH_EVERY = 30_000;

/** Keeps the accounts that `model` has loaded up to date while one looks on. */
function useLiveAccounts(model) {
    const status = useService("mail_center.status");
    const refresh = debounce(async () => {
        const { root } = model;
        // What a person has ticked or is typing is not taken away.
        if (!root.editedRecord && !root.selection?.length && !document.hidden) {
            await root.load();
        }
    }, 300);
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

/** The accounts and what the mailer does with them. */
export class StatusListController extends ListController {
    setup() {
        super.setup();
        useLiveAccounts(this.model);
    }
}

/** The same as cards, for a phone. */
export class StatusKanbanController extends KanbanController {
    setup() {
        super.setup();
        useLiveAccounts(this.model);
    }
}

registry.category("views").add("mail_center_status_list", {
    ...listView,
    Controller: StatusListController,
});
registry.category("views").add("mail_center_status_kanban", {
    ...kanbanView,
    Controller: StatusKanbanController,
});
