from odoo import models


class MailCenterMessage(models.Model):
    """The marks that people put on mail while they read."""

    _inherit = "mail.center.message"

    def mark_read(self, read=True, whole=False):
        """Mark received mail as read or unread, for everyone who reads the account, or for
        oneself where the account keeps a read state of each person.

        *whole*: with the rest of its conversations.
        """
        personal = self.filtered(lambda mail: mail.account_id.sudo().personal_read)
        if personal:
            personal._mark_personally(bool(read), whole)
        messages = self - personal
        if not messages:
            return
        if whole:
            messages |= self.search(
                [
                    ("thread_id", "in", messages.thread_id.ids),
                    ("account_id", "in", messages.account_id.ids),
                    ("is_read", "!=", bool(read)),
                ]
            )
        self._mark("is_read", bool(read), messages.filtered(lambda m: m.direction == "in"))

    def _mark_personally(self, read, whole):
        self.account_id._require("read")
        self.check_access("read")
        messages = self
        if whole and read:
            messages = self.env["mail.center.unread"].sudo().search(
                [("user_id", "=", self.env.uid), ("account_id", "in", self.account_id.ids),
                 ("message_id.thread_id", "in", self.thread_id.ids)]
            ).message_id | self.sudo()
        self.env["mail.center.unread"]._mark(messages, read)
        self.env.user._bus_send(
            "mail_center/changed", {"account_id": self[:1].account_id.id, "records": []}
        )

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
