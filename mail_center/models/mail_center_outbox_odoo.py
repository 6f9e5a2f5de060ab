from odoo import fields, models
from odoo.tools import email_normalize


class MailCenterMessage(models.Model):
    _inherit = "mail.center.message"

    is_odoos = fields.Boolean(
        string="Odoo's own", readonly=True, help="Made by Odoo; read where it was written."
    )


class MailCenterOutbox(models.Model):
    """What becomes of Odoo's own mail shows where Odoo shows it: at its message, to its author."""

    _inherit = "mail.center.outbox"

    def _set_state(self, state, **vals):
        result = super()._set_state(state, **vals)
        for outbox in self.sudo().filtered("message_id.is_odoos"):
            outbox._tell_odoo()
        return result

    def _tell_odoo(self):
        reasons = {
            email_normalize(one.email): one.reason or self.error or ""
            for one in self.recipient_ids
            if one.state == "failed"
        }
        if not reasons:
            return
        notifications = self.env["mail.notification"].sudo().search(
            [
                ("mail_message_id.message_id", "=", self.message_id.message_id),
                ("notification_type", "=", "email"),
                ("notification_status", "not in", ["bounce", "exception", "canceled"]),
            ]
        )
        troubled = notifications.filtered(
            lambda one: (one.res_partner_id.email_normalized or email_normalize(
                one.mail_email_address or "")) in reasons
        )
        for notification in troubled:
            email = notification.res_partner_id.email_normalized or email_normalize(
                notification.mail_email_address or ""
            )
            notification.write(
                {
                    "notification_status": "exception",
                    "failure_type": "mail_smtp",
                    "failure_reason": reasons[email],
                }
            )
        troubled.mail_message_id._notify_message_notification_update()
