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

    /** `whole`: with the rest of the conversations, as the list shows them. */
    async function move(ids, where, whole = box.state.conversations && !box.state.query) {
        const { folder } = box.state.place;
        const origins = folder ? Object.fromEntries(ids.map((id) => [id, folder])) : {};
        const moved = await orm.call("mail.center.message", "move_to", [ids, where, origins, whole]);
        if (!moved.length) {
            notification.add(_t("It lies there already."), { type: "info" });
            return;
        }
        const next = ids.includes(box.state.openId) ? nextOf(ids) : null;
        box.state.selected.clear();
        if (next && !box.ui.isSmall) {
            await box.open(next.id);
        } else if (ids.includes(box.state.openId)) {
            box.back();
        }
        await box.refresh();
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
        trash: (ids, whole) => move(ids, "trash", whole),
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
