import logging
import threading
import time
import uuid
from collections import Counter
from contextlib import suppress
from functools import partial

import psycopg2
from odoo import SUPERUSER_ID, api, models
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..core import smtp
from ..core.net import MailServerError
from ..core.secrets import KeyFileError
from ..loads import MissingSource, next_one, prepare
from .mail_center_claim import ClaimLost

# A batch of an ordinary server takes a second; from then on it delays the others (seconds).
PATIENCE = 15
QUICK = 2
# So often at least it shows what has left (seconds).
SETTLED = 1
CLAIM_SECONDS = 600
# A server that takes longer for a mail gains nothing by a mark that is made ahead (seconds).
QUICK_MAIL = 0.1
# Seconds a mail, over a batch: then the next one may be larger, which costs less in all.
QUICK_PACE = 0.02
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


class Accepted(list):
    """``[(outbox id, attempt)]`` of what a server took, until it is summed up.

    ``unmarked``: ids of which the database does not know it yet. ``run``: what tells it; see
    ``_statements``. ``following``: the mail that may be marked along with the next one, an id or
    None; ``ahead``: the one that was and whose content is still here, and when (wall clock, since
    claims end by it).
    """

    def __init__(self, run):
        super().__init__()
        self.run = run
        self.unmarked = []
        self.following = None
        self.ahead = None, 0.0

    def add(self, row_id, attempt):
        self.append((row_id, attempt))
        self.unmarked.append(row_id)

    def clear(self):
        self.unmarked.clear()
        return super().clear()


