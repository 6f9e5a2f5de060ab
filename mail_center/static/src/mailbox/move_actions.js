import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { MoveDialog } from "./move_dialog";

function doneText(where, count) {
    const texts = {
        archive: _t("Archived: %s", count),
        trash: _t("Moved to the trash: %s", count),
    };
    return texts[where] || _t("Moved: %s", count);
}

/** Mail of the mailbox `box` goes to another folder, here and on the server. */
export function useMoves(box) {
    const orm = useService("orm");
    const dialog = useService("dialog");
    const notification = useService("notification");

    /** The mail to show when these are gone: the next older one, else the one before. */
    function nextOf(ids) {
        const { rows, openId } = box.state;
        const index = rows.findIndex((row) => row.id === openId);
        const rest = (row) => !ids.includes(row.id);
        return rows.slice(index + 1).find(rest) || rows.slice(0, Math.max(index, 0)).findLast(rest);
    }

    /** These mails are in view no more. */
    async function leave(ids) {
        const next = ids.includes(box.state.openId) ? nextOf(ids) : null;
        box.state.selected.clear();
        if (next && !box.ui.isSmall) {
            await box.open(next.id);
        } else if (ids.includes(box.state.openId)) {
            box.back();
        }
        await box.refresh();
    }

    const together = () => box.state.conversations && !box.state.query;

    function originsOf(ids) {
        const { folder } = box.state.place;
        return folder ? Object.fromEntries(ids.map((id) => [id, folder])) : {};
    }

    /** Whether the list shows the trash or the junk, from where mail goes for good. */
    function inBin() {
        const folders = box.state.sidebar.accounts.flatMap((account) => account.folders);
        const folder = folders.find((one) => one.id === box.state.place.folder);
        return Boolean(folder) && ["trash", "junk"].includes(folder.special);
    }

    function deleteForGood(ids, whole = together()) {
        dialog.add(ConfirmationDialog, {
            title: _t("Delete for good?"),
            body: _t(
                "The chosen emails are removed from the mail server too, for everybody who uses the mailbox, with the rest of their conversations in this folder where these are shown. This can't be undone. What is linked to a record stays with the record."
            ),
            confirmLabel: _t("Delete for good"),
            confirmClass: "btn-danger",
            confirm: async () => {
                const origins = originsOf(ids);
                const count = await orm.call("mail.center.message", "delete_for_good", [
                    ids, origins, whole,
                ]);
                await leave(ids);
                notification.add(_t("Deleted for good: %s", count), { type: "success" });
            },
            cancel: () => {},
        });
    }

    /** `whole`: with the rest of the conversations, as the list shows them. */
    async function move(ids, where, whole = together()) {
        const origins = originsOf(ids);
        const moved = await orm.call("mail.center.message", "move_to", [ids, where, origins, whole]);
        if (!moved.length) {
            notification.add(_t("It lies there already."), { type: "info" });
            return;
        }
        await leave(ids);
        const close = notification.add(doneText(where, moved.length), {
            type: "success",
            buttons: [
                {
                    name: _t("Undo"),
                    primary: true,
                    onClick: async () => {
                        close();
                        await orm.call("mail.center.message", "undo_move", [moved]);
                        await box.refresh();
                    },
                },
            ],
        });
    }

    const accountOf = (id) =>
        [...box.state.rows, ...(box.state.conversation?.messages || [])].find((mail) => mail.id === id)
            ?.account_id;

    return {
        move,
        archive: (ids, whole) => move(ids, "archive", whole),
        trash: (ids, whole) =>
            inBin() ? deleteForGood(ids, whole) : move(ids, "trash", whole),
        /** Ask for the folder; all mails have to be of one account. */
        chooseFolder(ids, whole) {
            const accounts = new Set(ids.map(accountOf));
            const account = box.state.sidebar.accounts.find((one) => accounts.has(one.id));
            if (accounts.size !== 1 || !account) {
                notification.add(_t("These mails are of several accounts. Select those of one."), {
                    type: "warning",
                });
                return;
            }
            dialog.add(MoveDialog, {
                account,
                current: box.state.place.folder || false,
                choose: (folder) => move(ids, folder.id, whole),
            });
        },
    };
}
