import { Component, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/** Uploads a log file and tells what became of its lines. */
export class LogImportDialog extends Component {
    static template = "mail_center.LogImportDialog";
    static components = { Dialog };
    static props = { close: Function };

    setup() {
        this.action = useService("action");
        this.file = useRef("file");
        this.state = useState({ chosen: false, busy: false, percent: 0, result: null });
    }

    choose() {
        this.state.chosen = Boolean(this.file.el.files.length);
    }

    upload() {
        const [file] = this.file.el.files;
        const data = new FormData();
        data.append("csrf_token", odoo.csrf_token);
        data.append("ufile", file);
        const request = new XMLHttpRequest();
        request.upload.onprogress = (ev) => {
            this.state.percent = Math.round((100 * ev.loaded) / ev.total);
        };
        request.onload = () => this.done(request);
        request.onerror = () => this.done(request);
        this.state.busy = true;
        request.open("POST", "/mail_center/log/import");
        request.send(data);
    }

    done(request) {
        let result;
        try {
            result = JSON.parse(request.responseText);
        } catch {
            result = { error: _t("The file could not be imported. Try again in a moment.") };
        }
        Object.assign(this.state, { busy: false, result });
    }

    async open() {
        await this.action.doActionButton({
            type: "object",
            name: "action_open_lines",
            resModel: "mail.center.log.import",
            resId: this.state.result.id,
        });
        this.props.close();
    }
}
