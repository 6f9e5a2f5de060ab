import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

/** Choose a record of any kind that carries emails: to link mails to, or what `choose` does. */
export class LinkDialog extends Component {
    static template = "mail_center.LinkDialog";
    static components = { Dialog };
    static props = {
        messageIds: Array,
        // There are more mails in the conversations of these: are they meant too, to begin with?
        conversation: { type: Boolean, optional: true },
        whole: { type: Boolean, optional: true },
        onLinked: { type: Function, optional: true },
        choose: { type: Function, optional: true },
        title: { type: String, optional: true },
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ kinds: [], model: "", term: "", found: [], loading: true,
                                whole: !!(this.props.whole && this.props.conversation) });
        useAutofocus();
        this.find = useDebounced(() => this.load(), 250);
        onWillStart(async () => {
            this.load();
            this.state.kinds = await this.orm.call("mail.center.mailbox", "link_kinds", []);
        });
    }

    async load() {
        this.state.loading = true;
        try {
            this.state.found = await this.keepLast.add(
                this.orm.call("mail.center.mailbox", "link_targets", [this.props.messageIds[0]], {
                    term: this.state.term,
                    model: this.state.model || false,
                    linked: !!this.props.choose || this.state.whole,
                })
            );
        } finally {
            this.state.loading = false;
        }
    }

    get title() {
        return this.props.title || _t("Link to a record");
    }

    async choose(target) {
        if (this.props.choose) {
            await this.props.choose(target);
            return this.props.close();
        }
        const links = await this.orm.call("mail.center.mailbox", "link", [
            this.props.messageIds,
            target.model,
            target.id,
            this.state.whole,
        ]);
        this.props.onLinked(links, target);
        this.props.close();
    }
}
