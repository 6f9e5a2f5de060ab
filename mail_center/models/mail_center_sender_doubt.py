from datetime import timedelta

from odoo import api, models

from ..core import imap, smtp
from ..core.net import MailServerError
from ..core.secrets import KeyFileError

CHECKED_AT_ONCE = 100


class MailCenterSender(models.AbstractModel):
    """Mail of unknown fate is looked for in Sent: many providers file what they took themselves."""

    _inherit = "mail.center.sender"

    @api.model
    def _check_doubts(self):
        rows = (
            self.env["mail.center.outbox"]
            .sudo()
            .search(
                [
                    ("state", "!=", "sending"),
                    ("doubt_next", "<=", self.env.cr.now()),
                    ("account_id.imap_host", "!=", False),
                    ("account_id.active", "=", True),
                ],
                order="doubt_next",
                limit=CHECKED_AT_ONCE,
            )
        )
        for account, mails in rows.grouped("account_id").items():
            job, account = self._for_owner(account)
            job._check_doubts_of(account, mails)

    @api.model
    def _check_doubts_of(self, account, rows):
        numbers = {row: row.message_id.message_id for row in rows}
        folder = account._folder("sent").path
        for row in rows:
            # Registered before the server is asked: one that hangs is not asked for ever.
            wait = smtp.next_doubt_check(row.doubt_checks + 1)
            row.write(
                {
                    "doubt_checks": row.doubt_checks + 1,
                    "doubt_next": wait and self.env.cr.now() + timedelta(seconds=wait),
                }
            )
        found = rows.browse()
        try:
            endpoint = account._endpoint("imap")
            self._commit()
            with imap.Session.open(endpoint) as session:
                folder = folder or self._sent_on(session)
                if folder:
                    found = rows.filtered(
                        lambda row: session.find_message_id(folder, numbers[row])
                    )
        except (MailServerError, ValueError, KeyFileError):
            self.env.cr.rollback()
            self.env.invalidate_all()
            return
        self._transaction(lambda: self._found_in_sent(found))

    @api.model
    def _found_in_sent(self, rows):
        rows.invalidate_recordset()
        # While it is under way to others, it is asked again later.
        for row in rows.filtered(lambda row: row.state != "sending" and row.sent_is_proof):
            row._uncertain_recipients().write(
                {"state": "sent", "reason_code": "found_in_sent", "date": self.env.cr.now()}
            )
            row._set_state(row._summary(), error=False, claim_token=False, copy_state="done")
            self._tell(row, "info")
