import logging
import random
import time
import uuid

import psycopg2
from odoo import api, models

from ..core.imap import Session
from ..core.net import MailServerError
from ..core.secrets import KeyFileError
from .mail_center_claim import ClaimLost

_logger = logging.getLogger(__name__)

POLL_SECONDS = 60
BACKOFF_MAX_SECONDS = 3600
# Many providers lock a mailbox after five to ten wrong passwords.
REFUSED_LOGINS_MAX = 3
# Fewer mails are fetched before anybody could look at a bar.
WORTH_A_BAR = 20


class OutOfTime(Exception):
    """The scheduled job's time is used up; what is left goes on at its next run."""


class MailCenterReceiver(models.AbstractModel):
    """Fetches mail: the only place where IMAP and database take turns.

    Network first, then a short transaction that stores a chunk together with the folder's
    progress, then the network again. Killed anywhere, it goes on where the last commit was.
    """

    _name = "mail.center.receiver"
    _inherit = "mail.center.claim"
    _description = "Email receiver"

    @api.model
    def _cron_receive(self):
        """Synchronise every account that is due, until none is or the time is up."""
        while True:
            try:
                if not self._receive_due():
                    return
            except OutOfTime:
                self.env["ir.cron"]._commit_progress(1, remaining=max(self._due_count(), 1))
                return
            if not self.env["ir.cron"]._commit_progress(1, remaining=self._due_count()):
                return

    @api.model
    def _receive_due(self, account=None):
        """One pass over an account that is due (*account*: over that one). False if none is."""
        token = uuid.uuid4().hex
        account = self._claim(token, account)
        if not account:
            return False
        job, account = self._for_owner(account)
        job.with_context(mail_center_run=token[:12])._receive(account, token)
        return True

    # ---- one account --------------------------------------------------------

    @api.model
    def _receive(self, account, token):
        """One pass over a claimed account, and what came of it."""
        log = self.env["mail.center.log"]
        started = time.monotonic()
        try:
            self._receive_mailbox(account, token)
        except OutOfTime:
            # Behind those that have waited longer, so that one large import starves nobody.
            self._finish(account, token, {"next_sync": self._in(0)})
            raise
        except ClaimLost:
            self.env.cr.rollback()
            _logger.info("Account %s was paused, or taken over by another worker", account.id)
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
                duration=time.monotonic() - started,
            )
            self._finish(
                account,
                token,
                {
                    "sync_state": "failing",
                    "sync_error": self._in_words(error)[:500],
                    "sync_failures": failures,
                    "next_sync": self._in(delay),
                    **self._refusal(account, error),
                },
            )
        else:
            if account.sync_state == "failing":
                log._add(account, "sync_recovered", self.env._("Mail is being fetched again."))
            log._add(
                account,
                "sync_pass",
                self.env._("The mailbox was looked through."),
                level="debug",
                duration=time.monotonic() - started,
            )
            pause = account._poll_seconds()
            self._finish(
                account,
                token,
                {
                    "sync_state": "ok",
                    "poll_seconds": pause,
                    "sync_error": False,
                    "sync_failures": 0,
                    "auth_failures": 0,
                    "last_sync": self.env.cr.now(),
                    "next_sync": self._in(pause - 5),
                },
            )

    @api.model
    def _refusal(self, account, error):
        """What a refused login changes: after several the account waits for a person."""
        if getattr(error, "kind", "") != "auth":
            return {}
        refused = account.auth_failures + 1
        if refused < REFUSED_LOGINS_MAX:
            return {"auth_failures": refused}
        self.env["mail.center.log"]._add(
            account,
            "sync_blocked",
            self.env._(
                "The server refused the login %s times in a row. Nothing is tried any more, so "
                "that the mailbox is not locked; type the password or change the login.",
                refused,
            ),
            level="error",
        )
        return {"auth_failures": refused, "sync_blocked": True}

    @api.model
    def _receive_mailbox(self, account, token):
        """One pass over the mailbox of a claimed account. Returns how many mails were stored."""
        endpoint = account._endpoint("imap")
        self._commit()  # no transaction stays open while the network is in use
        with Session.open(endpoint) as session:
            account._remember_certificate("fetch_certificate_until", session)
            return self._receive_folders(account, token, session)
