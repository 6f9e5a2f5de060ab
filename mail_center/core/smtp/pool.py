"""Sessions that stay open from one batch of an account's mail to the next."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from .session import Session

# A server may end a connection that is idle for so long without a word (seconds).
IDLE = 20
# After this long the server is asked whether it is still there.
UNASKED = 1
MOST = 8


class Pool:
    """Open sessions by key, each for one way to a server; closed at the end of the ``with``."""

    def __init__(self):
        self._kept: dict[Hashable, tuple[object, Session, float]] = {}

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        while self._kept:
            self._close(next(iter(self._kept)))

    def take(
        self, key: Hashable, way: object, connect: Callable[[], Session]
    ) -> tuple[Session, bool]:
        """A session that is good to send by, and whether it was opened for it now.

        ``way``: what the session was opened with; one opened with another is closed. Raises what
        ``connect`` raises.
        """
        now = time.monotonic()
        for other, (_way, _session, since) in list(self._kept.items()):
            if now - since > IDLE:
                self._close(other)
        if key in self._kept:
            known, session, since = self._kept.pop(key)
            if known == way and session.is_alive(ask=now - since > UNASKED):
                return session, False
            session.close()
        return connect(), True

    def keep(self, key: Hashable, way: object, session: Session) -> None:
        """Give a session back."""
        if not session.is_alive():
            return
        if len(self._kept) >= MOST:
            self._close(next(iter(self._kept)))
        self._kept[key] = (way, session, time.monotonic())

    def _close(self, key: Hashable) -> None:
        _way, session, _since = self._kept.pop(key)
        session.close()
