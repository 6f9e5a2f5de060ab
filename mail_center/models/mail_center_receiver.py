import logging
import random
import uuid
from datetime import timedelta
from functools import partial

import psycopg2
from odoo import api, models

from .. import worker
from ..core.imap import FolderState, Session, chunks, compare, plan
from ..core.intake import Intake, take_in
from ..core.net import MailServerError
from ..core.secrets import KeyFileError

_logger = logging.getLogger(__name__)

CLAIM_SECONDS = 120
CHUNK_BYTES = 8 * 1024 * 1024
CHUNK_COUNT = 200
MESSAGE_BYTES_MAX = 150 * 1024 * 1024
POLL_SECONDS = 60
BACKOFF_MAX_SECONDS = 3600


class ClaimLost(Exception):
    """Another worker has taken the account over: what this one holds must not be stored."""


class OutOfTime(Exception):
    """The scheduled job's time is used up; what is left goes on at its next run."""


class MailCenterReceiver(models.AbstractModel):
    """Fetches mail: the only place where IMAP and database take turns.

    Network first, then a short transaction that stores a chunk together with the folder's
    progress, then the network again. Killed anywhere, it goes on where the last commit was.
    """

    _name = "mail.center.receiver"
    _inherit = "mail.center.transaction"
    _description = "Email receiver"

    @api.model
    def _cron_receive(self):
        """Synchronise every account that is due, until none is or the time is up."""
        while True:
            token = uuid.uuid4().hex
            account = self._claim(token)
            if not account:
                return
            try:
                job, account = self._for_owner(account)
                job._receive(account, token)
            except OutOfTime:
                self.env["ir.cron"]._commit_progress(1, remaining=max(self._due_count(), 1))
                return
            if not self.env["ir.cron"]._commit_progress(1, remaining=self._due_count()):
                return

    # ---- claims -------------------------------------------------------------

    _DUE = """
        active AND sync_enabled
        AND CASE protocol WHEN 'imap' THEN imap_host ELSE pop3_host END IS NOT NULL
        AND (next_sync IS NULL OR next_sync <= now() AT TIME ZONE 'utc')
        AND (claim_until IS NULL OR claim_until <= now() AT TIME ZONE 'utc'
             OR claim_worker = ANY(%(dead)s))
    """

    @api.model
    def _dead_workers(self):
        self.env.cr.execute(
            """
            SELECT DISTINCT claim_worker FROM mail_center_account
             WHERE claim_until > now() AT TIME ZONE 'utc'
            """
        )
        return [name for (name,) in self.env.cr.fetchall() if name and worker.is_dead(name)]

    @api.model
    def _due_count(self):
        self.env.cr.execute(
            f"SELECT count(*) FROM mail_center_account WHERE {self._DUE}",
            {"dead": self._dead_workers()},
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _claim(self, token):
        """Take one due account for this worker and commit; empty when there is none."""
        self.env["mail.center.account"].flush_model()
        self.env.cr.execute(
            f"""
            UPDATE mail_center_account
               SET claim_token = %(token)s, claim_worker = %(worker)s,
                   claim_until = now() AT TIME ZONE 'utc' + %(seconds)s * interval '1 second',
                   -- Killed in mid-run it is not the first again.
                   next_sync = now() AT TIME ZONE 'utc',
                   sync_state = CASE WHEN sync_state = 'failing' THEN sync_state ELSE 'running' END
             WHERE id = (
                    SELECT id FROM mail_center_account
                     WHERE {self._DUE}
                  ORDER BY next_sync NULLS FIRST, id
                     LIMIT 1
                       FOR NO KEY UPDATE SKIP LOCKED
                   )
         RETURNING id
            """,
            {
                "token": token,
                "worker": worker.identity(),
                "seconds": CLAIM_SECONDS,
                "dead": self._dead_workers(),
            },
        )
        row = self.env.cr.fetchone()
        self._commit()
        self.env.invalidate_all()
        return self.env["mail.center.account"].sudo().browse(row[0] if row else [])

    @api.model
    def _renew(self, account, token, seconds=CLAIM_SECONDS):
        """Prolong the claim inside the current transaction, or raise ClaimLost."""
        self.env.cr.execute(
            """
            UPDATE mail_center_account
               SET claim_until = now() AT TIME ZONE 'utc' + %s * interval '1 second'
             WHERE id = %s AND claim_token = %s
            """,
            [seconds, account.id, token],
        )
        if not self.env.cr.rowcount:
            raise ClaimLost(account.id)

    # ---- one account --------------------------------------------------------

    @api.model
    def _receive(self, account, token):
        """One pass over a claimed account, and what came of it."""
        log = self.env["mail.center.log"]
        try:
            stored = self._receive_mailbox(account, token)
        except OutOfTime:
            # Behind those that have waited longer, so that one large import starves nobody.
            self._finish(account, token, {"next_sync": self._in(0)})
            raise
        except ClaimLost:
            self.env.cr.rollback()
            _logger.info("Account %s was taken over by another worker", account.id)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise  # the database itself is in trouble: nothing can be recorded now
        except Exception as error:
            self.env.cr.rollback()
            self.env.invalidate_all()
            if not isinstance(error, (MailServerError, ValueError, OSError, KeyFileError)):
                # A fault of ours in one account must not stop the others.
                _logger.exception("Fetching mail of account %s failed", account.id)
            failures = account.sync_failures + 1
            delay = min(POLL_SECONDS * 2**failures, BACKOFF_MAX_SECONDS)
            delay *= random.uniform(0.8, 1.2)  # 200 mailboxes must not come back at once
            log._add(
                account,
                "sync_failed",
                self.env._("Mail could not be fetched: %s", self._in_words(error)),
                level="error",
                detail=getattr(error, "server_text", ""),
            )
            self._finish(
                account,
                token,
                {
                    "sync_state": "failing",
                    "sync_error": self._in_words(error)[:500],
                    "sync_failures": failures,
                    "next_sync": self._in(delay),
                },
            )
        else:
            if account.sync_state == "failing":
                log._add(account, "sync_recovered", self.env._("Mail is being fetched again."))
            if stored:
                log._add(account, "sync_stored", self.env._("%s new messages.", stored))
            self._finish(
                account,
                token,
                {
                    "sync_state": "ok",
                    "sync_error": False,
                    "sync_failures": 0,
                    "last_sync": self.env.cr.now(),
                    "next_sync": self._in(POLL_SECONDS - 5),
                },
            )

    @api.model
    def _receive_mailbox(self, account, token):
        """One pass over the mailbox of a claimed account. Returns how many mails were stored."""
        endpoint = account._endpoint("imap")
        self._commit()  # no transaction stays open while the network is in use
        with Session.open(endpoint) as session:
            return self._receive_folders(account, token, session)

    @api.model
    def _in(self, seconds):
        return self.env.cr.now().replace(microsecond=0) + timedelta(seconds=seconds)

    @api.model
    def _finish(self, account, token, vals):
        """Give the account back with the outcome, unless another worker has it by now."""
        def give_back():
            self._renew(account, token, seconds=0)
            account.write(vals)

        try:
            self._transaction(give_back)
        except ClaimLost:
            self.env.cr.rollback()

    # ---- folders ------------------------------------------------------------

    @api.model
    def _receive_folders(self, account, token, session):
        remote = session.folders()
        self._transaction(lambda: self._update_folder_list(account, token, remote))
        stored = 0
        for folder in account.folder_ids.filtered(
            lambda f: f.policy != "off" and f.selectable and f.exists_on_server
        ):
            try:
                stored += self._receive_folder(account, token, session, folder)
                if not self._commit():
                    raise OutOfTime
            except MailServerError as error:
                if not session.usable:
                    raise
                # One folder that the server won't open does not stop the others.
                path = folder.path
                self.env.cr.rollback()
                self.env["mail.center.log"]._add(
                    account,
                    "folder_failed",
                    self.env._("The folder “%(folder)s” could not be read: %(error)s",
                               folder=path, error=self._in_words(error)),
                    level="warning",
                    detail=error.server_text,
                )
                self._commit()
        return stored

    @api.model
    def _update_folder_list(self, account, token, remote):
        self._renew(account, token)
        here = {folder.path: folder for folder in account.folder_ids}
        for item in remote:
            vals = {
                "delimiter": item.delimiter or False,
                "special_use": item.special_use or False,
                "selectable": item.selectable,
                "exists_on_server": True,
            }
            if folder := here.pop(item.path, None):
                changed = {name: value for name, value in vals.items() if folder[name] != value}
                if changed:
                    folder.write(changed)
            else:
                # A draft changes with every key stroke: fetching it is asked for, not assumed.
                policy = "off" if item.special_use == "drafts" else "read"
                self.env["mail.center.folder"].sudo().create(
                    {"account_id": account.id, "path": item.path, "policy": policy, **vals}
                )
        for folder in here.values():
            if folder.exists_on_server:
                folder.exists_on_server = False

    @api.model
    def _receive_folder(self, account, token, session, folder):
        """Bring one folder up to date. Returns how many messages were stored."""
        state, path = folder._state(), folder.path
        self._commit()
        status = session.select(path, readonly=True)
        steps = plan(state, status)
        if steps.idle and not steps.must_compare(state.known_uids):
            return 0
        if steps.action == "reset":
            self._transaction(lambda: self._reset(account, token, folder, steps))
        stored = 0
        if steps.action != "nothing":
            stored = self._fetch_new(account, token, session, folder, status, steps)
        if steps.flags != "none":
            changed = session.flags(changed_since=steps.changed_since)
            self._transaction(lambda: self._apply_flags(account, token, folder, changed))
        if steps.must_compare(folder.known_uids):
            self._commit()
            on_server = session.uids(1, status.uidnext - 1)
            missing, gone = compare(folder._known_uids(), on_server, status.uidnext - 1)
            self._commit()
            stored += self._fetch(account, token, session, folder, status, missing)
            self._transaction(lambda: self._forget(account, token, folder, gone))
        self._transaction(lambda: self._advance(account, token, folder, status, complete=True))
        return stored

    @api.model
    def _fetch_new(self, account, token, session, folder, status, steps):
        uids = session.uids(steps.low, steps.high)
        unknown = sorted(set(uids) - folder._known_uids(steps.low, steps.high))
        self._commit()
        return self._fetch(account, token, session, folder, status, unknown)

    @api.model
    def _fetch(self, account, token, session, folder, status, uids):
        if not uids:
            return 0
        stored = 0
        self._transaction(lambda: self._advance(account, token, folder, status, complete=False))
        sizes = dict.fromkeys(uids, 0) | session.sizes(uids)
        for chunk in chunks(sizes, CHUNK_BYTES, CHUNK_COUNT, newest_first=True):
            intakes = list(self._take_in(session, chunk, sizes))
            if not intakes:
                continue  # all of them were expunged meanwhile
            count, left = self._transaction(
                partial(self._store, account, token, folder, intakes)
            )
            stored += count
            if not left:
                raise OutOfTime
        return stored

    @api.model
    def _store(self, account, token, folder, intakes):
        self._renew(account, token)
        messages, _quarantined = self.env["mail.center.filing"]._file(folder, intakes)
        account._notify_readers(messages)
        return len(messages)

    @api.model
    def _take_in(self, session, chunk, sizes):
        """Fetch and understand a chunk; what can't be had is told as an error of its own."""
        if len(chunk) == 1 and sizes[chunk[0]] > MESSAGE_BYTES_MAX:
            megabytes = sizes[chunk[0]] // 1024**2
            error = self.env._(
                "The mail is %s MB large. It stays in the mailbox on the server.", megabytes
            )
            yield Intake(b"", uid=chunk[0], error=error)
            return
        for raw in session.fetch(chunk):
            yield take_in(raw.raw, raw.uid, raw.flags, raw.internal_date)
        for uid, error in session.unreadable.items():
            text = self.env._("The server can't give this mail: %s", self._in_words(error))
            yield Intake(b"", uid=uid, error=text)

    @api.model
    def _advance(self, account, token, folder, status, complete):
        self._renew(account, token)
        after = FolderState.after(status, folder.known_uids, folder.last_uid, complete)
        folder.write(
            {
                "uidvalidity": after.uidvalidity,
                "uidnext": after.uidnext,
                "highestmodseq": after.highestmodseq or 0,
                "complete": after.complete,
                "server_count": status.exists,
                "last_check": self.env.cr.now(),
            }
        )

    @api.model
    def _reset(self, account, token, folder, steps):
        """The stored UIDs mean nothing any more. The mail stays and is recognised again."""
        self._renew(account, token)
        self.env["mail.center.message.location"].sudo().search(
            [("folder_id", "=", folder.id)]
        ).unlink()
        folder.write({"uidvalidity": 0, "known_uids": 0, "last_uid": 0, "complete": False})
        self.env["mail.center.log"]._add(
            account,
            "folder_renumbered",
            self.env._("The server renumbered the folder “%s”.", folder.path),
            detail=steps.reason,
        )

    @api.model
    def _apply_flags(self, account, token, folder, flags):
        """Take over read and star marks that other programs set on the server."""
        self._renew(account, token)
        locations = self.env["mail.center.message.location"].sudo().search_fetch(
            [("folder_id", "=", folder.id), ("uid", "in", list(flags))],
            ["uid", "flags", "message_id"],
        )
        for location in locations:
            text = " ".join(sorted(flags[location.uid])) or False
            if location.flags != text:
                location.flags = text
                location.message_id.write(
                    {
                        "is_read": "\\Seen" in flags[location.uid],
                        "is_starred": "\\Flagged" in flags[location.uid],
                    }
                )
        locations.message_id.thread_id._refresh()

    @api.model
    def _forget(self, account, token, folder, gone):
        """Messages that left the folder: their location goes, the mail itself is kept."""
        self._renew(account, token)
        locations = self.env["mail.center.message.location"].sudo().search(
            [("folder_id", "=", folder.id), ("uid", "in", gone)]
        )
        locations.unlink()
        self.env["mail.center.quarantine"].sudo().search(
            [
                ("folder_id", "=", folder.id),
                ("uidvalidity", "=", folder.uidvalidity),
                ("uid", "in", gone),
            ]
        ).uidvalidity = 0
        folder.known_uids = len(folder._known_uids())
