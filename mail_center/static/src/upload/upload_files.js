import { Component, onWillUnmount, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ProgressBarField, progressBarField } from "@web/views/fields/progress_bar/progress_bar_field";

const PART = 8 * 1024 * 1024;
// By them another file of the same name and size is told from the one that was begun.
const HEAD = 48 * 1024;
// A network that is away for a moment ends no upload.
const PAUSES = [1, 3, 10, 30, 60];

function wait(seconds) {
    return new Promise((done) => setTimeout(done, seconds * 1000));
}

/** Uploads the chosen files in parts; begun again, it goes on where it was broken off. */
export class UploadFiles extends Component {
    static template = "mail_center.UploadFiles";
    static props = { "*": true };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.files = useRef("files");
        this.state = useState({ busy: false, chosen: 0, percent: 0, name: "", error: "" });
        onWillUnmount(() => {
            this.gone = true;
        });
    }

    chosen() {
        this.state.chosen = this.files.el.files.length;
        this.state.error = "";
    }

    /** [{name, blob, sizes}]: .eml files go together, as one. */
    get bundles() {
        const files = [...this.files.el.files];
        const single = files.filter((file) => file.name.toLowerCase().endsWith(".eml"));
        const bundles = files
            .filter((file) => !single.includes(file))
            .map((file) => ({ name: file.name, blob: file, sizes: [] }));
        if (single.length) {
            const name = single.length > 1 ? _t("%s .eml files", single.length) : single[0].name;
            bundles.push({
                name,
                blob: new Blob(single),
                sizes: single.map((file) => file.size),
            });
        }
        return bundles.filter((bundle) => bundle.blob.size);
    }

    async upload() {
        const { account_id: account, folder_name: folder } = this.props.record.data;
        if (!account || !folder) {
            this.state.error = _t("Choose the account and the folder first.");
            return;
        }
        Object.assign(this.state, { busy: true, error: "" });
        const refused = [];
        let sent = 0;
        try {
            for (const bundle of this.bundles) {
                Object.assign(this.state, { name: bundle.name, percent: 0 });
                try {
                    await this.send(bundle, account.id, folder);
                    sent++;
                } catch (error) {
                    if (!error.data) {
                        throw error;
                    }
                    // One that is no mail, among others: they are sent all the same.
                    refused.push(error.data.message);
                }
            }
        } catch (error) {
            refused.push(error.message);
        } finally {
            this.state.busy = false;
        }
        if (refused.length && sent) {
            refused.push(_t("The other files were uploaded."));
        }
        this.state.error = refused.join("\n");
        if (!this.gone && !refused.length) {
            // From the list itself it is not put behind itself once more.
            const here = this.action.currentController?.action.res_model === "mail.center.upload";
            const stackPosition = here && "replaceCurrentAction";
            this.action.doAction("mail_center.mail_center_upload_action", { stackPosition });
        }
    }

    async send({ name, blob, sizes }, account, folder) {
        const bytes = new Uint8Array(await blob.slice(0, HEAD).arrayBuffer());
        const head = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
        const upload = await this.orm.call("mail.center.upload", "start", [
            account,
            folder,
            name,
            blob.size,
            sizes,
            head,
        ]);
        let { received } = upload;
        while (received < blob.size && !this.gone) {
            const part = blob.slice(received, received + PART);
            received = await this.sendPart(upload.id, received, part);
            this.state.percent = Math.floor((100 * received) / blob.size);
        }
    }

    async sendPart(id, offset, part) {
        const data = new FormData();
        data.append("csrf_token", odoo.csrf_token);
        data.append("offset", offset);
        data.append("ufile", part);
        for (const pause of [...PAUSES, null]) {
            let answer;
            try {
                const response = await fetch(`/mail_center/upload/${id}`, {
                    method: "POST",
                    body: data,
                });
                if (response.ok) {
                    answer = await response.json();
                }
            } catch {
                // The network is away.
            }
            if (answer?.error) {
                throw new Error(answer.error);
            }
            if (answer) {
                return answer.received;
            }
            if (pause) {
                await wait(pause);
            }
        }
        throw new Error(
            _t("The connection was lost. Choose the same files again: the upload goes on.")
        );
    }
}
registry.category("view_widgets").add("mail_center_upload_files", { component: UploadFiles });

/** A progress bar that moves by itself. */
class UploadProgress extends ProgressBarField {
    setup() {
        super.setup();
        const bus = useService("bus_service");
        const moved = ({ id }) => {
            if (id === this.props.record.resId) {
                this.props.record.load();
            }
        };
        bus.subscribe("mail_center/upload", moved);
        onWillUnmount(() => bus.unsubscribe("mail_center/upload", moved));
    }
}
registry
    .category("fields")
    .add("mail_center_upload_progress", { ...progressBarField, component: UploadProgress });
