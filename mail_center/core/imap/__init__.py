"""Reading a mailbox over IMAP4rev1 (RFC 3501, 9051): a session, and the pure plan of a sync."""

from ..net import Connection, Endpoint, MailServerError, Security, tls_context
from .folders import RemoteFolder
from .plan import FolderState, FolderStatus, Plan, chunks, plan
from .session import RawMessage, Session

__all__ = [
    "Connection",
    "Endpoint",
    "FolderState",
    "FolderStatus",
    "MailServerError",
    "Plan",
    "RawMessage",
    "RemoteFolder",
    "Security",
    "Session",
    "chunks",
    "plan",
    "tls_context",
]
