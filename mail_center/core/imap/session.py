"""A logged-in IMAP session: UIDs only, never marks a mail as read, believes the server little."""

from __future__ import annotations

from .changing import Changing
from .partly import Partly
from .reading import RawMessage
from .waiting import Waiting


class Session(Partly, Changing, Waiting):
    """One IMAP connection, logged in. Not for use by several threads at once.

    All errors of network and server are MailServerError; after *closed*, *timeout*, *tls*,
    *protocol* and *limit* the session is closed (``usable`` is False). ValueError means that an
    argument can't be right; nothing was sent then.
    """


__all__ = ["RawMessage", "Session"]
