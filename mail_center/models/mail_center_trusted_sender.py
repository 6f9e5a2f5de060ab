from odoo import api, fields, models


class MailCenterTrustedSender(models.Model):
    """A sender whose remote images one user has decided to see without being asked."""

    _name = "mail.center.trusted.sender"
    _inherit = "mail.center.named"
    _description = "Sender whose images are shown"
    _order = "email, id"
    _rec_name = "email"

    user_id = fields.Many2one(
        "res.users", required=True, ondelete="cascade", readonly=True,
        default=lambda self: self.env.user,
    )
    email = fields.Char(required=True, readonly=True)

    _user_email_unique = models.UniqueIndex("(user_id, email)")

    @api.model
    def _of(self, messages):
        """The addresses among the senders of *messages* that the current user trusts."""
        return set(
            self.search(
                [("user_id", "=", self.env.uid),
                 ("email", "in", [email for email in messages.mapped("email_from") if email])]
            ).mapped("email")
        )
