from odoo import api, models
from odoo.exceptions import AccessError

from ..core.html import from_text
from ..core.mime import parse_addresses

DESCRIPTION_MAX = 10_000


class MailCenterMailbox(models.AbstractModel):
    """New records from a mail, with what it says filled in."""

    _inherit = "mail.center.mailbox"

    @api.model
    def _creatable(self, message):
        """Model → defaults of a new record from *message* (sudo). Glue addons add theirs."""
        if message.partner_id or not message.email_from:
            return {}
        sender = next(iter(parse_addresses(message.from_display or "")), None)
        return {
            "res.partner": {
                "name": (sender and sender.name) or message.email_from,
                "email": message.email_from,
            }
        }

    @api.model
    def _correspondent_defaults(self, message):
        """Name and address of whom a mail is with, for a document without a contact."""
        sender = next(iter(parse_addresses(message.from_display or "")), None)
        return {
            "partner_id": message.partner_id.id,
            "email_from": message.email_from or "",
            "name": message.subject or (sender and sender.name) or "",
            "contact_name": (sender and sender.name) or "",
            "description": from_text((message.body_text or "")[:DESCRIPTION_MAX]),
        }

    @api.model
    def creatable(self, message_id):
        """What the user can make of a mail: ``[{"model", "name", "context"}]``.

        ``context``: defaults for the form of the new record.
        """
        message = self.env["mail.center.message"].browse(int(message_id))
        message.check_access("read")
        message._note_reading()
        linkable = self.env["mail.center.linkable"]._models()
        return [
            {
                "model": model,
                "name": self.env["ir.model"].sudo()._get(model).name,
                "context": {f"default_{name}": value for name, value in defaults.items() if value},
            }
            for model, defaults in self._creatable(message.sudo()).items()
            if model in linkable and model in self.env and self.env[model].has_access("create")
        ]

    @api.model
    def created(self, message_id, model, res_id):
        """Link a mail to the record that was made of it."""
        message = self.env["mail.center.message"].browse(int(message_id))
        message.check_access("read")
        self.link(message.ids, model, res_id)
        if model != "res.partner":
            return
        partner = self.env["res.partner"].browse(int(res_id))
        if not partner.has_access("read"):
            raise AccessError(self.env._("You may not read this contact."))
        if partner.email_normalized == message.email_from:
            # The mails that came from there before are this contact's too.
            self.env["mail.center.message"].sudo().search(
                [("account_id", "=", message.account_id.id), ("partner_id", "=", False),
                 ("direction", "=", "in"), ("email_from", "=", message.email_from)]
            ).write({"partner_id": partner.id})
