from odoo import api, fields, models

LATEST = 8


class MailCenterMessage(models.Model):
    _inherit = "mail.center.message"

    @api.model
    @api.readonly
    def menu(self):
        """What the *Messages* icon shows: ``{"unread", "latest", "drafts", "scheduled",
        "trouble"}``: how many of one's own mails need a decision."""
        unread = [("direction", "=", "in"), ("is_read", "=", False), ("state", "=", "received")]
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
