from odoo import fields, models


class MailCenterThreadReference(models.Model):
    """Which conversation a Message-ID belongs to, be its message here or only mentioned.

    With it a conversation is found whatever the order in which its mails arrive.
    """

    _name = "mail.center.thread.reference"
    _description = "Email conversation reference"
    _rec_name = "message_id"

    account_id = fields.Many2one("mail.center.account", required=True, ondelete="cascade")
    thread_id = fields.Many2one("mail.center.thread", required=True, ondelete="cascade", index=True)
    message_id = fields.Char(required=True)

    _account_message_id_unique = models.UniqueIndex("(account_id, message_id)")
