import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { KeepLast } from "@web/core/utils/concurrency";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

const ICONS = {
    text: "fa-font",
    html: "fa-align-left",
    integer: "fa-hashtag",
    number: "fa-hashtag",
    boolean: "fa-check-square-o",
    date: "fa-calendar-o",
    datetime: "fa-clock-o",
    record: "fa-file-text-o",
    records: "fa-list-ul",
    list: "fa-list-ul",
};

/**
 * Choose a special field: search, or walk along the relations one level at a time, with the
 * values of a real record beside the names.
 */
export class SpecialFieldDialog extends Component {
    static template = "mail_center.SpecialFieldDialog";
    static components = { Dialog, RecordSelector };
    static props = {
        model: { type: [String, { value: false }] },
        resId: { type: [Number, { value: false }] },
        partnerId: { type: [Number, { value: false }], optional: true },
        blocks: { type: Boolean, optional: true },
        onPick: Function,
        onRecord: { type: Function, optional: true },
        close: Function,
    };
    static defaultProps = { blocks: false, partnerId: false, onRecord: () => {} };

    setup() {
        this.orm = useService("orm");
        this.title = _t("Special fields");
        this.search = useAutofocus({ refName: "search", mobile: false });
        this.list = useRef("list");
        this.last = new KeepLast();
        this.state = useState({
            steps: [],
            text: "",
            fields: [],
            columns: [],
            loading: true,
            resId: this.props.resId,
        });
        this.loadSoon = useDebounced(() => this.load(), 250);
        onWillStart(() => this.load());
    }

    get here() {
        return this.state.steps.at(-1);
    }

    /** Whether the fields shown are those of each record of a list. */
    get inList() {
        return !this.state.text && this.state.steps.some((step) => step.kind === "records");
    }

    get listPath() {
        return this.state.steps.find((step) => step.kind === "records")?.path;
    }

    icon(field) {
        return ICONS[field.kind] || "fa-font";
    }

    async load() {
        this.state.loading = true;
        const { text, steps, resId } = this.state;
        this.state.fields = await this.last.add(
            this.orm.call("mail.center.template", "special_fields", [], {
                model: this.props.model,
                path: text ? "" : steps.at(-1)?.path || "",
                text: text.trim(),
                res_id: resId,
                partner_id: this.props.partnerId,
            })
        );
        this.loadedText = text;
        this.state.loading = false;
    }

    onInput(ev) {
        this.state.text = ev.target.value;
        this.loadSoon();
    }

    clearSearch() {
        this.state.text = "";
        this.search.el?.focus();
        return this.load();
    }

    onRecord(resId) {
        this.state.resId = resId;
        this.props.onRecord(resId);
        return this.load();
    }

    open(field) {
        if (this.state.text) {
            // Found by searching: go back by the path it has.
            this.state.steps = [];
        }
        this.state.steps.push(field);
        this.state.text = "";
        this.search.el?.focus();
        if (field.kind === "records") {
            this.state.columns = [];
        }
        return this.load();
    }

    goTo(index) {
        this.state.steps.splice(index);
        this.state.text = "";
        return this.load();
    }

    choose(field) {
        if (this.inList) {
            return field.opens && field.kind === "record" ? this.open(field) : this.toggle(field);
        }
        return field.opens ? this.open(field) : this.pick({ text: field.insert });
    }

    /** By the keyboard: what was typed last may not have been looked for yet. */
    async chooseFirst() {
        if (this.loadedText !== this.state.text) {
            this.loadSoon.cancel();
            await this.load();
        }
        if (this.state.fields.length) {
            await this.choose(this.state.fields[0]);
        }
    }

    toggle(field) {
        const at = this.state.columns.findIndex((column) => column.path === field.path);
        if (at >= 0) {
            this.state.columns.splice(at, 1);
        } else {
            this.state.columns.push(field);
        }
    }

    isColumn(field) {
        return this.state.columns.some((column) => column.path === field.path);
    }

    pick(content) {
        this.props.close();
        this.props.onPick(content);
    }

    pickCondition(field) {
        this.pick({ text: field.condition });
    }

    async pickBlock(style) {
        const html = await this.orm.call("mail.center.template", "special_field_block", [
            this.props.model,
            this.listPath,
            this.state.columns.map((column) => column.path),
            style,
        ]);
        this.pick({ html });
    }

    onKeydown(ev) {
        const rows = [...(this.list.el?.querySelectorAll(".o_special_field_main") || [])];
        const at = rows.indexOf(document.activeElement);
        if (ev.key === "ArrowDown" && rows.length) {
            rows[Math.min(at + 1, rows.length - 1)].focus();
        } else if (ev.key === "ArrowUp" && rows.length) {
            (at > 0 ? rows[at - 1] : this.search.el)?.focus();
        } else if (ev.key === "Enter" && ev.target === this.search.el) {
            this.chooseFirst();
        } else if (
            ev.key === "Backspace" &&
            ev.target === this.search.el &&
            !this.state.text &&
            this.state.steps.length
        ) {
            this.goTo(this.state.steps.length - 1);
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }
}
