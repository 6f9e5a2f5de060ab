from odoo import api, models
from odoo.exceptions import UserError

from ..core.alphabet import alphabetical

PEOPLE_MAX = 200


class MailCenterMailbox(models.AbstractModel):
    """What several people who share a mailbox tell each other with it."""

    _inherit = "mail.center.mailbox"

    @api.model
    def _messages(self, message_ids):
        """The messages, or AccessError: of an account that the user may not read."""
        messages = self.env["mail.center.message"].browse([int(one) for one in message_ids])
        messages.check_access("read")
        messages.account_id._require("read")
        return messages

    @api.model
    @api.readonly
    def types(self):
        """The types that the user can give to mail: ``[{"id", "name"}]``."""
        return [
            {"id": kind.id, "name": kind.name}
            for kind in self.env["mail.center.type"].search([("active", "=", True)])
        ]

    @api.model
    def set_type(self, message_ids, type_id):
        """Give mails a type that the user may see, or none."""
        messages = self._messages(message_ids)
        messages.write({"type_id": type_id or False})
        self._tell(messages)

    @api.model
    @api.readonly
    def people(self, message_ids):
        """Who may read the accounts of all these mails: ``[{"id", "name"}]``, oneself first."""
        people = self._people(self._messages(message_ids).account_id)
        return [self._person(user) for user in people[:PEOPLE_MAX]]

    @api.model
    def _people(self, accounts):
        people = self.env["res.users"].sudo()
        for number, account in enumerate(accounts):
            readers = account._readers().filtered(lambda user: user.active and not user.share)
            people = people & readers if number else readers
        return people.sorted(lambda user: (user.id != self.env.uid, alphabetical(user.name or "")))

    @api.model
    def assign(self, message_ids, user_id):
        """Say who handles the conversations of these mails; nobody without *user_id*."""
        messages = self._messages(message_ids)
        user = self.env["res.users"].browse(int(user_id or 0))
        if user and user.sudo() not in self._people(messages.account_id):
            raise UserError(
                self.env._("Only somebody who may read the account can handle its mail.")
            )
        threads = messages.sudo().thread_id.filtered(lambda thread: thread.user_id != user.sudo())
        threads.write({"user_id": user.id})
        if user and threads and user != self.env.user:
            user.sudo()._bus_send(
                "mail_center/assigned",
                {"by": self.env.user.name, "subject": threads[0].subject or "",
                 "count": len(threads), "message_id": messages[0].id},
            )
        self._tell(messages)

    @api.model
    def _tell(self, messages):
        for account, own in messages.sudo().grouped("account_id").items():
            account._notify_readers(own)
