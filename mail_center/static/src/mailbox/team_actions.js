import { onMounted, onWillUnmount } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { user } from "@web/core/user";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";

import { ChoiceDialog } from "./choice_dialog";

const WRITING_MS = 60_000;

/** Types, who handles a conversation, and records made of a mail, for the mailbox `box`. */
export function useTeamActions(box) {
    const orm = useService("orm");
    const dialog = useService("dialog");
    const notification = useService("notification");
    const bus = useService("bus_service");

    async function chooseType(ids) {
        const types = await orm.call("mail.center.mailbox", "types", []);
        dialog.add(ChoiceDialog, {
            title: _t("Type of the message"),
            choices: [{ id: false, name: _t("No type") }, ...types],
            choose: async ({ id }) => {
                await orm.call("mail.center.mailbox", "set_type", [ids, id]);
                await box.refresh();
            },
        });
    }

    async function handle(ids, userId) {
        await orm.call("mail.center.mailbox", "assign", [ids, userId]);
        await box.refresh();
    }

    async function chooseHandler(ids) {
        const people = await orm.call("mail.center.mailbox", "people", [ids]);
        dialog.add(ChoiceDialog, {
            title: _t("Who handles it"),
            choices: [
                { id: false, name: _t("Nobody") },
                ...people.map((one) => ({
                    ...one,
                    avatar: `/web/image/res.users/${one.id}/avatar_128`,
                    note: one.id === user.userId ? _t("You") : "",
                })),
            ],
            choose: ({ id }) => handle(ids, id),
        });
    }

    function creatable(mail) {
        return orm.call("mail.center.mailbox", "creatable", [mail.id]);
    }

    /** A form with what the mail says filled in; when it is saved, the mail is linked to it. */
    function create(mail, kind) {
        dialog.add(FormViewDialog, {
            resModel: kind.model,
            title: _t("New: %s", kind.name),
            context: kind.context,
            canExpand: false,
            onRecordSaved: async (record) => {
                await orm.call("mail.center.mailbox", "created", [
                    mail.id,
                    kind.model,
                    record.resId,
                ]);
                notification.add(_t("The mail is linked to the new record."), { type: "success" });
                await box.refresh();
            },
        });
    }

    async function addNote(text) {
        await orm.call("mail.center.mailbox", "add_note", [box.state.openId, text]);
        await box.loadConversation(box.state.openId);
    }

    async function removeNote(id) {
        await orm.call("mail.center.mailbox", "remove_note", [id]);
        await box.loadConversation(box.state.openId);
    }

    /** `hide`: out of the inbox until then; else only a reminder. */
    async function snooze(at, hide) {
        const method = hide ? "snooze" : "remind";
        await orm.call("mail.center.mailbox", method, [[box.state.openId], at]);
        notification.add(
            hide
                ? _t("Out of your inbox. An activity will remind you.")
                : _t("An activity will remind you."),
            { type: "success" }
        );
        await box.refresh();
    }

    async function unsnooze() {
        await orm.call("mail.center.mailbox", "unsnooze", [[box.state.openId]]);
        await box.refresh();
    }

    async function toggleNews() {
        if (!(await box.news.toggle())) {
            notification.add(
                _t("The browser refuses notifications of this page. Allow them in its settings."),
                { type: "warning" }
            );
        }
    }

    /** A colleague writes an answer to what is open; without further news he has stopped. */
    let stopped = null;
    function onWriting({ thread_id, name }) {
        const { conversation } = box.state;
        if (!conversation || conversation.thread_id !== thread_id) {
            return;
        }
        conversation.writing = [...new Set([...conversation.writing, name])].sort((one, other) =>
            one.localeCompare(other)
        );
        browser.clearTimeout(stopped);
        stopped = browser.setTimeout(() => {
            if (box.state.conversation) {
                box.state.conversation.writing = [];
            }
        }, WRITING_MS);
    }
    onMounted(() => bus.subscribe("mail_center/writing", onWriting));
    onWillUnmount(() => {
        bus.unsubscribe("mail_center/writing", onWriting);
        browser.clearTimeout(stopped);
    });

    return {
        chooseType, chooseHandler, handle, creatable, create,
        addNote, removeNote, snooze, unsnooze, toggleNews,
    };
}
