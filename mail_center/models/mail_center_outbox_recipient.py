from odoo import fields, models

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
