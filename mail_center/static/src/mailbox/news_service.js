import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { session } from "@web/session";

const ON = "mail_center.desktop_notifications";

/**
 * Tells, on whatever page, what a colleague has given or written to the user, and, for whoever
 * wants it, of new mail on the desktop. `{ possible, on, toggle() }`; `toggle` is false when the
 * browser refuses.
 */
const newsService = {
    dependencies: ["bus_service", "notification", "action"],

    start(_env, { bus_service: bus, notification, action }) {
        const { Notification: Desktop } = browser;
        const news = reactive({
            possible: Boolean(Desktop && session.mail_center),
            on: browser.localStorage.getItem(ON) === "yes" && Desktop?.permission === "granted",

            async toggle() {
                if (!news.on && (await Desktop.requestPermission()) !== "granted") {
                    return false;
                }
                news.on = !news.on;
                browser.localStorage.setItem(ON, news.on ? "yes" : "no");
                return true;
            },
        });
        if (!session.mail_center) {
            return news;
        }

        function open(id) {
            action.doAction("mail_center.mail_center_mailbox_action", { props: { resId: id } });
        }

        function onReceived({ count, message_id, sender, subject }) {
            // Who looks at the page sees the mail come.
            if (!news.on || document.hasFocus()) {
                return;
            }
            const title = count > 1 ? _t("%s new emails", count) : sender;
            const shown = new Desktop(title, {
                body: subject || _t("(no subject)"),
                icon: "/mail_center/static/description/icon.png",
                // The browser shows one for all tabs.
                tag: `mail_center_${message_id}`,
            });
            shown.onclick = () => {
                window.focus();
                shown.close();
                open(message_id);
            };
        }

        function tell(title, { subject, message_id }) {
            const close = notification.add(subject || _t("(no subject)"), {
                title,
                type: "info",
                buttons: [
                    {
                        name: _t("Open"),
                        onClick: () => {
                            close();
                            open(message_id);
                        },
                    },
                ],
            });
        }

        bus.subscribe("mail_center/received", onReceived);
        bus.subscribe("mail_center/assigned", (line) =>
            tell(_t("%s has given you a conversation", line.by), line)
        );
        bus.subscribe("mail_center/noted", (line) =>
            tell(_t("%s has written a note for you", line.by), line)
        );
        return news;
    },
};

registry.category("services").add("mail_center.news", newsService);
