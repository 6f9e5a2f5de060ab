import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";

/** Which folder of the account the mail goes to. */
export class MoveDialog extends Component {
    static template = "mail_center.MoveDialog";
    static components = { Dialog };
    static props = { account: Object, current: [Number, Boolean], choose: Function, close: Function };

    setup() {
        this.state = useState({ term: "" });
        useAutofocus();
    }

    get folders() {
        const term = this.state.term.trim().toLowerCase();
        return this.props.account.folders.filter(
            (folder) =>
                folder.id !== this.props.current &&
                !["drafts", "flagged"].includes(folder.special) &&
                (!term || `${folder.name} ${folder.path}`.toLowerCase().includes(term))
        );
    }

    choose(folder) {
        this.props.close();
        this.props.choose(folder);
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && this.folders.length) {
            ev.preventDefault();
            this.choose(this.folders[0]);
        }
    }
}
