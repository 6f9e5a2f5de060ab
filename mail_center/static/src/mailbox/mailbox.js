import { Component, onMounted, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { showAround } from "../tour/mailbox_tour";
import { readAddress, useAddress } from "./address";
import { bulkTools } from "./bulk";
import { Conversation } from "./conversation";
import { useFocusKept } from "./focus";
import { useLoading } from "./loading";
import { useMailActions } from "./mail_actions";
import { MailList } from "./mail_list";
import { useMoves } from "./move_actions";
import { emptyText, placeName, samePlace } from "./place";
import { Places } from "./places";
import { SearchLine } from "./search_line";
import { ShortcutsDialog, useShortcuts } from "./shortcuts";
import { useTeamActions } from "./team_actions";

const AS_CONVERSATIONS = "mail_center.conversations";

/** The mailbox: places, the list of one of them, and the conversation that is open. */
export class Mailbox extends Component {
    static template = "mail_center.Mailbox";
    static components = { Conversation, MailList, Places, SearchLine };
    static props = { ...standardActionServiceProps };
    static path = "mailbox";
    static displayName = _t("Mailbox");

    setup() {
        this.orm = useService("orm");
        this.ui = useService("ui");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.compose = useService("mail_center.compose");
        this.bus = useService("bus_service");
        this.tours = useService("tour_service");
        this.searchInput = { el: null }; // that of the search line, once it is there
        this.news = useState(useService("mail_center.news"));
        Object.assign(this, useLoading(this), useAddress(this), useMailActions(this));
        Object.assign(this, useMoves(this), useTeamActions(this));
        this.state = useState({
            sidebar: { accounts: [], inbox: 0, drafts: 0, scheduled: 0, quarantine: 0 },
            loaded: false,
            ...readAddress(this.props), // place, query and openId
            rows: [],
            next: false,
            loading: true,
            searching: false,
            failed: "",
            words: [],
            names: [],
            recordName: "",
            unknown: [],
            conversations: browser.localStorage.getItem(AS_CONVERSATIONS) !== "no",
            selected: new Set(),
            conversation: null,
            opening: false,
            showPlaces: false,
        });
        const changed = useDebounced(() => this.refresh(), 700);
        onMounted(() => {
            this.bus.subscribe("mail_center/changed", changed);
            this.remember();
        });
        onWillUnmount(() => this.bus.unsubscribe("mail_center/changed", changed));
        // What was missed while there was no connection.
        useBus(this.bus, "BUS:RECONNECT", changed);
        onWillStart(() => {
            this.loadSidebar();
            this.loadPage();
            if (this.state.openId) {
                this.open(this.state.openId, { keepUrl: true });
            }
        });
        useFocusKept();
        useShortcuts({
            j: () => this.step(1),
            k: () => this.step(-1),
            Enter: () => this.current && this.open(this.current.id),
            r: () => this.answer("reply"),
            a: () => this.answer("reply_all"),
            f: () => this.answer("forward"),
            s: () => this.target && this.star([this.target.id], !this.target.starred),
            u: () => this.target && this.markRead([this.target.id], this.target.unread),
            e: () => this.current && this.archive([this.current.id]),
            "#": () => this.current && this.trash([this.current.id]),
            Delete: () => this.current && this.trash([this.current.id]),
            v: () => this.current && this.chooseFolder([this.current.id]),
            t: () => this.target && this.chooseType([this.target.id]),
            h: () => this.target && this.chooseHandler([this.target.id]),
            l: () => this.target && this.link(this.target.id),
            c: () => this.write(),
            x: () => this.current && this.toggle(this.current),
            "/": () => this.searchInput.el?.focus(),
            Escape: () => this.back(),
            "?": () => this.showHelp(),
        });
    }

    // ---- places and search -----------------------------------------------------

    get title() {
        return placeName(this.state.place, this.state.sidebar, this.state.recordName);
    }

    get labels() {
        return {
            single: _t("Show single mails"),
            together: _t("Show conversations"),
            loud: _t("Desktop notifications of new mail"),
            silent: _t("No desktop notifications"),
            selected: _t("%s selected", this.state.selected.size),
        };
    }

    get empty() {
        const { query, place } = this.state;
        if (query) {
            return {
                ...emptyText(place, query, this.title),
                button: _t("Show everything"),
                run: () => this.search(""),
                elsewhere: place.view === "all" ? false : () => this.searchAll(),
            };
        }
        const { accounts } = this.state.sidebar;
        if (accounts.some((account) => account.state === "never")) {
            return {
                icon: "fa-refresh",
                title: _t("Mail is being fetched"),
                text: _t("The newest mails show here first, in a moment."),
            };
        }
        const none = !accounts.length && this.state.loaded;
        return none
            ? {
                  icon: "fa-at",
                  title: _t("No mailbox yet"),
                  text: _t("You may not read any account. Connect one, or ask for access to one."),
                  button: _t("Accounts"),
                  run: () => this.action.doAction("mail_center.mail_center_account_action"),
              }
            : emptyText(place, query);
    }

    goTo(place) {
        if (samePlace(place, this.state.place) && !this.state.query) {
            this.state.showPlaces = false;
            return this.refresh();
        }
        this.searchInput.el.value = "";
        Object.assign(this.state, { place, query: "", showPlaces: false, rows: [] });
        this.shut();
        this.state.selected.clear();
        this.remember();
        return this.loadPage();
    }

    /** Also told of the cross in the search line, which browsers tell twice. */
    search(query) {
        if (query.trim() === this.state.query) {
            return;
        }
        this.state.query = query.trim();
        // At once: a value that came with the next rendering would take what is typed meanwhile.
        this.searchInput.el.value = this.state.query;
        this.state.selected.clear();
        this.remember();
        return this.loadPage();
    }

    /** What was not found here may be in another place. */
    searchAll() {
        Object.assign(this.state, { place: { view: "all" }, rows: [] });
        this.remember();
        return this.loadPage();
    }

    setConversations(together) {
        this.state.conversations = together;
        browser.localStorage.setItem(AS_CONVERSATIONS, together ? "yes" : "no");
        return this.loadPage();
    }

    // ---- one mail ----------------------------------------------------------

    get index() {
        return this.state.rows.findIndex((row) => row.id === this.state.openId);
    }

    /** The row that the keyboard is at. */
    get current() {
        return this.state.rows[this.index];
    }

    /** The mail that a shortcut is about: the newest of the open conversation, else the row. */
    get target() {
        const messages = this.state.conversation?.messages || [];
        return messages.find((mail) => mail.id === this.state.openId) || this.current;
    }

    step(by) {
        const row = this.state.rows[Math.max(0, this.index + by)];
        if (row) {
            this.open(row.id);
        }
        if (this.index > this.state.rows.length - 10) {
            this.loadMore();
        }
    }

    async open(id, { keepUrl = false } = {}) {
        this.state.openId = id;
        if (!keepUrl) {
            this.remember();
        }
        this.state.opening = true;
        let unread = [];
        try {
            const found = await this.loadConversation(id);
            unread = found.messages.filter((mail) => mail.unread);
        } catch (error) {
            if (this.state.openId === id) {
                this.shut();
                this.notification.add(this.reason(error), { type: "warning" });
            }
        }
        if (unread.length && this.state.openId === id) {
            await this.markRead(unread.map((mail) => mail.id), true).catch(() => {});
        }
    }

    /** One step back on a phone, or out of the mail. */
    back() {
        if (this.state.showPlaces) {
            this.state.showPlaces = false;
        } else if (this.state.openId) {
            this.shut();
            this.remember();
        } else {
            this.state.selected.clear();
        }
    }

    shut() {
        Object.assign(this.state, { openId: false, conversation: null, opening: false });
    }

    // ---- what is done with mail ----------------------------------------------------

    showHelp() {
        this.dialog.add(ShortcutsDialog, { showAround: () => this.showAround() });
    }

    showAround() {
        this.shut();
        return showAround(this.tours, this.orm);
    }

    retry() {
        this.loadSidebar();
        return this.loadPage();
    }

    write() {
        return this.compose.open();
    }

    continueDraft(mail) {
        return this.compose.continueMessage(mail.id);
    }

    answer(mode, mail = this.target) {
        if (mail?.state === "draft") {
            return this.continueDraft(mail);
        }
        if (mail) {
            return this.compose.open({ mode, parent_id: mail.id });
        }
    }

    toggle(row) {
        const { selected } = this.state;
        selected.has(row.id) ? selected.delete(row.id) : selected.add(row.id);
    }

    selectAll(all) {
        this.state.selected = new Set(all ? this.state.rows.map((row) => row.id) : []);
    }

    get bulk() {
        return bulkTools(this);
    }

    async forSelected(run) {
        await run([...this.state.selected]);
    }
}

registry.category("actions").add("mail_center_mailbox", Mailbox);
