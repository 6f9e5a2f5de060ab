import { Component, onPatched, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";

import { pieces } from "./marks";
import { shortDate } from "./short_date";

const BLOCK = 50;
const AHEAD = "1200px 0px";

/** The mails of a place. Of a long list only what is near to being seen is in the page. */
export class MailList extends Component {
    static template = "mail_center.MailList";
    static props = {
        rows: Array,
        openId: { type: [Number, Boolean] },
        selected: Object,
        words: Array,
        names: Array,
        more: Boolean,
        open: Function,
        star: Function,
        toggle: Function,
        loadMore: Function,
    };

    setup() {
        this.root = useRef("root");
        this.anchor = null;
        // Block number → the height that it has, while its rows are not there.
        this.state = useState({ empty: {} });
        const observer = new IntersectionObserver((entries) => this.onSeen(entries), {
            rootMargin: AHEAD,
        });
        useEffect(
            () => {
                for (const block of this.root.el.querySelectorAll(".o_mail_center_block")) {
                    observer.observe(block);
                }
            },
            () => [this.blocks.length]
        );
        onWillUnmount(() => observer.disconnect());
        let shown = false;
        onPatched(() => {
            // The row that the keyboard came to stays in sight.
            const { openId, rows } = this.props;
            if (openId === shown) {
                return;
            }
            const row = this.root.el?.querySelector(".o_open");
            const number = Math.floor(rows.findIndex((one) => one.id === openId) / BLOCK);
            if (!row && number in this.state.empty) {
                // Keys may be faster than what is drawn: its block is made, then this comes again.
                delete this.state.empty[number];
                return;
            }
            shown = openId;
            row?.scrollIntoView({ block: "nearest" });
        });
    }

    get blocks() {
        const { rows } = this.props;
        return Array.from({ length: Math.ceil(rows.length / BLOCK) }, (_, number) => {
            const height = this.state.empty[number];
            return {
                number,
                height,
                rows: height ? [] : rows.slice(number * BLOCK, (number + 1) * BLOCK),
            };
        });
    }

    onSeen(entries) {
        for (const { target, isIntersecting, boundingClientRect: box } of entries) {
            const number = Number(target.dataset.block);
            if (isIntersecting) {
                delete this.state.empty[number];
            } else if (box.height && !target.contains(document.activeElement)) {
                this.state.empty[number] = box.height;
            }
        }
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
        return shortDate(deserializeDateTime(row.date));
    }

    pieces(text, names) {
        return pieces(text, this.props.words, names);
    }
}
