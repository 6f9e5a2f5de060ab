import { Component, onPatched, useRef } from "@odoo/owl";
import { deserializeDateTime, formatDate, formatDateTime } from "@web/core/l10n/dates";

const { DateTime } = luxon;

const BEGIN = "(?<![\\p{L}\\p{N}])";
const REST = "[\\p{L}\\p{N}]*";
const NO_ACCENT = { ł: "l", ø: "o", đ: "d", ħ: "h", ı: "i" };

/** As the search sees it, letter by letter: what is found there is at the same place in the text. */
function unaccented(text) {
    return text
        .split("")
        .map((letter) => {
            const lower = letter.toLowerCase();
            const plain = NO_ACCENT[lower] || lower.normalize("NFD").charAt(0);
            return plain.length === 1 ? plain : letter;
        })
        .join("");
}

/** The mails of a place. Rows out of sight cost nothing, see mailbox.scss. */
export class MailList extends Component {
    static template = "mail_center.MailList";
    static props = {
        rows: Array,
        openId: { type: [Number, Boolean] },
        selected: Object,
        words: Array,
        more: Boolean,
        open: Function,
        star: Function,
        toggle: Function,
        loadMore: Function,
    };

    setup() {
        this.root = useRef("root");
        this.anchor = null;
        let shown = false;
        onPatched(() => {
            // The row that the keyboard came to stays in sight.
            if (this.props.openId !== shown) {
                shown = this.props.openId;
                this.root.el?.querySelector(".o_open")?.scrollIntoView({ block: "nearest" });
            }
        });
    }

    onScroll(ev) {
        const { scrollTop, clientHeight, scrollHeight } = ev.target;
        if (scrollTop + clientHeight > scrollHeight - 600) {
            this.props.loadMore();
        }
    }

    onClick(row, ev) {
        if (ev.shiftKey && this.anchor !== null) {
            ev.preventDefault();
            const ids = this.props.rows.map((row) => row.id);
            const ends = [ids.indexOf(this.anchor), ids.indexOf(row.id)];
            const [from, to] = [Math.min(...ends), Math.max(...ends)];
            for (const other of this.props.rows.slice(Math.max(0, from), to + 1)) {
                if (!this.props.selected.has(other.id)) {
                    this.props.toggle(other);
                }
            }
        } else if (ev.ctrlKey || ev.metaKey) {
            this.props.toggle(row);
        } else {
            this.props.open(row.id);
        }
        this.anchor = row.id;
    }

    onCheck(row, ev) {
        if (ev.shiftKey) {
            this.onClick(row, ev);
        } else {
            this.props.toggle(row);
            this.anchor = row.id;
        }
    }

    onKeydown(row, ev) {
        if (ev.target === ev.currentTarget && ["Enter", " "].includes(ev.key)) {
            ev.preventDefault();
            ev.stopPropagation();
            this.props.open(row.id);
        }
    }

    who(row) {
        const text = row.direction === "out" ? row.to : row.sender;
        return text.replace(/\s*<[^>]*>/g, "").replaceAll('"', "") || text;
    }

    when(row) {
        const date = deserializeDateTime(row.date);
        const now = DateTime.local();
        if (date.hasSame(now, "day")) {
            return formatDateTime(date, { format: "HH:mm" });
        }
        return date.hasSame(now, "year") ? date.toFormat("d LLL") : formatDate(date);
    }

    /** The text in pieces, the words that were looked for marked in whatever form they have. */
    pieces(text) {
        const stems = this.props.words.join("|");
        if (!stems || !text) {
            return [{ text, found: false }];
        }
        const pieces = [];
        let end = 0;
        for (const match of unaccented(text).matchAll(new RegExp(`${BEGIN}(${stems})${REST}`, "gu"))) {
            pieces.push({ text: text.slice(end, match.index), found: false });
            end = match.index + match[0].length;
            pieces.push({ text: text.slice(match.index, end), found: true });
        }
        pieces.push({ text: text.slice(end), found: false });
        return pieces.filter((piece) => piece.text);
    }
}
