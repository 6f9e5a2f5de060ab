"""Reading a mailbox over IMAP4rev1 (RFC 3501, 9051): a session, and the pure plan of a sync."""

from ..net import Connection, Endpoint, MailServerError, Security, tls_context
from .conflicts import Change, Step, settled, steps, storable
from .folders import RemoteFolder
from .partly import PartOfMessage
from .plan import FolderState, FolderStatus, Plan, Told, chunks, compare, plan, resync_from
from .polling import poll_seconds
from .session import RawMessage, Session

__all__ = [
    "Change",
    "Step",
    "settled",
    "steps",
    "storable",
    "Connection",
    "Endpoint",
    "FolderState",
    "FolderStatus",
    "MailServerError",
    "PartOfMessage",
    "Plan",
    "RawMessage",
    "RemoteFolder",
    "Security",
    "Session",
    "Told",
    "chunks",
    "compare",
    "plan",
    "poll_seconds",
    "resync_from",
    "tls_context",
]
