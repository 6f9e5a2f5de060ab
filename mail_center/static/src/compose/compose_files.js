import { Component, onWillUnmount, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { humanNumber } from "@web/core/utils/numbers";
import { useService } from "@web/core/utils/hooks";

const MODEL = "mail.center.draft";
let number = 1;

/** The files of a draft: chips, progress of what is being uploaded, and where to take them from. */
export class ComposeFiles extends Component {
    static template = "mail_center.ComposeFiles";
    static props = {
        draftId: Number,
        files: Array,
        maxBytes: Number,
        onChange: Function,
        setApi: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.input = useRef("input");
        this.state = useState({ uploads: [], error: "" });
        this.props.setApi({
            add: (files) => this.add(files),
            choose: () => this.input.el.click(),
            settle: () => this.settle(),
        });
        this.queue = Promise.resolve();
        this.failed = 0;
        onWillUnmount(() => [...this.state.uploads].forEach((upload) => this.cancel(upload)));
    }

    size(bytes) {
        return `${humanNumber(bytes, { decimals: 0 })}B`;
    }

    removeLabel(file) {
        return _t("Remove %s", file.name);
    }

    cancelLabel(upload) {
        return _t("Cancel %s", upload.name);
    }

    icon(file) {
        const type = file.mimetype || "";
        if (type.startsWith("image/")) {
            return "fa-file-image-o";
        }
        return type === "application/pdf" ? "fa-file-pdf-o" : "fa-file-o";
    }

    onInput() {
        this.add([...this.input.el.files]);
        this.input.el.value = "";
    }

    add(files) {
        this.state.error = "";
        let total = this.props.files.reduce((sum, file) => sum + file.size, 0);
        total += this.state.uploads.reduce((sum, upload) => sum + upload.size, 0);
        for (const file of files) {
            total += file.size;
            if (total > this.props.maxBytes) {
                total -= file.size;
                this.state.error = _t(
                    "“%(name)s” does not fit: the files of one mail may have %(max)s MB together. Send a link to it instead.",
                    { name: file.name, max: Math.floor(this.props.maxBytes / 1024 ** 2) }
                );
                continue;
            }
            this.upload(file);
        }
    }

    /** One after the other: they stay in their order, and don't contend for the draft. */
    upload(file) {
        const id = number++;
        this.state.uploads.push({ id, name: file.name, size: file.size, progress: 0 });
        const upload = this.state.uploads.find((one) => one.id === id);
        this.queue = this.queue.then(() => this.transfer(file, upload));
    }

    transfer(file, upload) {
        if (upload.cancelled) {
            return;
        }
        const request = (upload.request = new XMLHttpRequest());
        const form = new FormData();
        form.append("csrf_token", odoo.csrf_token);
        form.append("ufile", file);
        request.upload.addEventListener("progress", (ev) => {
            upload.progress = Math.round((100 * ev.loaded) / ev.total);
        });
        return new Promise((done) => {
            request.addEventListener("loadend", () => {
                this.finish(file, upload);
                done();
            });
            request.open("POST", `/mail_center/draft/${this.props.draftId}/upload`);
            request.send(form);
        });
    }

    finish(file, upload) {
        this.forget(upload.id);
        let answer = {};
        try {
            answer = JSON.parse(upload.request.responseText);
        } catch {
            // not ours: a proxy that found it too large, or no connection
        }
        if (answer.files) {
            this.props.onChange(answer.files);
        } else if (!upload.cancelled) {
            this.failed++;
            this.state.error =
                answer.error || _t("“%s” could not be uploaded. Try again.", file.name);
        }
    }

    /** Until nothing is on its way any more; false when something of it could not be uploaded. */
    async settle() {
        const { failed } = this;
        let queue;
        while (queue !== this.queue) {
            queue = this.queue; // more may be added meanwhile
            await queue;
        }
        return this.failed === failed;
    }

    forget(id) {
        const index = this.state.uploads.findIndex((upload) => upload.id === id);
        if (index >= 0) {
            this.state.uploads.splice(index, 1);
        }
    }

    cancel(upload) {
        upload.cancelled = true;
        if (upload.request) {
            upload.request.abort();
        } else {
            this.forget(upload.id);
        }
    }

    async remove(file) {
        this.props.onChange(
            await this.orm.call(MODEL, "remove_file", [[this.props.draftId], file.id])
        );
    }
}
