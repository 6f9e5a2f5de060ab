from odoo import api, fields, models
from odoo.tools import human_size

from ..fields import BigInteger
from ..readable import named


class MailCenterQuarantine(models.Model):
    """Mail that could not be understood: its bytes are kept, and the rest goes on."""

    _name = "mail.center.quarantine"
    _description = "Quarantined email"
    _order = "id desc"

    account_id = fields.Many2one(
        "mail.center.account", required=True, ondelete="restrict", index=True
    )
    folder_id = fields.Many2one("mail.center.folder", ondelete="set null")
    uidvalidity = BigInteger(aggregator=None)
    uid = BigInteger(string="UID", aggregator=None)
    state = fields.Selection(
        [("waiting", "Waiting"), ("solved", "Solved"), ("discarded", "Discarded")],
        required=True,
        default="waiting",
        index=True,
    )
    error = fields.Text(required=True)
    raw_source = fields.Binary(attachment=True)
    size = fields.Integer(string="Size (bytes)")
    readable_size = fields.Char(string="Size", compute="_compute_readable_size")
    message_id = fields.Many2one("mail.center.message", string="Email", ondelete="set null")

    _folder_uid = models.Index("(folder_id, uidvalidity, uid)")

    @api.depends("size")
    def _compute_readable_size(self):
        for line in self:
            line.readable_size = human_size(line.size) if line.size else False

    @api.depends_context("uid")
    def _compute_display_name(self):
        for line in named(self):
            line.display_name = self.env._(
                "Mail %(uid)s of %(account)s", uid=line.uid or "?", account=line.account_id.name
            )

    def _source(self):
        """The mail as it came, b'' if the server could not give it."""
        self.ensure_one()
        return self.env["ir.attachment"]._mail_source(self)[:1].raw or b""

    def action_retry(self):
        """Try once more, for example after an update of the program."""
        self.account_id._require("manage")
        waiting = self.sudo().filtered(lambda line: line.state == "waiting")
        for line in waiting:
            self.env["mail.center.filing"]._retry(line)
        left = waiting.filtered(lambda line: line.state == "waiting")
        text = self.env._("Understood now: %s", len(waiting - left))
        if left:
            text = self.env._(
                "Understood now: %(solved)s. Still in quarantine: %(left)s.",
                solved=len(waiting - left), left=len(left),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": text,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_discard(self):
        self.account_id._require("manage")
        self.sudo().filtered(lambda line: line.state == "waiting").state = "discarded"
        return True

    def action_download(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/mail_center/quarantine/{self.id}/source",
            "target": "download",
        }
