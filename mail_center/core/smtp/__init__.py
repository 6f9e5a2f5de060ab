"""Sending over SMTP (RFC 5321): a session that records how far it came, and pure rules on it."""

from ..net import Endpoint, MailServerError, Security
from .outcome import (
    CANCELLED,
    DEFERRED,
    DRAFT,
    FAILED,
    PARTLY_SENT,
    QUEUED,
    SCHEDULED,
    SENDING,
    SENT,
    UNCERTAIN,
    Outcome,
    Reply,
    classify,
    classify_error,
    message_state,
)
from .schedule import (
    DELAYED_NOTICE,
    LIFETIME,
    expired,
    next_delay,
    notice_due,
)
from .session import Attempt, RecipientResult, Session

__all__ = [
    "CANCELLED",
    "DEFERRED",
    "DELAYED_NOTICE",
    "DRAFT",
    "FAILED",
    "LIFETIME",
    "PARTLY_SENT",
    "QUEUED",
    "SCHEDULED",
    "SENDING",
    "SENT",
    "UNCERTAIN",
    "Attempt",
    "Endpoint",
    "MailServerError",
    "Outcome",
    "RecipientResult",
    "Reply",
    "Security",
    "Session",
    "classify",
    "classify_error",
    "expired",
    "message_state",
    "next_delay",
    "notice_due",
]
