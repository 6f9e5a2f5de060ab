import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { humanNumber } from "@web/core/utils/numbers";
import { useService } from "@web/core/utils/hooks";

/** The mail as it will go out: what the server shows is read back from the finished message. */
export class PreviewDialog extends Component {
    static template = "mail_center.PreviewDialog";
    static components = { Dialog };
    static props = { draftId: Number, html: String, send: Function, close: Function };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ view: "desktop", remote: false, mail: null });
        this.views = [
            { name: "desktop", label: _t("Desktop"), icon: "fa-desktop" },
            { name: "phone", label: _t("Phone"), icon: "fa-mobile" },
            { name: "text", label: _t("Plain text"), icon: "fa-align-left" },
        ];
        onWillStart(async () => {
            this.state.mail = await this.orm.call("mail.center.draft", "preview", [
                [this.props.draftId],
                this.props.html,
            ]);
        });
    }

    get page() {
        return this.state.mail.pages[this.state.remote ? "shown" : "blocked"];
    }

    get remoteLabel() {
        return _t("Show remote images (%s)", this.state.mail.remote);
    }

    size(bytes) {
        return `${humanNumber(bytes, { decimals: 0 })}B`;
    }

    onTabKeydown(ev, index) {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[ev.key];
        if (step) {
            const next = (index + step + this.views.length) % this.views.length;
            this.state.view = this.views[next].name;
            ev.currentTarget.parentElement.children[next].focus();
        }
    }

    send() {
        this.props.close();
        this.props.send();
    }
}
