import { onWillUnmount, useExternalListener, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { Mutex } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";

const MODEL = "mail.center.draft";
const PAUSE = 1500; // after the last key
const RETRY = 5000;

/**
 * Saves a draft a moment after it was changed, and what is left when the page is closed.
 *
 * @param {Object} draft the reactive draft
 * @param {{ read: () => Promise<string>, readNow: () => string }} body
 */
export function useSaving(draft, body) {
    const saving = new Saving(useService("orm"), draft, body);
    saving.state = useState(saving.state);
    useExternalListener(window, "pagehide", () => saving.flushNow());
    onWillUnmount(() => browser.clearTimeout(saving.timer));
    return saving;
}

class Saving {
    constructor(orm, draft, body) {
        Object.assign(this, { orm, draft, body });
        this.state = { status: "", conflict: false };
        this.dirty = new Set();
        this.mutex = new Mutex();
        this.stopped = false;
    }

    get label() {
        return {
            "": "",
            changed: "",
            saving: _t("Saving…"),
            saved: _t("Saved"),
            failed: _t("Not saved, trying again…"),
        }[this.state.status];
    }

    changed(...names) {
        names.forEach((name) => this.dirty.add(name));
        this.state.status = "changed";
        this.plan(PAUSE);
    }

    plan(milliseconds) {
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.flush(), milliseconds);
    }

    values(body) {
        const { draft } = this;
        const all = {
            subject: () => draft.subject,
            account_id: () => draft.account_id,
            type_id: () => draft.type_id,
            template_id: () => draft.template_id,
            body_html: () => body,
            recipients_to: () => draft.to,
            recipients_cc: () => draft.cc,
            recipients_bcc: () => draft.bcc,
        };
        return Object.fromEntries([...this.dirty].map((name) => [name, all[name]()]));
    }

    /** Save now what has changed; safe to call at any time. */
    flush() {
        browser.clearTimeout(this.timer);
        return this.mutex.exec(() => this._flush());
    }

    async _flush() {
        if (this.stopped || this.state.conflict || !this.dirty.size) {
            return;
        }
        const body = this.dirty.has("body_html") ? await this.body.read() : "";
        const vals = this.values(body);
        const names = [...this.dirty];
        this.dirty.clear();
        this.state.status = "saving";
        try {
            const answer = await this.orm.silent.call(MODEL, "save", [
                [this.draft.id],
                vals,
                this.draft.version,
            ]);
            this.state.conflict = !!answer.conflict;
            if (!answer.conflict) {
                this.draft.version = answer.version;
                this.draft.touched = answer.touched;
            }
            this.state.status = this.dirty.size ? "changed" : "saved";
        } catch (error) {
            names.forEach((name) => this.dirty.add(name));
            this.state.status = "failed";
            this.plan(RETRY);
            if (error.exceptionName) {
                throw error; // the server says why: let it be shown
            }
        }
    }

    /** The page is going away: the request must outlive it, so there is no time for an answer. */
    flushNow() {
        if (this.stopped || this.state.conflict || !this.dirty.size) {
            return;
        }
        const vals = this.values(this.body.readNow());
        this.dirty.clear();
        const args = [[this.draft.id], vals, this.draft.version];
        const params = { model: MODEL, method: "save", args, kwargs: {} };
        browser
            .fetch(`/web/dataset/call_kw/${MODEL}/save`, {
                method: "POST",
                headers: { "Content-Type": "application/json" },
                body: JSON.stringify({ jsonrpc: "2.0", method: "call", params }),
                keepalive: true,
            })
            .catch(() => {});
    }

    stop() {
        this.stopped = true;
        browser.clearTimeout(this.timer);
    }
}
