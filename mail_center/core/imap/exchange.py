"""One command and its answer: bounded, its errors translated to MailServerError."""

from __future__ import annotations

import imaplib

from imapclient.exceptions import ProtocolError

from ..net import Connection, MailServerError


def is_throttling(text: str) -> bool:
    """Whether the server asks to come back later (RFC 5530 codes and what providers write)."""
    text = text.lower()
    if "overquota" in text:  # the mailbox is full: waiting doesn't help
        return False
    return any(
        word in text
        for word in (
            "[unavailable]", "[inuse]", "[limit]", "too many", "try again", "try later",
            "throttl", "rate limit", "simultaneous", "temporar", "bandwidth", "exceeded",
        )
    )


# What parsing raises when it is fed nonsense; imapclient's ProtocolError is an IMAP4.error too.
_UNREADABLE = (
    ProtocolError, ValueError, TypeError, LookupError, AttributeError, RecursionError,
    AssertionError,
)


class translated:
    """Context manager: imaplib's, imapclient's and parsing errors become MailServerError."""

    def __init__(self, connection: Connection, what: str):
        self.connection = connection
        self.what = what

    def __enter__(self):
        return self

    def __exit__(self, kind, exc, _traceback):
        if exc is None or isinstance(exc, MailServerError):
            return False
        error = self.connection.error
        if isinstance(exc, imaplib.IMAP4.readonly):
            raise error("refused", "The folder is read-only on the server.", str(exc)) from None
        if isinstance(exc, imaplib.IMAP4.abort):
            text = str(exc)
            if is_throttling(text):
                failure = error("throttled", "The server ended the session for now.", text)
            elif "unexpected response" in text or "unterminated" in text:
                failure = error("protocol", f"The server's answer to {self.what} makes no sense.",
                                text)
            else:
                failure = error("closed", f"The server ended the session during {self.what}.",
                                text)
            raise failure from None
        if isinstance(exc, _UNREADABLE):
            raise error(
                "protocol", f"The server's answer to {self.what} can't be understood."
            ) from None
        if isinstance(exc, imaplib.IMAP4.error):
            text = str(exc)
            if "[OVERQUOTA]" in text.upper():  # RFC 5530, RFC 9208
                raise error(
                    "refused", "The mailbox is full on the server.", text, reason="full"
                ) from None
            kind = "throttled" if is_throttling(text) else "refused"
            raise error(kind, f"The server refuses: {self.what}.", text) from None
        return False


_KEPT = {"BYE", "READ-ONLY", "READ-WRITE"}


class Exchange(translated):
    """One exchange: bounded, its errors translated, the session closed when it is beyond use."""

    def __init__(self, session, what: str, budget: int | None, room: int | None = None):
        super().__init__(session._connection, what)
        self.session = session
        session._imap.next_budget = budget
        session._imap.next_room = room

    def __enter__(self):
        if self.session._closed:
            raise self.connection.error("closed", "The connection is closed.")
        # What the server said unasked since the last command is no answer to this one, and
        # imaplib would keep it for ever.
        untagged = self.session._imap.untagged_responses
        for name in untagged.keys() - _KEPT:
            del untagged[name]
        return self

    def __exit__(self, kind, exc, traceback):
        failure = exc
        try:
            return super().__exit__(kind, exc, traceback)
        except MailServerError as translated_exc:
            failure = translated_exc
            raise
        finally:
            # An exchange that broke off leaves answers under way that the next command would
            # take for its own; a server that said BYE is gone.
            said_no = isinstance(failure, MailServerError) and failure.kind in ("refused", "auth")
            if failure is not None and not said_no and not self._completed():
                self.session._drop()

    def _completed(self) -> bool:
        """Whether the server has answered every command, and not said goodbye."""
        imap = self.session._imap
        return not any(r is None for r in imap.tagged_commands.values()) and (
            "BYE" not in imap.untagged_responses
        )
