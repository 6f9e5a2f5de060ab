"""What a session has in common whatever it speaks: IMAP, SMTP or POP3."""

from __future__ import annotations

import time

from .net import Connection

GOODBYE_SECONDS = 3


class NetworkSession:
    """One connection that is closed once, politely if it is still good; a context manager.

    A subclass sets ``_connection`` and says goodbye in ``_goodbye``.
    """

    _connection: Connection
    _closed = False

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.close()

    @property
    def usable(self) -> bool:
        """Whether the connection can still be used."""
        return not self._closed

    def peer_certificate(self) -> bytes | None:
        """The server's certificate in DER, verified or not; None without encryption."""
        return self._connection.peer_certificate()

    def close(self) -> None:
        """Say goodbye if the connection is still good. Never raises, never changes anything."""
        if self._closed:
            return
        # The goodbye of a slow server is not worth waiting for.
        self._connection.deadline = min(
            self._connection.deadline or float("inf"), time.monotonic() + GOODBYE_SECONDS
        )
        self._goodbye()
        self._drop()

    def _goodbye(self) -> None:
        """Tell the server. Must not raise."""
        raise NotImplementedError

    def _drop(self) -> None:
        self._closed = True
        self._connection.close()
