"""Waiting for the server to tell of new mail by itself: IDLE (RFC 2177)."""

from __future__ import annotations

import imaplib
import time

from .base import Base

# The server's words that mean that the open folder is not as it was.
NEWS = ("EXISTS", "EXPUNGE", "FETCH", "RECENT", "VANISHED")
# What a server may say in one wait beside news: a word a minute keeps the line open.
CHATTER_LINES, CHATTER_BYTES = 5000, 1024 * 1024
# A server may end a session after half an hour without a command (RFC 9051 section 5.4).
LONGEST = 29 * 60


class Waiting(Base):
    """The waiting part of :class:`Session`."""

    @property
    def can_wait(self) -> bool:
        """Whether the server offers IDLE."""
        return bool({"IDLE", "IMAP4REV2"} & self.capabilities)

    def wait(self, seconds: float) -> bool:
        """Wait until something changes in the open folder, ``seconds`` at most.

        True when something did: mail came or went, or a flag changed. Raises *refused* where the
        server has no IDLE, *closed* when it ends the session. :meth:`interrupt` ends it early.
        """
        self._need_selected()
        if not self.can_wait:
            raise self._error("refused", "The server can't tell of new mail by itself (IDLE).")
        end = time.monotonic() + min(seconds, LONGEST)
        with self._command("IDLE", CHATTER_BYTES):
            tag = self._imap._command("IDLE")
            # None is the server's "+": from then on it tells what happens.
            while self._imap._get_response() is not None:
                if self._imap.tagged_commands[tag]:
                    raise imaplib.IMAP4.error(str(self._imap.tagged_commands.pop(tag)[1]))
            lines, said = 0, 0
            while not self._news() and self._connection.readable(end - time.monotonic()):
                self._connection.begin(CHATTER_BYTES)
                self._imap._get_response()
                lines += 1
                said += self._connection.received
                self._forget_chatter()
                if lines > CHATTER_LINES or said > CHATTER_BYTES:
                    raise self._error("limit", "The server sends more than was asked for.")
            changed = self._news()
            self._connection.begin(CHATTER_BYTES)
            self._imap.send(b"DONE\r\n")
            self._ok(self._imap._command_complete("IDLE", tag))
        return changed or self._news()

    def interrupt(self) -> None:
        """End a :meth:`wait` from another thread; the session is beyond use afterwards."""
        self._connection.abort()

    def _forget_chatter(self) -> None:
        """What is no news is kept for nobody: a wait is long, and memory is not."""
        untagged = self._imap.untagged_responses
        for name in untagged.keys() - {*NEWS, "BYE"}:
            del untagged[name]

    def _news(self) -> bool:
        return any(self._imap.untagged_responses.get(word) for word in NEWS)
