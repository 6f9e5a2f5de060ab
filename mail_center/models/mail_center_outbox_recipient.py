from odoo import api, fields, models

from ..core.smtp import REASONS

RECIPIENT_STATES = [
    ("queued", "Waiting"),
    ("sent", "Sent"),
    ("deferred", "Will be tried again"),
    ("failed", "Refused"),
    ("uncertain", "Perhaps sent"),
    ("cancelled", "Cancelled"),
]
OPEN_STATES = ("queued", "deferred")


class MailCenterOutboxRecipient(models.Model):
    _name = "mail.center.outbox.recipient"
    _inherit = "mail.center.named"
    _description = "Recipient of an outgoing email"
    _order = "id"
    _rec_name = "email"

    outbox_id = fields.Many2one(
        "mail.center.outbox", required=True, ondelete="cascade", index=True
    )
    email = fields.Char(required=True)
    is_hidden = fields.Boolean(string="Bcc", help="Known to the writer alone.")
    state = fields.Selection(RECIPIENT_STATES, required=True, default="queued")
    code = fields.Char(help="Reply code of the server (RFC 5321), enhanced code (RFC 3463) last.")
    reply = fields.Char(string="Server's answer")
    date = fields.Datetime(string="Last change")
    reason_code = fields.Char(help="Stable code of why the recipient is in this state.")
    reason = fields.Char(compute="_compute_reason", help="The same in plain words.")

    @api.depends_context("lang")
    @api.depends("reason_code")
    def _compute_reason(self):
        for recipient in self:
            _scope, advice = REASONS.get(recipient.reason_code, ("", ""))
            recipient.reason = self.env._(advice) if advice else False
