from odoo import models


class MailCenterOutbox(models.Model):
    """What has left is the answer that a reminder may wait for."""

    _inherit = "mail.center.outbox"

    def _set_state(self, state, **vals):
        result = super()._set_state(state, **vals)
        if state in ("sent", "partly_sent"):
            self.env["mail.activity"]._mail_center_answered(self.message_id)
        return result
