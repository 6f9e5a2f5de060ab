"""Holds a connection for each mailbox, on which its server tells of new mail at once (IDLE).

One thread for an account: it waits nearly all the time. What it hears it only passes on: fetching
is the receiver's work, which knows who has an account just now.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from functools import partial

import odoo
from odoo.modules.registry import Registry
from odoo.service.model import retrying

from .core.imap import Session
from .core.net import MailServerError
from .core.secrets import KeyFileError

_logger = logging.getLogger(__name__)

REFRESH_SECONDS = 30
# The listener's word counts for twice as long: see mail_center_account_listen.
RENEW_SECONDS = 90
# Routers forget connections that nothing is said on; half an hour is the longest allowed.
WAIT_SECONDS = 9 * 60
BACKOFF_MAX_SECONDS = 3600
# A server that says all the time that something is new has its mailbox looked into so often.
TELL_SECONDS = 3
# A server without IDLE is not asked again for so long.
DEAF_SECONDS = 6 * 3600


class Listener:
    """The listener of one database. :meth:`run` ends after :meth:`stop`."""

    def __init__(self, database: str):
        self.database = database
        self._posts: dict[int, _Post] = {}
        self._stopping = threading.Event()
        self._told: set[int] = set()
        self._tell_again = 0.0

    def run(self) -> None:
        while True:
            try:
                self.refresh()
            except Exception:
                # The database is away, or being updated: try again.
                _logger.exception("Mailboxes to listen to could not be read")
            if self._stopping.wait(REFRESH_SECONDS):
                break
        for post in self._posts.values():
            post.end()

    def stop(self) -> None:
        self._stopping.set()

    def refresh(self) -> None:
        """Begin with accounts that are new, leave those that are not wanted any more."""
        wanted = self.ask(lambda env: env["mail.center.account"]._to_listen())
        for account_id in self._posts.keys() - wanted.keys():
            self._posts.pop(account_id).end()
        for account_id, path in wanted.items():
            post = self._posts.get(account_id)
            if not post or not post.is_alive():
                self._posts[account_id] = _Post(self, account_id, path)
                self._posts[account_id].start()
        hearing = {number for number, post in self._posts.items() if post.hears}
        now = time.monotonic()
        if hearing - self._told or hearing and now >= self._tell_again:
            self._told, self._tell_again = hearing, now + RENEW_SECONDS
            self.ask(lambda env: env["mail.center.account"].browse(hearing).exists()._is_told())

    def ask(self, work):
        """``work(env)`` in a transaction of its own, again where another one collided."""
        with Registry(self.database).check_signaling().cursor() as cr:
            env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
            return retrying(partial(work, env), env)


class _Post(threading.Thread):
    """Listens to one mailbox."""

    def __init__(self, listener: Listener, account_id: int, path: str):
        super().__init__(daemon=True, name=f"mail_center listener {account_id}")
        self.hears = False
        self._listener = listener
        self._account_id = account_id
        self._path = path
        self._session: Session | None = None
        self._ended = threading.Event()

    def end(self) -> None:
        self._ended.set()
        if self._session:
            self._session.interrupt()

    def run(self) -> None:
        failures = 0
        while not self._ended.is_set():
            pause = 0.0
            try:
                pause = self._listen()
                failures = 0
            except (MailServerError, ValueError, OSError, KeyFileError) as error:
                if self.hears:
                    failures = 0  # it worked until now
                failures += 1
                _logger.info("Account %s: the listener lost its connection: %s",
                             self._account_id, error)
                # A thousand mailboxes of a server that restarts must not come back at once.
                pause = min(5 * 2**failures, BACKOFF_MAX_SECONDS) * random.uniform(0.8, 1.2)
            except Exception:
                _logger.exception("Listening to account %s failed", self._account_id)
                pause = BACKOFF_MAX_SECONDS
            self.hears = False
            self._session = None
            self._ended.wait(pause)

    def _listen(self) -> float:
        """Listen until the end; returns how long to pause."""
        endpoint = self._listener.ask(
            lambda env: env["mail.center.account"].browse(self._account_id)._endpoint("imap")
        )
        with Session.open(endpoint) as session:
            if not session.can_wait:
                return DEAF_SECONDS
            session.select(self._path)
            self._session = session
            self.hears = True
            self._tell()  # of what came while nobody listened
            told = time.monotonic()
            while not self._ended.is_set():
                if session.wait(WAIT_SECONDS):
                    self._ended.wait(max(0, told + TELL_SECONDS - time.monotonic()))
                    self._tell()
                    told = time.monotonic()
        return 0

    def _tell(self) -> None:
        self._listener.ask(
            lambda env: env["mail.center.account"].browse(self._account_id).exists()._look_now()
        )
