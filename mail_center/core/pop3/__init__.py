"""POP3, the legacy way in: read by unique id, delete nothing, and leave for IMAP.

:class:`Session` reads a mailbox, :func:`match_for_switch` pairs what was read with the INBOX of
the same mailbox by IMAP, so that a switch neither loses nor doubles a mail.
"""

from ..net import Endpoint, MailServerError
from .heads import Head, head_digest, head_key, read_head, same_size
from .match import Candidate, Match, Pair, match_for_switch
from .session import MAX_MESSAGE, Session

__all__ = [
    "MAX_MESSAGE",
    "Candidate",
    "Endpoint",
    "Head",
    "MailServerError",
    "Match",
    "Pair",
    "Session",
    "head_digest",
    "head_key",
    "match_for_switch",
    "read_head",
    "same_size",
]
