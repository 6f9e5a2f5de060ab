import logging
import time
import uuid
from datetime import timedelta
from functools import partial

import psycopg2
from odoo import api, models

from ..core import smtp
from ..core.net import MailServerError
from ..core.secrets import KeyFileError
from .mail_center_claim import ClaimLost
from .mail_center_outbox import MissingSource

_logger = logging.getLogger(__name__)


class MailCenterSender(models.AbstractModel):
    """Drains the outbox: the only place where SMTP and database take turns.

    A row is claimed and committed before the network is touched, and *content* is committed
    before the final dot can reach the server. A worker that dies before that leaves a mail to
    send; one that dies after it leaves an *uncertain* mail, which nothing sends again by itself.

    Its other files: which mails are a worker's (``…_claims``), what became of them
    (``…_outcome``), what is asked of Sent when nobody knows (``…_doubt``), the copy there
    (``…_copies``).
    """

    _name = "mail.center.sender"
    _inherit = "mail.center.transaction"
    _description = "Email sender"

    @api.model
    def _wake(self, at=None):
        """Send what is due at once (*at*: then) instead of at the job's next regular run."""
        self.env.ref("mail_center.ir_cron_send").sudo()._trigger(at=at)

    @api.model
    def _cron_send(self):
        """Send everything that is due, account by account, until nothing is or time is up."""
        self._recover()
        tried = []
        while True:
            token = uuid.uuid4().hex
            rows = self._claim(token, tried)
            if not rows:
                break
            account = rows.account_id
            try:
                job, account = self._for_owner(account)
                done = job._send_batch(account, rows, token)
            except psycopg2.OperationalError:
                raise  # the database itself is in trouble: the claims run out by themselves
            except Exception:
                # A fault of ours in one account must not hold the others up.
                _logger.exception("Sending mail of account %s failed", account.id)
                self.env.cr.rollback()
                self.env.invalidate_all()
                done = False
            if not done:
                # A server that can't be reached must not hold the other accounts up.
                tried.append(account.id)
            if not self.env["ir.cron"]._commit_progress(len(rows), remaining=self._due_count()):
                return
        self._check_doubts()
        self._file_copies()

    @api.model
    def _send_batch(self, account, rows, token):
        """Send claimed mails over one connection. False when the server can't be used."""
        loads, rows = self._load(rows)
        try:
            endpoint = account._endpoint("smtp")
            self._commit()  # no transaction stays open while the network is in use
            started = time.monotonic()
            session = smtp.Session.open(endpoint, self._host_name(account))
        except (MailServerError, ValueError, KeyFileError) as error:
            self._account_failed(account, rows, error)
            return False
        seconds = time.monotonic() - started
        left = True
        with session:
            self._tell_connected(account, seconds)
            for row, envelope_from, recipients, raw in loads:
                if not session.usable or not left:
                    self._give_back(row, token)
                    continue
                self._prolong(token)
                try:
                    attempt = session.send(
                        envelope_from, recipients, raw, partial(self._phase, row, token)
                    )
                except ClaimLost:
                    self.env.cr.rollback()
                    continue
                except ValueError as error:
                    attempt = None
                    self._unsendable(row, error)
                if attempt:
                    left = self._record(row, token, attempt)
        return session.usable

    @api.model
    def _tell_connected(self, account, seconds):
        self.env["mail.center.log"]._add(
            account,
            "connected",
            self.env._(
                "Connected to %(host)s, port %(port)s, to send mail.",
                host=account.smtp_host, port=account.smtp_port,
            ),
            level="debug",
            detail=f"smtp {account.smtp_security} {account.smtp_login or ''}",
            duration=seconds,
        )
        self._commit()

    @api.model
    def _load(self, rows):
        """What is needed of each mail, read before the network is used.

        Returns the loads and the rows they belong to; a mail whose bytes are gone waits.
        """
        loads, usable = [], rows.browse()
        for row in rows:
            try:
                raw = row._raw()
            except MissingSource as error:
                row._open_recipients().state = "deferred"
                row._set_state(
                    "deferred",
                    error=str(error),
                    claim_token=False,
                    next_attempt=self.env.cr.now() + timedelta(hours=1),
                )
                self._tell(row, "error")
                continue
            open_rows = row._open_recipients()
            loads.append((row, row.envelope_from, open_rows.mapped("email"), raw))
            usable |= row
        return loads, usable

    @api.model
    def _host_name(self, account):
        return account.email.rpartition("@")[2].encode("idna").decode()

    @api.model
    def _phase(self, row, token, phase):
        """Commit that the final dot is about to go out; see RFC 5321, 4.5.3.2.6."""
        if phase != "content":
            return
        self.env.cr.execute(
            "UPDATE mail_center_outbox SET phase = 'content' WHERE id = %s AND claim_token = %s"
            " AND state = 'sending'",
            [row.id, token],
        )
        if not self.env.cr.rowcount:
            raise ClaimLost(row.id)
        self._commit()

    @api.model
    def _give_back(self, row, token):
        """Not even tried: the connection was gone before its turn."""
        row.invalidate_recordset()
        if row.claim_token == token and row.state == "sending":
            row._set_state("queued", phase=False, claim_token=False, attempts=row.attempts - 1)
        self._commit()
