import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { normalizedMatch } from "@web/core/l10n/utils";
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
 * values of a real record beside the names. A second tab lists the formats, conditions and loops,
 * applied to the field that one has come to.
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
        this.lastFormats = new KeepLast();
        this.state = useState({
            steps: [],
            text: "",
            fields: [],
            columns: [],
            loading: true,
            resId: this.props.resId,
            tab: "fields",
            formatted: null,
            formats: [],
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

    get searchLabel() {
        return this.state.tab === "fields"
            ? _t("Search all special fields…")
            : _t("Search formats, conditions and loops…");
    }

    formatLabel(field) {
        return _t("Formats, conditions and loops with “%s”", field.label);
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

    // ---- formats, conditions and loops -------------------------------------

    /** The special field that the formats are applied to, if there is one. */
    get target() {
        const { formatted, steps } = this.state;
        return formatted || steps.find((step) => step.kind === "records") || this.here;
    }

    /** The formats that have every word of the search, with the heading before the first of each
     * group. */
    get formats() {
        const words = this.state.text.split(/\s+/).filter(Boolean);
        const found = this.state.formats.filter(({ label, insert, group }) =>
            words.every((word) => normalizedMatch(`${label} ${insert} ${group}`, word).match)
        );
        return found.map((format, index) => ({
            ...format,
            heading: format.group !== found[index - 1]?.group && format.group,
        }));
    }

    async loadFormats() {
        const path = this.target?.path || "";
        this.state.loading = true;
        this.state.formats = await this.lastFormats.add(
            this.orm.call("mail.center.template", "special_field_formats", [], {
                model: this.props.model,
                path,
                res_id: this.state.resId,
                partner_id: this.props.partnerId,
            })
        );
        this.state.loading = false;
    }

    showFields() {
        this.state.tab = "fields";
        this.state.formatted = null;
        this.search.el?.focus();
        return this.load();
    }

    /** @param {Object} [field] what to apply them to, else what one has come to by walking */
    showFormats(field = null) {
        this.state.tab = "formats";
        this.state.formatted = field;
        if (field) {
            // It was a search for the field.
            this.state.text = "";
        }
        this.search.el?.focus();
        return this.loadFormats();
    }

    /** The examples for any document instead of those for one field. */
    forgetTarget() {
        this.state.formatted = null;
        this.state.steps = [];
        return this.loadFormats();
    }

    // ---- special fields -----------------------------------------------------

    onInput(ev) {
        this.state.text = ev.target.value;
        if (this.state.tab === "fields") {
            this.loadSoon();
        }
    }

    clearSearch() {
        this.state.text = "";
        this.search.el?.focus();
        return this.reload();
    }

    reload() {
        return this.state.tab === "fields" ? this.load() : this.loadFormats();
    }

    onRecord(resId) {
        this.state.resId = resId;
        this.props.onRecord(resId);
        return this.reload();
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
        if (this.state.tab === "formats") {
            const [first] = this.formats;
            return first && this.pick({ text: first.insert });
        }
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
            this.state.tab === "fields" &&
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
