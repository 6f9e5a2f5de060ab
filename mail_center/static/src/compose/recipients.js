import { Component, onMounted, useExternalListener, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

const MODEL = "mail.center.draft";

/** One line of recipients: chips, and a field that finds people and takes typed addresses. */
export class Recipients extends Component {
    static template = "mail_center.Recipients";
    static props = {
        id: String,
        label: String,
        entries: Array,
        onChange: Function,
        onTyping: Function,
        autofocus: { type: Boolean, optional: true },
        slots: { type: Object, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.input = useRef("input");
        this.root = useRef("root");
        // What was found is for `foundFor`, which is behind what is typed until the server answers.
        this.state = useState({ text: "", found: [], foundFor: "", active: -1, open: false });
        this.keepLast = new KeepLast();
        this.search = useDebounced(this.searchNow.bind(this), 150);
        useExternalListener(window, "pointerdown", (ev) => {
            if (!this.root.el?.contains(ev.target)) {
                this.state.open = false;
            }
        });
        onMounted(() => this.props.autofocus && this.input.el.focus());
    }

    get listId() {
        return `${this.props.id}_list`;
    }

    get activeId() {
        return this.state.open && this.state.active >= 0
            ? `${this.listId}_${this.state.active}`
            : undefined;
    }

    avatar(entry) {
        return entry.partner_id ? `/web/image/res.partner/${entry.partner_id}/avatar_128` : "";
    }

    initial(entry) {
        return (entry.name || entry.email || "?").trim().charAt(0).toUpperCase();
    }

    removeLabel(entry) {
        return _t("Remove %s", entry.name || entry.email);
    }

    isValid(entry) {
        return entry.valid !== false;
    }

    // ---- finding ---------------------------------------------------------------

    searchPeople(text) {
        return this.orm.silent.call(MODEL, "search_recipients", [text]);
    }

    async searchNow() {
        const text = this.state.text;
        this.showFound(text, await this.keepLast.add(this.searchPeople(text)));
    }

    showFound(text, found) {
        this.state.foundFor = text;
        this.state.found = this.untaken(found);
        this.state.active = text && this.state.found.length ? 0 : -1;
        this.state.open =
            !!this.state.found.length && document.activeElement === this.input.el;
    }

    onInput(ev) {
        this.state.text = ev.target.value;
        const text = this.state.text;
        // A comma ends an address, but not one inside the quotation marks of a name.
        const quotes = (text.match(/"/g) || []).length;
        if (/[,;]\s*$/.test(text) && text.includes("@") && quotes % 2 === 0) {
            return this.take(text.replace(/[,;]\s*$/, ""));
        }
        this.search();
    }

    onPaste(ev) {
        const text = ev.clipboardData?.getData("text/plain") || "";
        if (!this.state.text && /@.*[,;\n]/.test(text)) {
            ev.preventDefault();
            this.take(text.replace(/[\n;]+(?![^:]*;)/g, ", "));
        }
    }

    /** Whom one wrote to lately; not before one asks, for the list lies over the mail. */
    onClick() {
        if (!this.props.entries.length && !this.state.open) {
            this.search();
        }
    }

    onBlur(ev) {
        if (ev.relatedTarget?.closest(".o_mail_center_chip") && this.root.el?.contains(ev.relatedTarget)) {
            return; // a chip is being removed: the caret comes back
        }
        this.state.open = false;
        if (this.state.text.trim()) {
            this.take(this.state.text);
        }
    }

    onKeydown(ev) {
        const { found, foundFor, active, open, text } = this.state;
        if (ev.ctrlKey || ev.metaKey || ev.isComposing) {
            return;
        }
        if (["ArrowDown", "ArrowUp"].includes(ev.key)) {
            ev.preventDefault();
            if (!open) {
                return this.searchNow();
            }
            const step = ev.key === "ArrowDown" ? 1 : -1;
            this.state.active = (active + step + found.length) % found.length;
        } else if (ev.key === "Enter" || (ev.key === "Tab" && text.trim() && !ev.shiftKey)) {
            const chosen = open && foundFor === text ? found[active] : undefined;
            if (chosen && (!text.includes("@") || chosen.email.startsWith(text.trim()))) {
                ev.preventDefault();
                this.choose(chosen);
            } else if (text.trim()) {
                ev.preventDefault();
                text.includes("@") ? this.take(text) : this.takeName(text);
            }
        } else if (ev.key === "Escape" && open) {
            ev.stopPropagation();
            this.state.open = false;
        } else if (ev.key === "Backspace" && !text && this.props.entries.length) {
            this.remove(this.props.entries.length - 1);
        }
    }

    // ---- changing --------------------------------------------------------------

    choose(entry) {
        this.addEntries([entry]);
        this.reset();
        this.input.el.focus();
    }

    reset() {
        Object.assign(this.state, { text: "", found: [], foundFor: "", active: -1, open: false });
        this.search.cancel();
        this.keepLast.add(Promise.resolve());
    }

    /** Typed text becomes chips; what is no address becomes a red one. */
    take(text) {
        this.reset();
        return this.reading(this.parse(text));
    }

    /** A name, typed faster than the list came. Of several people nobody is chosen unseen. */
    takeName(text) {
        this.reset();
        return this.reading(this.findOne(text));
    }

    /** Nothing is sent before what was typed is understood. */
    reading(promise) {
        this.props.onTyping(promise);
        return promise;
    }

    async parse(text) {
        this.addEntries(await this.orm.silent.call(MODEL, "parse_recipients", [text]));
    }

    async findOne(text) {
        const found = await this.searchPeople(text);
        if (found.length === 1) {
            return this.addEntries(found);
        }
        if (found.length && !this.state.text && document.activeElement === this.input.el) {
            this.state.text = text;
            return this.showFound(text, found);
        }
        return this.parse(text);
    }

    untaken(entries) {
        const taken = new Set(this.props.entries.map((entry) => entry.email.toLowerCase()));
        return entries.filter((entry) => !taken.has(entry.email.toLowerCase()));
    }

    addEntries(entries) {
        const fresh = this.untaken(entries)
            .map(({ name, email, partner_id, valid }) => ({ name, email, partner_id, valid }));
        if (fresh.length) {
            this.props.onChange([...this.props.entries, ...fresh]);
        }
    }

    remove(index) {
        this.props.onChange(this.props.entries.filter((_entry, at) => at !== index));
        this.input.el.focus();
    }

    /** Back into the field, to be corrected. */
    edit(index) {
        const entry = this.props.entries[index];
        this.remove(index);
        this.state.text = entry.name && this.isValid(entry)
            ? `"${entry.name.replace(/"/g, "")}" <${entry.email}>`
            : entry.email;
    }
}
