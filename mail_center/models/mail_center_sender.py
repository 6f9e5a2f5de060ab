import logging
import threading
import time
import uuid
from collections import Counter
from datetime import datetime, timedelta, timezone
from functools import partial

import psycopg2
from odoo import SUPERUSER_ID, api, models
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..core import smtp
from ..core.net import MailServerError
from ..core.secrets import KeyFileError
from .mail_center_claim import ClaimLost
from .mail_center_outbox import MissingSource

# A batch of an ordinary server takes a second; from then on it delays the others (seconds).
PATIENCE = 15
QUICK = 2
LONGEST_TIMER = 120

_logger = logging.getLogger(__name__)


def _ring(database, seconds):
    """Wake the workers of scheduled jobs in so many seconds."""
    def ring():
        with Registry(database).cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["ir.cron"]._notifydb()

    timer = threading.Timer(seconds + 0.1, ring)
    timer.daemon = True
    timer.start()


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
        for job in ("ir_cron_send_prompt", "ir_cron_send"):
            self.env.ref(f"mail_center.{job}").sudo()._trigger(at=at)
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        seconds = (at - now).total_seconds() if at else 0
        if 0 < seconds <= LONGEST_TIMER:
            # Odoo looks for jobs of a certain time once a minute: the time to undo is shorter.
            # When this process ends before, that minute is what is lost.
            self.env.cr.postcommit.add(partial(_ring, self.env.cr.dbname, seconds))

    @api.model
    def _cron_send(self, prompt=False):
        """Send everything that is due, account by account, until nothing is or time is up.

        Two jobs do it side by side: the *prompt* one leaves mailings, slow servers and those in
        trouble to the other, so that none of these delays what a person has written.
        """
        self._recover()
        self._look_after_waiting()
        served = Counter()
        while True:
            token = uuid.uuid4().hex
            rows = self._claim(token, served, prompt)
            if not rows:
                break
            account = rows.account_id
            group = account.id, rows[0].priority >= smtp.MAILING
            try:
                job, account = self._for_owner(account)
                done = job._send_batch(account, rows, token, patient=not prompt)
            except Exception as error:
                if isinstance(error, psycopg2.OperationalError) and not isinstance(
                    error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
                ):
                    raise  # the database itself is in trouble: the claims run out by themselves
                # A fault of ours in one account must not hold the others up.
                _logger.exception("Sending mail of account %s failed", account.id)
                self.env.cr.rollback()
                self.env.invalidate_all()
                done = False
            self._transaction(partial(self._release, token))
            if not done:
                # A server that can't be reached must not hold the other accounts up.
                served[group] = None
            if not self._progress(len(rows), remaining=1):
                return
        self._progress(0, remaining=0)
        if prompt:
            # Copies may take as long as their servers like: that is for the other job.
            if served:
                self.env.ref("mail_center.ir_cron_send").sudo()._trigger()
                self._commit()
            return
        self._check_doubts()
        self._file_copies()

    @api.model
    def _progress(self, done, remaining):
        return self.env["ir.cron"]._commit_progress(done, remaining=remaining)

    @api.model
    def _send_batch(self, account, rows, token, patient=True):
        """Send claimed mails over one connection. False when the server can't be used.

        A server that makes an impatient job wait loses its turn: the rest goes back.
        """
        began = time.monotonic()
        loads, rows = self._load(rows)
        try:
            endpoint = account._endpoint("smtp")
            self._commit()  # no transaction stays open while the network is in use
            started = time.monotonic()
            session = smtp.Session.open(endpoint, self._host_name(account))
        except (MailServerError, ValueError, KeyFileError) as error:
            self.env.cr.rollback()
            self._transaction(partial(self._account_failed, account, rows, token, error))
            return False
        seconds = time.monotonic() - started
        left = True
        with session:
            self._tell_connected(account, seconds)
            for row, envelope_from, recipients, raw in loads:
                if not patient and left and time.monotonic() - began > PATIENCE:
                    self._remember_pace(account, slow=True)
                    left = 0
                if not session.usable or not left:
                    break  # the rest is given back
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
                    self._transaction(partial(self._unsendable, row, error))
                if attempt:
                    left = self._record(row, token, attempt)
                    if attempt.throttled and account.send_retry_at:
                        left = 0
        pace = (time.monotonic() - began) / len(rows or [1])
        if patient and account.send_is_slow and pace < QUICK:
            self._remember_pace(account, slow=False)
        return session.usable and bool(left)

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

        def note():
            self.env.cr.execute(
                """
                UPDATE mail_center_outbox
                   SET phase = 'content', sent_at = now() AT TIME ZONE 'utc'
                 WHERE id = %s AND claim_token = %s AND state = 'sending'
                """,
                [row.id, token],
            )
            if not self.env.cr.rowcount:
                raise ClaimLost(row.id)

        self._transaction(note)

    @api.model
    def _release(self, token):
        """Give back what a batch has left: not tried, or without anybody knowing how it ended."""
        left = self.env["mail.center.outbox"].sudo().search(
            [("claim_token", "=", token), ("state", "=", "sending")]
        )
        for row in left:
            if row.phase == "content":
                self._in_doubt(row)
            else:
                row._set_state(
                    "queued", phase=False, claim_token=False, attempts=row.attempts - 1
                )

    @api.model
    def _remember_pace(self, account, slow):
        """A server that makes others wait is left to the job that has time, until it is quick."""
        self._transaction(lambda: account.write({"send_is_slow": slow}))
