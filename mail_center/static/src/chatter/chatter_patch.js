import { Chatter } from "@mail/chatter/web_portal/chatter";
import "@mail/chatter/web/chatter_patch";
import { useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { session } from "@web/session";

import { RecordEmails } from "./record_emails";

Object.assign(Chatter.components, { RecordEmails });

patch(Chatter.prototype, {
    setup() {
        super.setup(...arguments);
        this.mailCenterAction = useService("action");
        this.mailCenter = useState({ version: 0 });
    },

    get mailCenterEnabled() {
        return !!session.mail_center?.models.includes(this.props.threadModel);
    },

    async onClickMailCenter() {
        if (!this.state.thread.id && !(await this.props.saveRecord?.())) {
            return;
        }
        const { model, id } = this.state.thread;
        this.mailCenterAction.doAction("mail_center.mail_center_compose_action", {
            additionalContext: { default_res_model: model, default_res_id: id },
            onClose: () => this.mailCenter.version++,
        });
    },
});
