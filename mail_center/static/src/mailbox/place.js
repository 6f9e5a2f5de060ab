import { _t } from "@web/core/l10n/translation";

/**
 * A place of the mailbox, `{ folder }`, `{ view }` or `{ record: [model, id] }`, and how the address
 * bar writes it: in a model's name there are hyphens for dots, which mean something there.
 */

export const START = { view: "inbox" };

export function placeKey(place) {
    if (place.record) {
        return recordKey(...place.record);
    }
    return place.folder ? `folder_${place.folder}` : `view_${place.view}`;
}

export function recordKey(model, id) {
    return `record_${model.replaceAll(".", "-")}_${id}`;
}

export function readPlace(key) {
    const record = /^record_(.+)_(\d+)$/.exec(key || "");
    if (record) {
        return { record: [record[1].replaceAll("-", "."), Number(record[2])] };
    }
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
export function placeName(place, sidebar, recordName = "") {
    if (place.record) {
        return recordName ? _t("Emails of %s", recordName) : _t("Emails");
    }
    for (const account of sidebar.accounts) {
        const folder = account.folders.find((folder) => folder.id === place.folder);
        if (folder) {
            return `${folder.name} · ${account.name}`;
        }
    }
    return (
        {
            inbox: _t("All inboxes"),
            mine: _t("I handle these"),
            unanswered: _t("Waiting for an answer"),
            unlinked: _t("Unlinked"),
            starred: _t("Starred"),
            snoozed: _t("Snoozed"),
            sent: _t("Sent"),
            all: _t("All mail"),
        }[place.view] || ""
    );
}

/** What an empty list says. */
export function emptyText(place, query, name = "") {
    if (query) {
        return { icon: "fa-search", title: _t("Nothing found here"),
                 text: place.view === "all"
                     ? _t("No mail that you may read is like that. Try fewer words.")
                     : _t("Only “%s” was searched. Try fewer words, or search all your mail.", name) };
    }
    if (place.record) {
        return { icon: "fa-link", title: _t("No emails here yet"),
                 text: _t("What you write with “Email” and the answers to it appear here.") };
    }
    return (
        {
            mine: { icon: "fa-check-circle-o", title: _t("Nothing to handle"),
                    text: _t("Conversations that were given to you show here.") },
            unanswered: { icon: "fa-check-circle-o", title: _t("Everything is answered"),
                          text: _t("Mail of people whose last word waits for you shows here.") },
            unlinked: { icon: "fa-check-circle-o", title: _t("Everything is linked"),
                        text: _t("Received mail that belongs to no record yet shows here.") },
            starred: { icon: "fa-star-o", title: _t("No stars yet"),
                       text: _t("A star keeps a mail here until it is taken away.") },
            snoozed: { icon: "fa-clock-o", title: _t("Nothing is put off"),
                       text: _t("Conversations that you take out of the inbox until later wait here.") },
            inbox: { icon: "fa-inbox", title: _t("No mail here"),
                     text: _t("New mail shows here by itself.") },
        }[place.view] || { icon: "fa-folder-open-o", title: _t("No mail here"),
                           text: _t("Mail shows here as soon as it is fetched.") }
    );
}
