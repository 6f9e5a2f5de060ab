from odoo import api, fields, models
from odoo.exceptions import UserError

LENGTH_MAX = 20_000


class MailCenterNote(models.Model):
    """What colleagues tell each other about a conversation. It never leaves the house."""

    _name = "mail.center.note"
    _inherit = "mail.center.named"
    _description = "Internal note on an email conversation"
    _order = "id"
    _rec_name = "body"

    thread_id = fields.Many2one(
        "mail.center.thread", required=True, ondelete="cascade", index=True, readonly=True
    )
    user_id = fields.Many2one(
        "res.users", string="Written by", required=True, readonly=True, ondelete="restrict",
        default=lambda self: self.env.user,
    )
    body = fields.Text(required=True, readonly=True)

    @api.model
    def _of(self, thread):
        """The notes on *thread* as the mailbox shows them, oldest first."""
        return [
            {
                "id": note.id,
                "user": {"id": note.sudo().user_id.id, "name": note.sudo().user_id.name},
                "body": note.body,
                "date": fields.Datetime.to_string(note.create_date),
                "own": note.sudo().user_id == self.env.user,
            }
            for note in self.search([("thread_id", "=", thread.id)])
        ] if thread else []

    @api.model
    def _add(self, thread, body):
        """Add a note of the current user, who may read *thread*."""
        body = (body or "").strip()
        if not body:
            raise UserError(self.env._("A note needs words."))
        if len(body) > LENGTH_MAX:
            raise UserError(
                self.env._("A note has at most %s characters. Attach longer texts to a record.",
                           LENGTH_MAX)
            )
        return self.sudo().create(
            {"thread_id": thread.id, "user_id": self.env.uid, "body": body}
        ).sudo(False)
