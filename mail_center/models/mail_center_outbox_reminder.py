from odoo import models


class MailCenterOutbox(models.Model):
    """What has left is the answer that a reminder may wait for."""

    _inherit = "mail.center.outbox"

    def _state_changed(self, state):
        result = super()._state_changed(state)
        if state in ("sent", "partly_sent"):
            self.env["mail.activity"]._mail_center_answered(self.message_id)
        return result
