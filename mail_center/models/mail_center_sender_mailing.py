from odoo import api, models

from ..core.mime import Address


class MailCenterOutbox(models.Model):
    _inherit = "mail.center.outbox"

    def _leave_out_unwilling(self):
        """Leave those out of mailings who have unsubscribed while the mail was waiting.

        Returns the mails that somebody is left to get.
        """
        mailing = self.env["mail.center.mailing"]
        left = self
        for outbox in self.filtered("message_id.type_id.is_mailing"):
            waiting = {one: Address("", one.email) for one in outbox._open_recipients()}
            refused = {address.key for address in mailing._unwilling(list(waiting.values()))}
            for recipient, address in waiting.items():
                if address.key in refused:
                    recipient.write(
                        {
                            "state": "cancelled",
                            "reply": self.env._("Wants no mailings any more."),
                            "date": self.env.cr.now(),
                        }
                    )
            if refused and not outbox._open_recipients():
                outbox._set_state(outbox._summary(), phase=False, claim_token=False)
                outbox.account_id._notify_readers(outbox.message_id)
                left -= outbox
        return left


class MailCenterSender(models.AbstractModel):
    _inherit = "mail.center.sender"

    @api.model
    def _load(self, rows):
        left = rows._leave_out_unwilling()
        if left != rows:
            # A server that can't be reached undoes what was not committed.
            self._commit()
        return super()._load(left)
