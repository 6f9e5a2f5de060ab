import { Chatter } from "@mail/chatter/web_portal/chatter";
import "@mail/chatter/web/chatter_patch";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { session } from "@web/session";

import { RecordEmails } from "./record_emails";

Object.assign(Chatter.components, { RecordEmails });

patch(Chatter.prototype, {
    setup() {
        super.setup(...arguments);
        this.mailCenterCompose = session.mail_center && useService("mail_center.compose");
    },

    get mailCenterEnabled() {
        return !!session.mail_center?.models.includes(this.props.threadModel);
    },

    async onClickMailCenter() {
        if (!this.state.thread.id && !(await this.props.saveRecord?.())) {
            return;
        }
        const { model, id } = this.state.thread;
        await this.mailCenterCompose.open({ res_model: model, res_id: id });
    },
});