class MailCenterSender(models.AbstractModel):
    """Drains the outbox: the only place where SMTP and database take turns.

    A row is claimed and committed before the network is touched, and *content* is committed
    before the final dot can reach the server. A worker that dies before that leaves a mail to
    send; one that dies after it leaves an *uncertain* mail, which nothing sends again by itself.
    Where a server is quick two mails share that commit: then it may leave two of them. What a
    worker that lives has not handed over is never called uncertain.

    Its other files: which mails are a worker's (``…_claims``, ``…_loads``), what became of them
    (``…_accepted``, ``…_outcome``), what is asked of Sent when nobody knows (``…_doubt``), the
    copy there (``…_copies``).
    """

    _name = "mail.center.sender"
    _inherit = "mail.center.transaction"
    _description = "Email sender"

    @api.model
    def _wake(self, at=None):
        """Send what is due at once (*at*: then) instead of at the job's next regular run."""
        for job in ("ir_cron_send_prompt", "ir_cron_send"):
            self.env.ref(f"mail_center.{job}").sudo()._trigger(at=at)
        seconds = (at - self.env.cr.now()).total_seconds() if at else 0
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
        if not self._commit():
            # Odoo repeats a job up to ten times with one end for all of them.
            self._progress(0, remaining=1)
            return
        self._recover()
        self._look_after_waiting()
        served, quick = Counter(), set()
        with smtp.Pool() as pool:
            while True:
                token = uuid.uuid4().hex
                rows = self._claim(token, served, prompt, quick)
                if not rows:
                    break
                group = rows.account_id.id, rows[0].priority >= smtp.MAILING
                began = time.monotonic()
                if not self._send_safely(rows, token, pool, patient=not prompt):
                    # A server that can't be reached must not hold the other accounts up.
                    served[group] = None
                is_quick = time.monotonic() - began < QUICK_PACE * len(rows)
                (quick.add if is_quick else quick.discard)(group)
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
    def _send_safely(self, rows, token, pool, patient):
        """Send a batch; a fault of ours in one account must not hold the others up."""
        account = rows.account_id
        try:
            job, account = self._for_owner(account)
            done = job._send_batch(account, rows, token, pool, patient)
        except Exception as error:
            if isinstance(error, psycopg2.OperationalError) and not isinstance(
                error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
            ):
                raise  # the database itself is in trouble: the claims run out by themselves
            _logger.exception("Sending mail of account %s failed", account.id)
            self.env.cr.rollback()
            self.env.invalidate_all()
            done = False
        self._transaction(partial(self._release, token))
        return done

    @api.model
    def _progress(self, done, remaining):
        return self.env["ir.cron"]._commit_progress(done, remaining=remaining)

    @api.model
    def _send_batch(self, account, rows, token, pool, patient=True):
        """Send claimed mails over one connection. False when the server can't be used.

        A server that makes an impatient job wait loses its turn: the rest goes back.
        """
        began = time.monotonic()
        loads, rows = self._load(rows)
        if not loads:
            self._commit()
            return True
        try:
            endpoint = account._endpoint("smtp")
            name = self._host_name(account)
            # No transaction stays open while the network is in use.
            ends = time.monotonic() + self._commit()
            started = time.monotonic()
            session, is_new = pool.take(
                account.id, (endpoint, name), partial(smtp.Session.open, endpoint, name)
            )
        except (MailServerError, ValueError, KeyFileError) as error:
            self.env.cr.rollback()
            self._transaction(partial(self._account_failed, account, rows, token, error))
            return False
        try:
            if is_new:
                self._tell_connected(account, time.monotonic() - started)
                account._remember_certificate("smtp_certificate_until", session)
            with self._statements(self._MARK, self._MARK_TYPES) as run:
                accepted = Accepted(run)
                in_time = self._send_loads(
                    account, loads, token, session, ends, patient, accepted
                )
        except BaseException:
            session.close()
            raise
        # Of what the server said: a session that ends with its turn was good all the same.
        usable = session.usable
        pool.keep(account.id, (endpoint, name), session)
        pace = (time.monotonic() - began) / len(rows)
        if patient and account.send_is_slow and pace < QUICK:
            self._remember_pace(account, slow=False)
        return usable and in_time

    @api.model
    def _send_loads(self, account, loads, token, session, ends, patient, accepted):
        """Send *loads* until *ends* (``time.monotonic()``). False when no time is left."""
        began = settled = prolonged = time.monotonic()
        in_time = True
        try:
            is_quick = False  # not known of the first
            for number, load in enumerate(loads):
                row, now = load.row, time.monotonic()
                # One leaves all the same: a server that lets wait would never get any.
                if not session.usable or (now >= ends and number):
                    break  # the rest is given back
                if now - began > PATIENCE:
                    # It is the others' turn.
                    if not patient:
                        self._remember_pace(account, slow=True)
                        in_time = False
                    break
                if now - prolonged > CLAIM_SECONDS / 4:
                    self._prolong(token)
                    prolonged = now
                if now - settled > SETTLED or load.is_large:
                    self._settle(account, token, accepted)
                    settled = now
                after = next_one(loads, number + 1)
                small = after and not load.is_large and not after.is_large
                accepted.following = after.row.id if is_quick and small else None
                later = partial(prepare, session, loads, number + 2)
                try:
                    attempt = session.send(
                        *load.mail, partial(self._phase, row, token, accepted),
                        after and after.mail, later,
                    )
                except MissingSource:
                    self._transaction(partial(self._source_missing, row, token))
                    continue
                except ClaimLost:
                    self.env.cr.rollback()
                    continue
                except ValueError as error:
                    self._transaction(partial(self._unsendable, row, error))
                    continue
                if self._is_accepted(attempt):
                    accepted.add(row.id, attempt)
                    is_quick = time.monotonic() - now < QUICK_MAIL
                    continue
                self._record(row, token, attempt)
                if attempt.throttled and account.send_retry_at:
                    in_time = False
                    break
        except BaseException:
            # What the server has said must not be forgotten, whatever went wrong with another.
            self.env.cr.rollback()
            with suppress(psycopg2.Error):
                self._unmark(token, accepted)
            with suppress(psycopg2.Error):
                self._settle(account, token, accepted)
            raise
        self._unmark(token, accepted)
        self._settle(account, token, accepted)
        return in_time and time.monotonic() < ends

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
    def _host_name(self, account):
        return account.email.rpartition("@")[2].encode("idna").decode()

    @api.model
    def _release(self, token):
        """Give back what a batch has left: not tried, or without anybody knowing how it ended."""
        left = self.env["mail.center.outbox"].sudo().search(
            [("claim_token", "=", token), ("state", "=", "sending")]
        )
        for row in left:
            if row.phase == "content":
                self._in_doubt(row)
            elif row.phase == "done":
                self._sum_up_accepted(row)
            else:
                row._set_state(
                    "queued", phase=False, claim_token=False, attempts=row.attempts - 1
                )

    @api.model
    def _remember_pace(self, account, slow):
        """A server that makes others wait is left to the job that has time, until it is quick."""
        self._transaction(lambda: account.write({"send_is_slow": slow}))
