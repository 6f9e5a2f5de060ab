import { reactive, toRaw, useEnv, useState } from "@odoo/owl";
import { KeepLast } from "@web/core/utils/concurrency";
import { debounce } from "@web/core/utils/timing";

const desks = new WeakMap();
const TYPING_PAUSE = 350;

/**
 * What the parts of the template form share: the texts as they are being typed, the record and
 * recipient whose values are shown, and what the server makes of it all.
 */
class TemplateDesk {
    constructor(orm) {
        // Not the service of a component: this lives as long as the form's model.
        this.orm = orm;
        this.record = null;
        this.texts = {};
        this.wanted = { res_id: false, partner_id: false, lang: false };
        this.result = null;
        this.loading = false;
        this.failed = false;
        this.last = new KeepLast();
    }

    get model() {
        return this.record?.data.model || false;
    }

    /** The record of the form has changed: loaded, saved, discarded or edited. */
    follow(record) {
        const { subject, body_html, model } = record.data;
        const known = this.key;
        this.record = record;
        this.key = `${record.resId}/${model}`;
        if (known !== this.key) {
            this.wanted = { res_id: false, partner_id: false, lang: false };
            this.result = null;
        }
        this.texts.subject = subject || "";
        this.texts.body_html = body_html ? body_html.toString() : "";
        this.refreshSoon();
    }

    /** The form is gone. */
    leave() {
        this.refreshSoon.cancel();
        this.record = null;
        this.key = null;
        this.result = null;
    }

    /** A text is being typed; the record learns of it later. */
    type(field, value) {
        this.texts[field] = value;
        this.refreshSoon();
    }

    want(values) {
        Object.assign(this.wanted, values);
        return this.refresh();
    }

    async refresh() {
        if (!this.record) {
            return;
        }
        const record = this.record;
        const values = { ...this.texts, ...this.wanted, model: this.model };
        this.loading = true;
        try {
            const result = await this.last.add(
                this.orm.silent.call(
                    "mail.center.template",
                    "preview",
                    [record.resId ? [record.resId] : [], values],
                    { context: record.context }
                )
            );
            if (this.record !== record) {
                return;
            }
            // While something is wrong, the last good look stays beside the message.
            if (result.page === null && this.result?.page && !result.error) {
                result.page = this.result.page;
                result.subject = this.result.subject;
                result.stale = true;
            }
            this.result = result;
            this.failed = false;
        } catch (error) {
            this.failed = true;
            throw error;
        } finally {
            this.loading = false;
        }
    }
}

/** The desk of the form that shows *record*; a component that uses it follows its changes. */
export function useTemplateDesk(record) {
    const { orm } = useEnv().services;
    const key = toRaw(record.model);
    if (!desks.has(key)) {
        const desk = reactive(new TemplateDesk(orm));
        // Through the reactive object, so that what it does is noticed.
        desk.refreshSoon = debounce(() => desk.refresh(), TYPING_PAUSE);
        desks.set(key, desk);
    }
    return useState(desks.get(key));
}
