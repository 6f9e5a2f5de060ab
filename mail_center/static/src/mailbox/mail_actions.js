import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { LinkDialog } from "./link_dialog";

/** What is done with the mails of the mailbox `box`: marks and links. */
export function useMailActions(box) {
    const orm = useService("orm");
    const dialog = useService("dialog");
    const notification = useService("notification");
    const action = useService("action");

    function shown(ids) {
        const messages = box.state.conversation?.messages || [];
        return [...box.state.rows, ...messages].filter((mail) => ids.includes(mail.id));
    }

    /** `whole`: everything that is unread in the conversations of these mails. */
    async function markRead(ids, read, whole = false) {
        await orm.call("mail.center.message", "mark_read", [ids, read, whole]);
        for (const mail of shown(ids)) {
            mail.unread = !read && mail.direction === "in";
        }
        const open = box.state.rows.find((row) => row.id === box.state.openId);
        if (read && open && box.state.conversation) {
            open.unread = box.state.conversation.messages.some((mail) => mail.unread);
        }
        box.loadSidebar();
    }

    async function star(ids, starred) {
        await orm.call("mail.center.message", "star", [ids, starred]);
        for (const mail of shown(ids)) {
            mail.starred = starred;
        }
    }

    function link(ids) {
        dialog.add(LinkDialog, {
            messageIds: [ids].flat(),
            onLinked: () => box.refresh(),
        });
    }

    /** Link the mail to a record that was suggested. */
    async function accept(mail, target) {
        await orm.call("mail.center.mailbox", "link", [[mail.id], target.model, target.id]);
        await box.refresh();
    }

    async function unlink(chip, mail) {
        await orm.unlink("mail.center.link", [chip.id]);
        await box.refresh();
        const close = notification.add(_t("“%s” is no longer linked to this mail.", chip.name), {
            buttons: [
                {
                    name: _t("Undo"),
                    onClick: async () => {
                        close();
                        await orm.create("mail.center.link", [
                            { message_id: mail.id, res_model: chip.model, res_id: chip.res_id },
                        ]);
                        await box.refresh();
                    },
                },
            ],
        });
    }

    /** A rule for mail like this one; it shows what past mail it matches before it is saved. */
    function makeRule(mail, block = false) {
        action.doAction(
            {
                type: "ir.actions.act_window",
                name: block ? _t("Block a sender") : _t("New rule"),
                res_model: "mail.center.rule",
                views: [[false, "form"]],
                target: "new",
                context: {
                    default_account_id: mail.account_id,
                    default_name: block ? _t("Block %s", mail.email) : mail.email,
                    default_senders: mail.email,
                    default_block: block,
                },
            },
            { onClose: () => box.refresh() }
        );
    }

    function saveFiles(mail) {
        dialog.add(LinkDialog, {
            messageIds: [mail.id],
            title: _t("Save the files to a record"),
            choose: async (target) => {
                const count = await orm.call("mail.center.mailbox", "save_files", [
                    mail.id,
                    target.model,
                    target.id,
                ]);
                const text = count
                    ? _t("Saved to “%s”.", target.name)
                    : _t("“%s” has these files already.", target.name);
                notification.add(text, { type: "success" });
            },
        });
    }

    async function trust(mail, trusted) {
        await orm.call("mail.center.mailbox", "trust_sender", [mail.id, trusted]);
        await box.loadConversation(box.state.openId);
    }

    /** Through a frame that is not seen: the page that is printed is the mail alone. */
    function print(mail) {
        const frame = document.createElement("iframe");
        frame.className = "o_mail_center_print position-fixed border-0";
        frame.setAttribute("sandbox", "allow-same-origin allow-modals");
        frame.setAttribute("aria-hidden", "true");
        frame.style = "width: 0; height: 0; inset-inline-start: -10px";
        frame.src = `/mail_center/message/${mail.id}/print${mail.trusted ? "?images=1" : ""}`;
        frame.onload = () => {
            frame.contentWindow.onafterprint = () => frame.remove();
            frame.contentWindow.print();
        };
        document.querySelector(".o_mail_center_print")?.remove();
        document.body.append(frame);
    }

    function openRecord(chip) {
        action.doAction({
            type: "ir.actions.act_window",
            res_model: chip.model,
            res_id: chip.res_id,
            views: [[false, "form"]],
        });
    }

    /** Fetch the files of a large mail; the bus tells when they are here. */
    async function download(mail) {
        await orm.call("mail.center.mailbox", "download", [mail.id]);
        mail.left.wanted = true;
        mail.left.error = "";
    }

    return {
        markRead, star, link, accept, makeRule, unlink, openRecord, download,
        saveFiles, trust, print,
    };
}
