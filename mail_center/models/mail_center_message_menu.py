from odoo import api, fields, models
from odoo.fields import Domain

LATEST = 8


class MailCenterMessage(models.Model):
    _inherit = "mail.center.message"

    @api.model
    def _unread_domain(self):
        """Received mail that the current user has to read."""
        domain = Domain("direction", "=", "in") & Domain("state", "=", "received")
        accounts = self.env["mail.center.account"].sudo().search([("personal_read", "=", True)])
        shared = Domain("is_read", "=", False)
        if not accounts:
            return domain & shared
        unread = self.env["mail.center.unread"].sudo()._search([("user_id", "=", self.env.uid)])
        return domain & (
            shared & Domain("account_id", "not in", accounts.ids)
            | Domain("id", "in", unread.subselect("message_id"))
        )

    @api.model
    @api.readonly
    def menu(self):
        """What the *Messages* icon shows: ``{"unread", "latest", "drafts", "scheduled",
        "trouble"}``: how many of one's own mails need a decision."""
        unread = self._unread_domain()
        latest = self.search_fetch(
            unread, ["from_display", "subject", "snippet", "date", "partner_id"], limit=LATEST
        )
        return {
            "unread": self.search_count(unread, limit=100),
            "latest": [
                {
                    "id": message.id,
                    "sender": message.from_display or "",
                    "subject": message.display_name,
                    "snippet": message.snippet or "",
                    "date": fields.Datetime.to_string(message.date),
                    "partner_id": message.partner_id.id,
                }
                for message in latest
            ],
            "drafts": self.env["mail.center.draft"].search_count([("state", "=", "draft")]),
            "trouble": self.env["mail.center.outbox"].search_count(
                [
                    ("user_id", "=", self.env.uid),
                    ("state", "in", ["failed", "partly_sent", "uncertain"]),
                    ("is_done_with", "=", False),
                ]
            ),
            "scheduled": self.env["mail.center.draft"].search_count([("state", "=", "waiting")]),
        }
