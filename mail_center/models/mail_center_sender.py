import logging
import uuid
from datetime import timedelta
from functools import partial

import psycopg2
from odoo import api, models

from .. import worker
from ..core import imap, smtp
from ..core.net import MailServerError
from ..core.secrets import KeyFileError
from .mail_center_claim import ClaimLost
from .mail_center_outbox import MissingSource

_logger = logging.getLogger(__name__)

CLAIM_SECONDS = 600
BATCH = 20


class MailCenterSender(models.AbstractModel):
    """Drains the outbox: the only place where SMTP and database take turns.

    A row is claimed and committed before the network is touched, and *content* is committed
    before the final dot can reach the server. A worker that dies before that leaves a mail to
    send; one that dies after it leaves an *uncertain* mail, which nothing sends again by itself.
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
        self._file_copies()

    # ---- claims -------------------------------------------------------------

    _DUE = """
        outbox.state IN ('queued', 'deferred')
        AND (outbox.next_attempt IS NULL OR outbox.next_attempt <= now() AT TIME ZONE 'utc')
        AND (outbox.send_after IS NULL OR outbox.send_after <= now() AT TIME ZONE 'utc')
        AND account.active AND account.send_enabled
    """

    @api.model
    def _due_count(self):
        self.env.flush_all()
        self.env.cr.execute(
            f"""
            SELECT count(*) FROM mail_center_outbox outbox
              JOIN mail_center_account account ON account.id = outbox.account_id
             WHERE {self._DUE}
            """
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _claim(self, token, tried):
        """Take up to a batch of due mails of one account for this worker, and commit."""
        self.env.flush_all()
        self.env.cr.execute(
            f"""
              WITH first AS (
                    SELECT outbox.account_id FROM mail_center_outbox outbox
                      JOIN mail_center_account account ON account.id = outbox.account_id
                     WHERE {self._DUE} AND outbox.account_id <> ALL(%(tried)s)
                  ORDER BY outbox.id LIMIT 1
                   ),
                   due AS (
                    SELECT outbox.id FROM mail_center_outbox outbox
                      JOIN mail_center_account account ON account.id = outbox.account_id
                      JOIN first ON first.account_id = outbox.account_id
                     WHERE {self._DUE}
                  ORDER BY outbox.id
                     LIMIT %(batch)s
                       FOR NO KEY UPDATE OF outbox SKIP LOCKED
                   )
            UPDATE mail_center_outbox AS outbox
               SET state = 'sending', phase = 'claimed', attempts = coalesce(attempts, 0) + 1,
                   claim_token = %(token)s, claim_worker = %(worker)s,
                   claim_until = now() AT TIME ZONE 'utc' + %(seconds)s * interval '1 second'
              FROM due
             WHERE outbox.id = due.id
         RETURNING outbox.id
            """,
            {
                "tried": tried,
                "batch": BATCH,
                "token": token,
                "worker": worker.identity(),
                "seconds": CLAIM_SECONDS,
            },
        )
        ids = sorted(row_id for (row_id,) in self.env.cr.fetchall())
        self.env.invalidate_all()
        rows = self.env["mail.center.outbox"].sudo().browse(ids)
        rows.message_id.state = "sending"
        self._commit()
        return rows

    @api.model
    def _recover(self):
        """Take over what dead workers left: back to the queue, or *uncertain* after the dot."""
        rows = self.env["mail.center.outbox"].sudo().search([("state", "=", "sending")])
        now = self.env.cr.now()
        for row in rows:
            if row.claim_until and row.claim_until > now and not worker.is_dead(row.claim_worker):
                continue
            if row.phase == "content":
                row._open_recipients().write(
                    {"state": "uncertain", "date": now}
                )
                row._set_state("uncertain", error=self._uncertain_text())
                self.env["mail.center.log"]._add(
                    row.account_id,
                    "send_uncertain",
                    self.env._("Nobody knows whether the mail no. %s was sent.", row.id),
                    level="warning",
                )
            else:
                row._set_state("queued", phase=False, claim_token=False)
        self._commit()

    @api.model
    def _uncertain_text(self):
        return self.env._(
            "The connection broke after the mail was handed over and before the server "
            "confirmed it. It is not sent again by itself: ask the recipient, or look into the "
            "provider's folder of sent mail."
        )

    # ---- sending ------------------------------------------------------------

    @api.model
    def _send_batch(self, account, rows, token):
        """Send claimed mails over one connection. False when the server can't be used."""
        loads, rows = self._load(rows)
        try:
            endpoint = account._endpoint("smtp")
            self._commit()  # no transaction stays open while the network is in use
            session = smtp.Session.open(endpoint, self._host_name(account))
        except (MailServerError, ValueError, KeyFileError) as error:
            self._account_failed(account, rows, error)
            return False
        left = True
        with session:
            for row, envelope_from, recipients, raw in loads:
                if not session.usable or not left:
                    self._give_back(row, token)
                    continue
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

    @api.model
    def _unsendable(self, row, error):
        row._open_recipients().state = "failed"
        row._set_state("failed", error=str(error), copy_state="none", claim_token=False)
        self._tell(row, "error")
        self._commit()

    @api.model
    def _record(self, row, token, attempt):
        """Store what became of each recipient, and commit. Returns the seconds left."""
        def store():
            row.invalidate_recordset()
            if row.claim_token != token:
                # Taken over meanwhile, for example decided by a person: theirs is the word.
                _logger.warning("Outbox %s was taken over while it was being sent", row.id)
                return
            self._record_results(row, attempt)

        _result, left = self._transaction(store)
        return left

    @api.model
    def _record_results(self, row, attempt):
        now = self.env.cr.now()
        by_email = {recipient.email: recipient for recipient in row.recipient_ids}
        for email, result in attempt.results.items():
            reply = result.reply
            by_email[email].write(
                {
                    "state": result.state,
                    "code": f"{reply.code} {reply.enhanced}".strip() if reply else False,
                    "reply": (reply.text if reply else result.advice) or False,
                    "date": now,
                }
            )
        open_rows = row._open_recipients()
        if open_rows and smtp.expired(row._seconds_under_way(now)):
            open_rows.state = "failed"
        state = row._summary()
        reasons = [r.advice for r in attempt.results.values() if r.state != "sent" and r.advice]
        vals = {"phase": "done", "claim_token": False, "error": reasons[0] if reasons else False}
        if state == "uncertain":
            vals["error"] = self._uncertain_text()
        if state == "deferred":
            vals["next_attempt"] = now + timedelta(seconds=smtp.next_delay(row.attempts))
        if state == "failed":
            vals["copy_state"] = "none"
        row._set_state(state, **vals)
        self._tell(row, {"sent": "info", "failed": "error"}.get(state, "warning"))
        if row.account_id.send_error:
            row.account_id.send_error = False

    @api.model
    def _account_failed(self, account, rows, error):
        """The server can't be used: every mail waits, none is blamed."""
        self.env.cr.rollback()
        self.env.invalidate_all()
        now = self.env.cr.now()
        for row in rows:
            late = smtp.expired(row._seconds_under_way(now))
            state = "failed" if late else "deferred"
            row._open_recipients().state = state
            row._set_state(
                row._summary(),
                phase=False,
                claim_token=False,
                error=self._in_words(error),
                next_attempt=now + timedelta(seconds=smtp.next_delay(max(row.attempts, 1))),
            )
            row.account_id._notify_readers(row.message_id)
        account.send_error = self._in_words(error)[:500]
        self.env["mail.center.log"]._add(
            account,
            "send_unavailable",
            self.env._("Mail could not be sent: %s", self._in_words(error)),
            level="error",
            detail=getattr(error, "server_text", ""),
        )
        self._commit()

    @api.model
    def _tell(self, row, level):
        label = dict(row._fields["state"]._description_selection(self.env))[row.state]
        self.env["mail.center.log"]._add(
            row.account_id,
            f"send_{row.state}",
            # No subject: whoever may read the log may not always read the mail.
            self.env._("%(state)s: mail no. %(number)s", state=label, number=row.id),
            level=level,
            detail=row.error or "",
        )
        row.account_id._notify_readers(row.message_id)

    # ---- the copy in Sent ---------------------------------------------------

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
                        if not session.usable:
                            raise
                        # Refused for good, such as a full mailbox: the others go on.
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
            self.env._("A sent mail could not be put into the folder of sent mail."),
            level="warning",
            detail=str(error),
        )
        self._commit()

    @api.model
    def _file_copy(self, session, folder, row, message_id, raw):
        if not folder:
            path = next((f.path for f in session.folders() if f.special_use == "sent"), "")
            if not path:
                path = "Sent"
                session.create_folder(path)
            folder = path
        # Some providers file what goes out themselves, and an earlier run may have died here.
        if not session.find_message_id(folder, message_id):
            session.append(folder, raw, ["\\Seen"])
        row.copy_state = "done"
        self._commit()
