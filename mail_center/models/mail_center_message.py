from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..readable import named, require_readable

STATES = [
    ("received", "Received"),
    ("draft", "Draft"),
    ("queued", "Waiting to be sent"),
    ("sending", "Being sent"),
    ("sent", "Sent"),
    ("partly_sent", "Partly sent"),
    ("deferred", "Will be tried again"),
    ("failed", "Not sent"),
    ("uncertain", "Perhaps sent"),
    ("cancelled", "Cancelled"),
]

# What people decide about a mail; everything else is the mail itself.
OWN_FIELDS = frozenset({"type_id"})


class MailCenterMessage(models.Model):
    """One email in one account. Only the mailer writes it; people write their own marks."""

    _name = "mail.center.message"
    _description = "Email"
    _order = "date desc, id desc"
    _rec_name = "subject"
    _rec_names_search = ["subject", "email_from"]

    account_id = fields.Many2one(
        # Several indexes begin with it, see below: one of its own would only cost.
        "mail.center.account", required=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    direction = fields.Selection(
        [("in", "Incoming"), ("out", "Outgoing")], required=True, readonly=True
    )
    state = fields.Selection(STATES, required=True, default="received", readonly=True)
    kind = fields.Char(readonly=True, help="mail, report, receipt, invitation, encrypted, signed")
    message_id = fields.Char(string="Message-ID", readonly=True)
    in_reply_to = fields.Char(string="In-Reply-To", readonly=True)
    references = fields.Text(readonly=True)
    content_hash = fields.Char(readonly=True)
    subject = fields.Char(readonly=True)
    email_from = fields.Char(string="From address", readonly=True, index=True)
    from_display = fields.Char(string="From", readonly=True)
    to_display = fields.Text(string="To", readonly=True)
    cc_display = fields.Text(string="Cc", readonly=True)
    reply_to_display = fields.Text(string="Reply-To", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", string="Correspondent", index="btree_not_null", readonly=True
    )
    user_id = fields.Many2one(
        "res.users", string="Written by", index="btree_not_null", readonly=True
    )
    date = fields.Datetime(
        required=True, readonly=True, index=True, default=fields.Datetime.now
    )
    received_date = fields.Datetime(readonly=True)
    # Cleaned by core.html before it is stored: only the mailer can write it.
    body_html = fields.Html(sanitize=False, readonly=True)
    body_text = fields.Text(readonly=True)
    snippet = fields.Char(readonly=True)
    remote_count = fields.Integer(
        string="Remote images", readonly=True, aggregator=None, help="Blocked until allowed."
    )
    size = fields.Integer(string="Size (bytes)", readonly=True)
    is_automatic = fields.Boolean(readonly=True)
    is_read = fields.Boolean(readonly=True)
    is_starred = fields.Boolean(readonly=True)
    type_id = fields.Many2one("mail.center.type", string="Type", index="btree_not_null")
    thread_id = fields.Many2one("mail.center.thread", string="Conversation", readonly=True)
    location_ids = fields.One2many("mail.center.message.location", "message_id", readonly=True)
    link_ids = fields.One2many("mail.center.link", "message_id")
    outbox_ids = fields.One2many("mail.center.outbox", "message_id", readonly=True)
    attachment_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        string="All parts",
        domain=[("res_model", "=", "mail.center.message"), ("res_field", "=", False)],
        readonly=True,
    )
    # What is offered as a file; the pictures that the body shows are not.
    file_ids = fields.Many2many("ir.attachment", string="Files", compute="_compute_file_ids")
    attachment_count = fields.Integer(readonly=True, aggregator=None)
    # The bytes as they came, or as they went.
    raw_source = fields.Binary(attachment=True, readonly=True, copy=False)

    # Each mail that comes is written into every index: what one of them finds has no second.
    _message_id_account = models.Index("(message_id, account_id)")
    # Most mail is received, and nobody looks for that by its state.
    _state_date = models.Index("(state, date DESC) WHERE state <> 'received'")
    # The last mail of an account, and how many came on a day: see its figures.
    _account_direction_date = models.Index("(account_id, direction, date)")

    @api.depends("subject")
    @api.depends_context("uid")
    def _compute_display_name(self):
        for message in named(self):
            message.display_name = message.subject or self.env._("(no subject)")

    @api.depends("attachment_ids", "body_html")
    def _compute_file_ids(self):
        for message in self:
            body = message.body_html or ""
            message.file_ids = message.attachment_ids.filtered(
                lambda file, body=body: not file.description
                or f'"cid/{quote(file.description, safe="")}"' not in body
            )

    def write(self, vals):
        if not self.env.su and vals.keys() - OWN_FIELDS:
            raise AccessError(self.env._("An email can't be changed."))
        require_readable(self, vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if self.env.su and all(message.state == "draft" for message in self):
            return  # a version of a draft that another program has replaced
        raise UserError(
            self.env._("Emails can't be deleted here: archive or delete them in the mailbox.")
        )

    def action_reply(self):
        return self._open_compose("reply")

    def action_reply_all(self):
        return self._open_compose("reply_all")

    def action_forward(self):
        return self._open_compose("forward")

    def _open_compose(self, mode):
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "mail_center_compose",
            "params": {"parent_id": self.id, "mode": mode},
        }

    def action_download_source(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/mail_center/message/{self.id}/source",
            "target": "download",
        }
