import { Component, useExternalListener } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/** What is typed is text there, or belongs to what lies over the page. */
const TYPING =
    "input:not([type=checkbox]), textarea, select, [contenteditable='true'], .o_dialog, .o-dropdown--menu";

/** Single keys while nothing is being written. */
export function useShortcuts(callbacks) {
    const ui = useService("ui");
    let root = null;
    useExternalListener(window, "keydown", (ev) => {
        const callback = callbacks[ev.key];
        if (!callback || ev.ctrlKey || ev.metaKey || ev.altKey || ev.defaultPrevented) {
            return;
        }
        root = document.querySelector(".o_mail_center_mailbox");
        const away = !root || ui.isBlocked || document.querySelector(".o_dialog");
        if (away || ev.target.closest?.(TYPING) || ev.target.closest?.(".o_mail_center_window")) {
            return;
        }
        if (ev.key === "Enter" && ev.target.closest?.("button, a, [role='button']")) {
            return;
        }
        ev.preventDefault();
        callback();
    });
}

export class ShortcutsDialog extends Component {
    static template = "mail_center.ShortcutsDialog";
    static components = { Dialog };
    static props = { close: Function, showAround: Function };

    get keys() {
        return [
            ["j", _t("Next mail")],
            ["k", _t("Previous mail")],
            ["Enter", _t("Open it")],
            ["r", _t("Reply")],
            ["a", _t("Reply to all")],
            ["f", _t("Forward")],
            ["c", _t("Write new message")],
            ["s", _t("Star, or take the star away")],
            ["u", _t("Mark as read or unread")],
            ["e", _t("Archive")],
            ["#", _t("Delete")],
            ["v", _t("Move to a folder")],
            ["t", _t("Type of the message")],
            ["h", _t("Who handles it")],
            ["l", _t("Link to a record")],
            ["x", _t("Select")],
            ["/", _t("Search")],
            ["Esc", _t("Back to the list")],
            ["?", _t("This help")],
        ];
    }

    get terms() {
        return [
            ["from:anna", _t("Sender")],
            ["to:jan", _t("Recipient or copy")],
            ["subject:offer", _t("In the subject only")],
            ['"two words"', _t("These words in this order")],
            ["-word", _t("Without this word")],
            ["has:attachment", _t("With files")],
            ["is:unread", _t("Also: read, starred, linked, unlinked, failed")],
            ["before:2026-05-01", _t("Also: after, on; today, yesterday, 7d, 3m")],
            ["in:sent", _t("Folder")],
            ["type:offer", _t("Type of the message")],
            ["link:task", _t("Linked to a record of this kind")],
            ["assigned:me", _t("Handled by this person; also: nobody")],
            ["account:sales", _t("Account")],
        ];
    }
}
