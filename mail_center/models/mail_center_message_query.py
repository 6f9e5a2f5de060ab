from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

LIMIT_MAX = 200
REFERENCES_MAX = 500


class MailCenterAccount(models.Model):
    """What programs ask through the external API, beside ``integration_send``."""

    _inherit = "mail.center.account"

    def integration_search(self, query="", limit=50, after_id=0, direction=None):
        """Mail of this account for a program, the oldest first.

        :param query: as typed into the search line of the mailbox (words, ``from:``,
            ``has:attachment`` …); empty: all.
        :param limit: up to 200.
        :param after_id: only mail that was stored after the one with this id: hand the last id
            in again to get what came since.
        :param direction: ``in``, ``out`` or nothing for both.
        :return: list of dictionaries with ``id, message_id, thread_id, direction, state, type_id,
            from, to, cc, subject, date, text, files`` (their names), ``records``.

        The caller needs the permission *Read* on the account, which must be marked *Use for
        integration*.
        """
        self.ensure_one()
        account = self._integration_reader()
        domain = [("account_id", "=", account.id), ("id", ">", int(after_id))]
        if direction:
            if direction not in ("in", "out"):
                raise UserError(self.env._("The direction is “in” or “out”."))
            domain.append(("direction", "=", direction))
        messages = self.env["mail.center.message"]
        if query:
            domain.append(("id", "in", messages._integration_matches(account, str(query))))
        found = messages.search(domain, order="id", limit=min(max(int(limit), 1), LIMIT_MAX))
        found._note_reading()
        return [message._integration_values() for message in found]

    @api.readonly
    def integration_status(self, references=None, ids=None):
        """What became of mail that the program had sent by ``integration_send``.

        :param references: the texts given there as ``reference``; *ids*: the ids it returned.
        :return: list of ``{"id", "reference", "message_id", "state", "recipients": [{"email",
            "state", "reason"}]}``, in no order; what is not the caller's is left out.
        """
        self.ensure_one()
        account = self.with_context(mail_center_integration=True)
        account._require("send")
        account._require_integration()
        references, ids = list(references or []), [int(one) for one in ids or []]
        if len(references) + len(ids) > REFERENCES_MAX:
            raise UserError(self.env._("Ask for up to %s mails at once.", REFERENCES_MAX))
        found = self.env["mail.center.message"].sudo().search(
            [("account_id", "=", self.id), ("user_id", "=", self.env.uid),
             "|", ("integration_reference", "in", references), ("id", "in", ids)]
        )
        return [
            {
                "id": message.id,
                "reference": message.integration_reference or "",
                "message_id": message.message_id or "",
                "state": message.state,
                "recipients": [
                    {"email": one.email, "state": one.state, "reason": one.reason_code or ""}
                    for one in message.outbox_ids.recipient_ids
                ],
            }
            for message in found
        ]

    def _integration_reader(self):
        account = self.with_context(mail_center_integration=True)
        account._require("read")
        account._require_integration()
        return account


class MailCenterMessage(models.Model):
    _inherit = "mail.center.message"

    @api.model
    def _integration_matches(self, account, text):
        """The ids of the account's mail that the search line *text* finds."""
        conditions = self._search_conditions(self._search_query(text))
        if not conditions:
            return []
        self.env.flush_all()
        found = self.env.execute_query(SQL(
            "SELECT message.id FROM mail_center_message message WHERE message.account_id = %s"
            " AND %s", account.id, SQL(" AND ").join(conditions),
        ))
        return [number for (number,) in found]

    def _integration_values(self):
        """One mail as the external API gives it."""
        self.ensure_one()
        files = self.file_ids.sudo(False)
        return {
            "id": self.id,
            "message_id": self.message_id or "",
            "thread_id": self.thread_id.id or None,
            "direction": self.direction,
            "state": self.state,
            "type_id": self.type_id.id or None,
            "from": self.from_display or "",
            "to": self.to_display or "",
            "cc": self.cc_display or "",
            "subject": self.subject or "",
            "date": fields.Datetime.to_string(self.date),
            "text": self.body_text or "",
            "files": files.mapped("name"),
            "records": [
                {"model": link.res_model, "id": link.res_id}
                for link in self.link_ids._filtered_access("read")
            ],
        }
