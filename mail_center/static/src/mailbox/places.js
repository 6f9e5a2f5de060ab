import { Component, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

import { samePlace } from "./place";

const FOLDED = "mail_center.folded";
const ICONS = {
    inbox: "fa-inbox",
    sent: "fa-paper-plane-o",
    drafts: "fa-pencil-square-o",
    archive: "fa-archive",
    junk: "fa-ban",
    trash: "fa-trash-o",
    all: "fa-envelope-o",
    flagged: "fa-star-o",
};

/** Where mail lies: what goes over all accounts first, then each account with its folders. */
export class Places extends Component {
    static template = "mail_center.Places";
    static props = { sidebar: Object, place: Object, goTo: Function, write: Function };

    setup() {
        this.action = useService("action");
        const folded = JSON.parse(browser.localStorage.getItem(FOLDED) || "[]");
        this.state = useState({ folded: new Set(folded) });
    }

    get views() {
        return [
            { view: "inbox", name: _t("All inboxes"), icon: "fa-inbox", count: this.props.sidebar.inbox },
            { view: "mine", name: _t("I handle these"), icon: "fa-user-o" },
            { view: "unanswered", name: _t("Waiting for an answer"), icon: "fa-clock-o" },
            { view: "unlinked", name: _t("Unlinked"), icon: "fa-chain-broken" },
            { view: "starred", name: _t("Starred"), icon: "fa-star-o" },
            { view: "snoozed", name: _t("Snoozed"), icon: "fa-bell-o" },
            { view: "sent", name: _t("Sent"), icon: "fa-paper-plane-o" },
            { view: "all", name: _t("All mail"), icon: "fa-envelope-o" },
        ];
    }

    /** Lists that Odoo shows: they have states and buttons of their own. */
    get lists() {
        const { drafts, scheduled, quarantine } = this.props.sidebar;
        return [
            { name: _t("Drafts"), icon: "fa-pencil-square-o", count: drafts, filter: "drafts",
              action: "mail_center.mail_center_draft_action" },
            { name: _t("Scheduled"), icon: "fa-calendar-o", count: scheduled, filter: "scheduled",
              action: "mail_center.mail_center_draft_action" },
            ...(quarantine
                ? [{ name: _t("Quarantine"), icon: "fa-medkit", count: quarantine,
                     action: "mail_center.mail_center_quarantine_action" }]
                : []),
        ];
    }

    icon(folder) {
        return ICONS[folder.special] || "fa-folder-o";
    }

    count(number) {
        return number > 999 ? "999+" : number;
    }

    is(place) {
        return samePlace(place, this.props.place);
    }

    isFolded(account) {
        return this.state.folded.has(account.id);
    }

    fold(account) {
        const { folded } = this.state;
        folded.has(account.id) ? folded.delete(account.id) : folded.add(account.id);
        browser.localStorage.setItem(FOLDED, JSON.stringify([...folded]));
    }

    show(list) {
        this.action.doAction(list.action, {
            additionalContext: list.filter ? { [`search_default_${list.filter}`]: 1 } : {},
        });
    }
}
