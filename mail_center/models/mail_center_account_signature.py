from odoo import fields, models


class MailCenterAccount(models.Model):
    _inherit = "mail.center.account"

    signature = fields.Html(
        sanitize="email_outgoing",
        help="Below every mail from this account, above what it quotes. Empty: the signature "
        "of the user who writes.",
    )
