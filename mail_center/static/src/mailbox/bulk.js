import { _t } from "@web/core/l10n/translation";

/** What is done with all selected mails of the mailbox `box`; `run` takes their ids. */
export function bulkTools(box) {
    const whole = box.state.conversations && !box.state.query;
    return [
        { key: "read", icon: "fa-envelope-open-o", name: _t("Mark as read"),
          run: (ids) => box.markRead(ids, true, whole) },
        { key: "unread", icon: "fa-envelope", name: _t("Mark as unread"),
          run: (ids) => box.markRead(ids, false) },
        { key: "star", icon: "fa-star", name: _t("Star"), run: (ids) => box.star(ids, true) },
        { key: "unstar", icon: "fa-star-o", name: _t("Take the star away"),
          run: (ids) => box.star(ids, false) },
        { key: "type", icon: "fa-tag", name: _t("Type of the message"),
          run: (ids) => box.chooseType(ids) },
        { key: "assign", icon: "fa-user-o", name: _t("Who handles it"),
          run: (ids) => box.chooseHandler(ids) },
        { key: "link", icon: "fa-link", name: _t("Link to a record"),
          run: (ids) => box.link(ids, whole) },
        { key: "archive", icon: "fa-archive", name: _t("Archive"), run: (ids) => box.archive(ids) },
        { key: "trash", icon: "fa-trash-o", name: _t("Delete"), run: (ids) => box.trash(ids) },
        { key: "move", icon: "fa-folder-open-o", name: _t("Move to a folder…"),
          run: (ids) => box.chooseFolder(ids) },
    ];
}
