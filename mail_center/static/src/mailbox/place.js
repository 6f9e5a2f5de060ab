import { _t } from "@web/core/l10n/translation";

/** A place of the mailbox, `{ folder }` or `{ view }`, and how the address bar writes it. */

export const START = { view: "inbox" };

export function placeKey(place) {
    return place.folder ? `folder_${place.folder}` : `view_${place.view}`;
}

export function readPlace(key) {
    const [kind, value] = String(key || "").split("_");
    if (kind === "folder" && Number(value)) {
        return { folder: Number(value) };
    }
    return kind === "view" && value ? { view: value } : { ...START };
}

export function samePlace(one, other) {
    return placeKey(one) === placeKey(other);
}

/** What a place is called; a folder with its account. */
export function placeName(place, sidebar) {
    for (const account of sidebar.accounts) {
        const folder = account.folders.find((folder) => folder.id === place.folder);
        if (folder) {
            return `${folder.name} · ${account.name}`;
        }
    }
    return (
        {
            inbox: _t("All inboxes"),
            unanswered: _t("Waiting for an answer"),
            unlinked: _t("Unlinked"),
            starred: _t("Starred"),
            sent: _t("Sent"),
            all: _t("All mail"),
        }[place.view] || ""
    );
}

/** What an empty list says. */
export function emptyText(place, query) {
    if (query) {
        return { icon: "fa-search", title: _t("Nothing found here"),
                 text: _t("Search has looked in this folder. Try fewer words, or look in All mail.") };
    }
    return (
        {
            unanswered: { icon: "fa-check-circle-o", title: _t("Everything is answered"),
                          text: _t("Mail of people whose last word waits for you shows here.") },
            unlinked: { icon: "fa-check-circle-o", title: _t("Everything is linked"),
                        text: _t("Received mail that belongs to no record yet shows here.") },
            starred: { icon: "fa-star-o", title: _t("No stars yet"),
                       text: _t("A star keeps a mail here until it is taken away.") },
            inbox: { icon: "fa-inbox", title: _t("No mail here"),
                     text: _t("New mail shows here by itself.") },
        }[place.view] || { icon: "fa-folder-open-o", title: _t("No mail here"),
                           text: _t("Mail shows here as soon as it is fetched.") }
    );
}
