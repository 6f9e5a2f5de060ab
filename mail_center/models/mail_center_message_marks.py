from odoo import models


class MailCenterMessage(models.Model):
    """The marks that people put on mail while they read."""

    _inherit = "mail.center.message"

    def mark_read(self, read=True, whole=False):
        """Mark received mail as read or unread, for everyone who reads the account.

        *whole*: with the rest of its conversations.
        """
        messages = self
        if whole:
            messages |= self.search(
                [
                    ("thread_id", "in", self.thread_id.ids),
                    ("account_id", "in", self.account_id.ids),
                    ("is_read", "!=", bool(read)),
                ]
            )
        self._mark("is_read", bool(read), messages.filtered(lambda m: m.direction == "in"))

    def star(self, starred=True):
        """Put a star on mail, or take it away."""
        self._mark("is_starred", bool(starred), self)

    def _mark(self, name, value, messages):
        self.account_id._require("read")
        messages.check_access("read")
        changed = messages.sudo().filtered(lambda mail: mail[name] != value)
        if changed:
            changed.write({name: value})
            changed.thread_id._refresh()
            for account in changed.account_id:
                account._notify_readers(changed.filtered(lambda m, a=account: m.account_id == a))
