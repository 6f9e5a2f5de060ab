from odoo import api, fields, models

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
    # So is this, that counting what is unread in a folder looks at nothing else. Where each person
    # has his own read state, mail.center.unread counts and not this.
    is_unread = fields.Boolean(compute="_compute_is_unread", store=True)
    flags = fields.Char(help="IMAP flags, separated by spaces.")

    # With the folder in it: counting what one person has not read looks at the index alone.
    _message_folder = models.Index("(message_id, folder_id)")
    _folder_uid_unique = models.UniqueIndex("(folder_id, uid)")
    _folder_date = models.Index("(folder_id, date DESC, message_id DESC)")
    _folder_unread = models.Index("(folder_id) WHERE is_unread AND message_id IS NOT NULL")

    @api.depends("message_id.direction", "message_id.is_read")
    def _compute_is_unread(self):
        for place in self:
            mail = place.message_id
            place.is_unread = mail.direction == "in" and not mail.is_read
