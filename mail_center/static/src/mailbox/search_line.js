import { Component, onMounted, onWillStart, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus, useService } from "@web/core/utils/hooks";

const TOKEN = /-?[A-Za-z]+:(?:"[^"]*"?|\S+)|-?"[^"]*"?|\S+/g;

/** The conditions of a search line, as they are written. */
export function tokens(query) {
    return query.match(TOKEN) || [];
}

/** A name for a search to keep. */
class SaveSearchDialog extends Component {
    static template = "mail_center.SaveSearchDialog";
    static components = { Dialog };
    static props = { query: String, save: Function, close: Function };

    setup() {
        this.state = useState({ name: this.props.query });
        useAutofocus();
    }

    async save() {
        await this.props.save(this.state.name);
        this.props.close();
    }
}

/** The search line: words, filters to click, what was asked as facets, and searches to keep. */
export class SearchLine extends Component {
    static template = "mail_center.SearchLine";
    static components = { Dropdown, DropdownItem };
    static props = {
        place: Object,
        query: String,
        busy: Boolean,
        unknown: Array,
        search: Function,
        input: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.input = useRef("search");
        this.props.input(this.input);
        onMounted(() => (this.input.el.value = this.props.query));
        this.state = useState({ saved: [], counts: {}, more: false });
        onWillStart(() => {
            this.load("saved_searches", []);
        });
    }

    async load(method, args) {
        this.state.saved = await this.orm.silent.call("mail.center.mailbox", method, args);
    }

    /** Conditions, each to be taken away by a click; plain words stay in the line. */
    get facets() {
        return tokens(this.props.query).filter((token) => /^-?[A-Za-z]+:/.test(token));
    }

    get filters() {
        return [
            { token: "is:unread", name: _t("Unread") },
            { token: "has:attachment", name: _t("With files") },
            { token: "is:starred", name: _t("Starred") },
            { token: "is:unlinked", name: _t("Unlinked") },
            { token: "assigned:me", name: _t("I handle these") },
            { token: "-is:automatic", name: _t("Written by people") },
            { token: "after:7d", name: _t("Last 7 days") },
            { token: "after:30d", name: _t("Last 30 days") },
        ].map((filter) => ({
            ...filter,
            active: this.facets.includes(filter.token),
            count: this.countOf(filter.token),
        }));
    }

    countOf(token) {
        const count = this.state.counts[token];
        return count === undefined ? "" : `${count}${this.state.more ? "+" : ""}`;
    }

    /** How many mails each filter leaves, as soon as somebody looks at the filters. */
    async count() {
        this.state.counts = {};
        const { place, query } = this.props;
        const tokens = this.filters.map((filter) => filter.token);
        const found = await this.orm.silent
            .call("mail.center.mailbox", "facets", [place, tokens, query])
            .catch(() => ({ counts: {}, more: false })); // the filters work without
        Object.assign(this.state, found);
    }

    get fits() {
        return this.state.saved.find((saved) => saved.query === this.props.query);
    }

    run(query) {
        this.input.el.value = query;
        return this.props.search(query);
    }

    toggle(token) {
        const now = tokens(this.input.el.value);
        const without = now.filter((one) => one !== token);
        return this.run((without.length < now.length ? without : [...now, token]).join(" "));
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            this.props.search(ev.target.value);
        } else if (ev.key === "Escape") {
            ev.target.blur();
            this.run("");
        }
    }

    keep() {
        const { query } = this.props;
        this.dialog.add(SaveSearchDialog, {
            query,
            save: (name) => this.load("save_search", [name, query]),
        });
    }

    forget(saved) {
        return this.load("forget_search", [saved.id]);
    }
}
