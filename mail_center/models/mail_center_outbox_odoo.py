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

    def _state_changed(self, state):
        result = super()._state_changed(state)
        self.message_id.fetch(["is_odoos"])
        for outbox in self.filtered("message_id.is_odoos"):
            outbox._tell_odoo()
        return result

    def _told_to_odoo(self):
        """``({address: reason} of those that failed, {address} of those that were sent)``."""
        failed, sent = {}, set()
        for one in self.recipient_ids:
            if one.state == "failed":
                failed[email_normalize(one.email)] = one.reason or self.error or ""
            elif one.state == "sent":
                sent.add(email_normalize(one.email))
        return failed, sent

    def _tell_odoo(self):
        """Failed: the envelope beside the message turns red; sent after all: it is well again."""
        failed, sent = self._told_to_odoo()
        if not failed and not sent:
            return
        changed = self.env["mail.notification"].sudo()
        for notification in self._odoos_notifications():
            email = notification.res_partner_id.email_normalized or email_normalize(
                notification.mail_email_address or ""
            )
            is_ours = notification.notification_status == "exception"
            if email in failed and not is_ours:
                notification.write(
                    {
                        "notification_status": "exception",
                        "failure_type": "mail_smtp",
                        "failure_reason": failed[email],
                    }
                )
                changed |= notification
            elif email in sent and is_ours and notification.failure_type == "mail_smtp":
                notification.write(
                    {
                        "notification_status": "sent",
                        "failure_type": False,
                        "failure_reason": False,
                    }
                )
                changed |= notification
        changed.mail_message_id._notify_message_notification_update()

    def _odoos_notifications(self):
        return self.env["mail.notification"].sudo().search(
            [
                ("mail_message_id.message_id", "=", self.message_id.message_id),
                ("notification_type", "=", "email"),
                ("notification_status", "not in", ["bounce", "canceled"]),
            ]
        )
