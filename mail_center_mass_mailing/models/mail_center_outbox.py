from odoo import models


class MailCenterOutbox(models.Model):
    _inherit = "mail.center.outbox"

    def _tell_odoo(self):
        result = super()._tell_odoo()
        failed, sent = self._told_to_odoo()
        self.env["mailing.trace"].sudo()._mail_center_came_out(
            self.message_id.message_id, failed, sent
        )
        return result
