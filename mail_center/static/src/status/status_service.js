import { reactive } from "@odoo/owl";
import { registry } from "@web/core/registry";

/**
 * What the mailer tells about accounts while it works, for whoever shows it.
 *
 * `live` maps the id of an account to its progress `{done, total, rate, left, at}` (`at`: when it
 * was told, in milliseconds); accounts that are not being imported are not in it. `listen(callback)` calls back with the id of an account
 * whose state has changed, and returns the function that ends it.
 */
export const statusService = {
    dependencies: ["bus_service"],
    start(env, { bus_service }) {
        const live = reactive({});
        const callbacks = new Set();
        bus_service.subscribe("mail_center/status", (news) => {
            const { id, ...progress } = news;
            const before = live[id];
            if (progress.total) {
                live[id] = { ...progress, at: Date.now() };
            } else {
                delete live[id];
            }
            if (!progress.total || !before) {
                callbacks.forEach((callback) => callback(id));
            }
        });
        return {
            live,
            listen(callback) {
                callbacks.add(callback);
                return () => callbacks.delete(callback);
            },
        };
    },
};

registry.category("services").add("mail_center.status", statusService);
