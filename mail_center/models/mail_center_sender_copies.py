from datetime import timedelta

from odoo import api, models

from ..core import imap
from ..core.net import MailServerError
from ..core.secrets import KeyFileError
from ..loads import MissingSource


class MailCenterSender(models.AbstractModel):
    """The copy of what was sent, in the folder of sent mail on the server."""

    _inherit = "mail.center.sender"

    @api.model
    def _file_copies(self):
        """Put sent mails into the Sent folder on the server, where they are not there yet."""
        # Afterwards the folder is looked at again only by the next mail.
        since = self.env.cr.now() - timedelta(days=5)
        rows = (
            self.env["mail.center.outbox"]
            .sudo()
            .search(
                [
                    ("copy_state", "=", "pending"),
                    ("state", "in", ["sent", "partly_sent"]),
                    ("account_id.imap_host", "!=", False),
                    ("account_id.active", "=", True),
                    ("account_id.send_enabled", "=", True),
                    "|",
                    ("next_attempt", "=", False),
                    ("next_attempt", "<=", self.env.cr.now()),
                    # A server that is away would cost its time-out at every run.
                    ("account_id.sync_state", "!=", "failing"),
                    "|",
                    ("create_date", ">", since),
                    ("send_after", ">", since),
                ],
                order="id",
                limit=200,
            )
        )
        for account, mails in rows.grouped("account_id").items():
            job, account = self._for_owner(account)
            job._file_copies_of(account, mails)

    @api.model
    def _file_copies_of(self, account, rows):
        loads = []
        for row in rows:
            try:
                loads.append((row, row.message_id.message_id, row._raw()))
            except MissingSource:
                row.copy_state = "failed"
        folder = account._folder("sent").path
        try:
            endpoint = account._endpoint("imap")
            self._commit()
            with imap.Session.open(endpoint) as session:
                for row, message_id, raw in loads:
                    try:
                        self._file_copy(session, folder, row, message_id, raw)
                    except MailServerError as error:
                        if not session.usable or error.reason == "full":
                            raise  # there may be room in an hour
                        # Refused for good: the others go on.
                        row.copy_state = "failed"
                        self._tell_copy(account, error)
        except (MailServerError, ValueError, KeyFileError) as error:
            self.env.cr.rollback()
            self.env.invalidate_all()
            pending = rows.filtered(lambda row: row.copy_state == "pending")
            pending.next_attempt = self.env.cr.now() + timedelta(hours=1)
            self._tell_copy(account, error)

    @api.model
    def _tell_copy(self, account, error):
        self.env["mail.center.log"]._add(
            account,
            "copy_failed",
            self.env._(
                "A sent mail could not be put into the folder of sent mail: %s",
                self._in_words(error),
            ),
            level="warning",
            detail=getattr(error, "server_text", ""),
        )
        self._commit()

    @api.model
    def _file_copy(self, session, folder, row, message_id, raw):
        if not folder:
            folder = self._sent_on(session)
            if not folder:
                folder = "Sent"
                session.create_folder(folder)
        # Some providers file what goes out themselves, and an earlier run may have died here.
        if not session.find_message_id(folder, message_id):
            session.append(folder, raw, ["\\Seen"])
        row.write({"copy_state": "done", "sent_is_proof": False})
        self._commit()

    @api.model
    def _sent_on(self, session):
        """The path of the folder of sent mail on the server, or an empty text."""
        return next((f.path for f in session.folders() if f.special_use == "sent"), "")
