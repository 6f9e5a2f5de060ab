from odoo import api, fields, models
from odoo.tools import SQL


class MailCenterUnread(models.Model):
    """Received mail that one person has not read, where each has his own read state.

    A row is made for every reader when a mail comes and goes when he reads it: what was there
    before somebody may read an account is no news to him.
    """

    _name = "mail.center.unread"
    _description = "Email that one person has not read"
    _rec_name = "message_id"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    message_id = fields.Many2one(
        "mail.center.message", required=True, ondelete="cascade", index=True
    )
    account_id = fields.Many2one("mail.center.account", required=True, ondelete="cascade")

    _user_message_unique = models.UniqueIndex("(user_id, message_id)")
    _user_account = models.Index("(user_id, account_id, message_id)")

    @api.model
    def _arrive(self, account, messages):
        """Mail has come to *account*: every reader has it to read."""
        if not account.personal_read:
            return
        fresh = messages.filtered(lambda mail: mail.direction == "in" and not mail.is_read)
        self._add(account._readers(), account, fresh.ids)

    @api.model
    def _add(self, users, account, message_ids):
        if not users or not message_ids:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "INSERT INTO mail_center_unread (user_id, message_id, account_id)"
                " SELECT reader, message, %s FROM unnest(%s) AS reader, unnest(%s) AS message"
                " ON CONFLICT DO NOTHING",
                account.id, users.ids, list(message_ids),
            )
        )
        self.env.invalidate_all(flush=False)

    @api.model
    def _of(self, messages):
        """The ids of those among *messages* (any account) that the current user has not read."""
        personal = messages.sudo().filtered(lambda mail: mail.account_id.personal_read)
        own = set(
            self.sudo().search(
                [("user_id", "=", self.env.uid), ("message_id", "in", personal.ids)]
            ).message_id.ids
        )
        shared = messages.sudo() - personal
        return own | set(
            shared.filtered(lambda mail: mail.direction == "in" and not mail.is_read).ids
        )

    @api.model
    def _threads_of(self, threads):
        """The ids of those among *threads* in which the current user has something to read."""
        personal = threads.sudo().filtered(lambda thread: thread.account_id.personal_read)
        shared = {thread.id for thread in threads.sudo() - personal if thread.unread_count}
        if not personal:
            return shared
        mine = self.sudo().search(
            [("user_id", "=", self.env.uid), ("message_id.thread_id", "in", personal.ids)]
        )
        return shared | set(mine.message_id.thread_id.ids)

    @api.model
    def _mark(self, messages, read):
        """Mark mail of accounts with a read state of each person, for the current user alone."""
        messages = messages.sudo().filtered(lambda mail: mail.direction == "in")
        if read:
            self.sudo().search(
                [("user_id", "=", self.env.uid), ("message_id", "in", messages.ids)]
            ).unlink()
            return
        for account, own in messages.grouped("account_id").items():
            self._add(self.env.user, account, own.ids)
