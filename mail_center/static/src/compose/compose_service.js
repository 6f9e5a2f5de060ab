import { markRaw, reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { session } from "@web/session";

const MODEL = "mail.center.draft";
const KNOWN = "mail_center.windows";
const WIDTH = 590; // of a window with its margin
const BESIDE = 90; // what the chat keeps at the edge

/** The windows in which mail is written: which are there, and how they come and go. */
export class Compose {
    constructor(services) {
        this.services = markRaw(services);
        this.windows = [];
    }

    get orm() {
        return this.services.orm;
    }

    get notification() {
        return this.services.notification;
    }

    // ---- coming ----------------------------------------------------------------

    /** Begin a mail: `start` is what `mail.center.draft` `_start` takes. */
    async open(start = {}) {
        this.add([await this.orm.call(MODEL, "open_new", [start])], { fresh: true });
    }

    /** Begin one mail for each record. */
    async openEach(resModel, resIds) {
        this.add(await this.orm.call(MODEL, "open_each", [resModel, resIds]), { fresh: true });
    }

    /** Show drafts that exist. */
    async show(ids) {
        const missing = ids.filter((id) => !this.find(id));
        for (const id of ids) {
            if (this.find(id)) {
                this.find(id).layout = "normal";
            }
        }
        if (missing.length) {
            this.add(await this.orm.call(MODEL, "read_window", [missing]));
        }
    }

    /** Go on writing a draft that another program left in the mailbox. */
    async continueMessage(messageId) {
        const draft = await this.orm.call(MODEL, "continue_message", [messageId]);
        if (this.find(draft.id)) {
            this.find(draft.id).layout = "normal";
        } else {
            this.add([draft]);
        }
    }

    /** What was open when the page was left. In another tab it waits at the bottom. */
    async restore(ids) {
        const here = new Set(this.known);
        const drafts = await this.orm.silent.call(MODEL, "read_window", [ids]);
        for (const draft of drafts) {
            if (!here.has(draft.id)) {
                this.saveLayout(draft, "minimised");
            }
        }
        this.add(drafts);
    }

    add(drafts, { fresh = false } = {}) {
        for (const data of drafts) {
            if (!this.find(data.id)) {
                this.windows.push({ ...data, fresh, key: `${data.id}-${data.version}` });
            }
        }
        this.makeRoom();
        this.remember();
    }

    /** The oldest windows give way when there are more than fit side by side. */
    makeRoom() {
        const large = this.windows.filter((draft) => draft.layout !== "minimised");
        const alone = this.services.ui.isSmall || large.at(-1)?.layout === "wide";
        const fit = alone ? 1 : Math.max(1, Math.floor((browser.innerWidth - BESIDE) / WIDTH));
        const hidden = large.filter(
            (draft, index) => index < large.length - fit || (draft.layout === "wide" && draft !== large.at(-1))
        );
        for (const draft of hidden) {
            this.saveLayout(draft, "minimised");
        }
    }

    saveLayout(draft, layout) {
        draft.layout = layout;
        return this.orm.silent.call(MODEL, "save", [[draft.id], { layout }]);
    }

    find(id) {
        return this.windows.find((draft) => draft.id === id);
    }

    // ---- staying ---------------------------------------------------------------

    get known() {
        try {
            return JSON.parse(browser.sessionStorage.getItem(KNOWN)) || [];
        } catch {
            return [];
        }
    }

    remember() {
        const ids = this.windows.map((draft) => draft.id);
        browser.sessionStorage.setItem(KNOWN, JSON.stringify(ids));
    }

    async setLayout(draft, layout) {
        const saved = this.saveLayout(draft, layout);
        if (layout !== "minimised") {
            // The latest is the one that keeps its place.
            const index = this.windows.findIndex((one) => one.id === draft.id);
            this.windows.push(...this.windows.splice(index, 1));
            this.makeRoom();
        }
        await saved;
    }

    // ---- going -----------------------------------------------------------------

    remove(draft) {
        const index = this.windows.findIndex((one) => one.id === draft.id);
        if (index >= 0) {
            this.windows.splice(index, 1);
        }
        this.remember();
    }

    /** Close a window. What nobody has touched is gone, the rest is among the drafts. */
    async close(draft) {
        this.remove(draft);
        if (!draft.touched) {
            await this.orm.silent.call(MODEL, "discard", [[draft.id]]);
            return;
        }
        await this.orm.silent.call(MODEL, "save", [[draft.id], { is_open: false }]);
        const close = this.notification.add(_t("Kept under Email → Drafts."), {
            type: "info",
            buttons: [
                {
                    name: _t("Discard"),
                    onClick: async () => {
                        close();
                        await this.orm.call(MODEL, "discard", [[draft.id]]);
                    },
                },
            ],
        });
    }

    async discard(draft) {
        this.remove(draft);
        await this.orm.call(MODEL, "discard", [[draft.id]]);
    }

    async reload(draft) {
        this.remove(draft);
        this.add(await this.orm.call(MODEL, "read_window", [[draft.id]]));
    }

    /** A mail is queued: until it leaves, it can be taken back. */
    sent(draft, { seconds, send_after: sendAfter }) {
        this.remove(draft);
        if (!seconds && !sendAfter) {
            this.notification.add(_t("The email is on its way."), { type: "success" });
            return;
        }
        const subject = draft.subject || _t("(no subject)");
        let timer;
        const undo = async () => {
            browser.clearTimeout(timer);
            close();
            const window = await this.orm.call(MODEL, "undo", [[draft.id]]);
            this.add([{ ...window, layout: "normal" }]);
        };
        const message = seconds
            ? _t("Sending “%s”…", subject)
            : _t("“%(subject)s” leaves on %(date)s.", {
                  subject,
                  date: toLocaleDateTimeString(deserializeDateTime(sendAfter), { showSeconds: false }),
              });
        const close = this.notification.add(message, {
            type: "success",
            className: "o_mail_center_undo",
            sticky: true,
            buttons: [{ name: _t("Undo"), primary: true, onClick: undo }],
        });
        timer = browser.setTimeout(
            async () => {
                close();
                if (seconds) {
                    await this.orm.silent.call(MODEL, "wake", []);
                }
            },
            (seconds || 8) * 1000
        );
    }
}

export const composeService = {
    dependencies: ["notification", "orm", "ui"],
    start(_env, { notification, orm, ui }) {
        const compose = reactive(new Compose({ notification, orm, ui }));
        const open = session.mail_center?.drafts || [];
        if (open.length) {
            compose.restore(open).catch(() => {});
        }
        return compose;
    },
};

if (session.mail_center) {
    registry.category("services").add("mail_center.compose", composeService);
    registry.category("actions").add("mail_center_compose", async (env, action) => {
        const compose = env.services["mail_center.compose"];
        const { draft_ids: ids, res_model: model, res_ids: each, ...start } = action.params || {};
        if (ids) {
            await compose.show(ids);
        } else if (each) {
            await compose.openEach(model, each);
        } else {
            await compose.open(model ? { ...start, res_model: model } : start);
        }
        return { type: "ir.actions.act_window_close" };
    });
}

