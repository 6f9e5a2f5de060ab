from odoo import api, models


class MailCenterEvent(models.AbstractModel):
    _inherit = "mail.center.event"

    @api.model
    def _on_event(self, event, messages):
        result = super()._on_event(event, messages)
        if event == "received":
            self.env["mailing.trace"].sudo()._mail_center_answered(messages)
        return result
