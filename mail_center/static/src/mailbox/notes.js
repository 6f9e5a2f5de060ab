import { Component, useRef, useState } from "@odoo/owl";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";

/** What colleagues tell each other about the open conversation. */
export class Notes extends Component {
    static template = "mail_center.Notes";
    static props = { notes: Array, add: Function, remove: Function };

    setup() {
        this.input = useRef("input");
        this.state = useState({ text: "", writing: false, saving: false });
    }

    when(note) {
        return toLocaleDateTimeString(deserializeDateTime(note.date), { showSeconds: false });
    }

    begin() {
        this.state.writing = true;
        // After it is there.
        requestAnimationFrame(() => this.input.el?.focus());
    }

    cancel() {
        Object.assign(this.state, { writing: false, text: "" });
    }

    async save() {
        if (!this.state.text.trim() || this.state.saving) {
            return;
        }
        this.state.saving = true;
        try {
            await this.props.add(this.state.text);
            this.cancel();
        } finally {
            this.state.saving = false;
        }
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && (ev.ctrlKey || ev.metaKey)) {
            ev.preventDefault();
            this.save();
        } else if (ev.key === "Escape") {
            ev.stopPropagation();
            this.cancel();
        }
    }
}
