from odoo import models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _mail_center_recipients(self):
        """Whom a mail written from this record goes to: ``(partners, [typed addresses])``.

        Glue addons extend it where a document knows better than Odoo's own default.
        """
        self.ensure_one()
        found = self._message_get_default_recipients()[self.id]
        partners = self.env["res.partner"].browse(found.get("partner_ids") or [])
        emails = [found["email_to"]] if found.get("email_to") else []
        return partners.filtered("email"), emails

    def action_mail_center_compose(self):
        """Open a window to write an email about this record."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "mail_center_compose",
            "params": {"res_model": self._name, "res_id": self.id},
        }
