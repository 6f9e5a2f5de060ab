import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { LinkDialog } from "./link_dialog";

/** What is done with the mails of the mailbox `box`: marks and links. */
export function useMailActions(box) {
    const orm = useService("orm");
    const dialog = useService("dialog");
    const notification = useService("notification");
    const action = useService("action");
    let close = () => {};

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

    /** What was done to links last can be undone; what was done before it no more. */
    function tell(text, undo, type) {
        close();
        close = notification.add(text, {
            type,
            buttons: [
                {
                    name: _t("Undo"),
                    onClick: async () => {
                        close();
                        await undo();
                        await box.refresh();
                    },
                },
            ],
        });
    }

    /** `whole`: the rows of the list stand for conversations. */
    function link(ids, whole = false) {
        const messageIds = [ids].flat();
        const open = box.state.conversation?.messages || [];
        const several = open.length > 1 && open.some((mail) => messageIds.includes(mail.id));
        const rows = box.state.rows.filter((row) => messageIds.includes(row.id));
        dialog.add(LinkDialog, {
            messageIds,
            conversation: several || rows.some((row) => row.count > 1),
            whole,
            onLinked: async (links, target) => {
                await box.refresh();
                if (!links.length) {
                    const text = _t("It was linked to “%s” already.", target.name);
                    return notification.add(text, { type: "info" });
                }
                const { name } = target;
                const text = links.length > 1
                    ? _t("%(count)s mails linked to “%(name)s”.", { count: links.length, name })
                    : _t("Linked to “%s”.", name);
                tell(text, () => orm.unlink("mail.center.link", links), "success");
            },
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
        tell(_t("“%s” is no longer linked to this mail.", chip.name), () =>
            orm.create("mail.center.link", [
                { message_id: mail.id, res_model: chip.model, res_id: chip.res_id },
            ])
        );
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
        // Said at once, and not taken back by what was on its way from the server already.
        box.downloads.add(mail.id);
        Object.assign(mail.left, { wanted: true, error: "" });
        try {
            await orm.call("mail.center.mailbox", "download", [mail.id]);
        } catch (error) {
            for (const { id, left } of box.state.conversation?.messages || []) {
                if (id === mail.id && left) {
                    left.wanted = false;
                }
            }
            throw error;
        } finally {
            box.downloads.delete(mail.id);
        }
        if (box.state.openId) {
            // From here on the server knows; what was asked before is not shown any more.
            await box.loadConversation(box.state.openId).catch(() => {});
        }
    }

    return {
        markRead, star, link, accept, makeRule, unlink, openRecord, download,
        saveFiles, trust, print,
    };
}
