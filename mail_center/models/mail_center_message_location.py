from odoo import fields, models

from ..fields import BigInteger


class MailCenterMessageLocation(models.Model):
    """Where a message lies on the server: one mail can lie in several folders."""

    _name = "mail.center.message.location"
    _description = "Email location"
    _order = "folder_id, uid"

    message_id = fields.Many2one(
        "mail.center.message", ondelete="set null",
        help="Empty: accounted for, and not to be fetched again.",
    )
    folder_id = fields.Many2one("mail.center.folder", required=True, ondelete="cascade")
    uid = BigInteger(required=True, aggregator=None)
    # Kept here too, so that one index gives a folder's mails in the order of the mailbox.
    date = fields.Datetime(related="message_id.date", store=True)
    flags = fields.Char(help="IMAP flags, separated by spaces.")

    # With the folder in it: counting what is unread in folders reads the index alone.
    _message_folder = models.Index("(message_id, folder_id)")
    _folder_uid_unique = models.UniqueIndex("(folder_id, uid)")
    _folder_date = models.Index("(folder_id, date DESC, message_id DESC)")
