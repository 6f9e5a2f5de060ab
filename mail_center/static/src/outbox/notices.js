import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { session } from "@web/session";

/** Tells at once, on every page, that a mail one has written is in trouble. */
export const noticesService = {
    dependencies: ["bus_service", "notification", "action"],
    start(_env, { bus_service: bus, notification, action }) {
        bus.subscribe("mail_center/notice", (notice) => {
            const close = notification.add(notice.message, {
                title: notice.title,
                type: notice.type,
                sticky: true,
                className: "o_mail_center_notice",
                buttons: [
                    {
                        name: _t("Open"),
                        primary: true,
                        onClick: () => {
                            close();
                            action.doAction({
                                type: "ir.actions.act_window",
                                res_model: "mail.center.outbox",
                                res_id: notice.outbox_id,
                                views: [[false, "form"]],
                            });
                        },
                    },
                ],
            });
        });
    },
};

if (session.mail_center) {
    registry.category("services").add("mail_center.notices", noticesService);
}
