"""Bytes to ParsedMail, OutgoingMail to bytes: addresses, charsets, ids, reports, auto-replies."""

from .address import Address, not_addresses, parse_addresses
from .authentication import dmarc_result
from .automatic import read_automatic
from .build import (
    BadHeader,
    BadMail,
    BuiltMail,
    NoRecipient,
    OutgoingAttachment,
    OutgoingMail,
    build,
)
from .content_hash import content_hash
from .draft import FIELD as DRAFT_FIELD
from .draft import draft_bytes, draft_mark
from .filename import danger, distinct
from .mailto import Mailto, parse_mailto
from .model import (
    Attachment,
    Automatic,
    Limits,
    ParsedMail,
    Report,
    ReportedRecipient,
    Unparsable,
)
from .parse import parse
from .report import read_report
from .thread_ids import (
    LinkToken,
    new_message_id,
    read_token,
    reply_references,
    sign_token,
    subject_root,
)

__all__ = [
    "DRAFT_FIELD",
    "Address",
    "Attachment",
    "Automatic",
    "BadHeader",
    "BadMail",
    "BuiltMail",
    "Limits",
    "LinkToken",
    "Mailto",
    "NoRecipient",
    "OutgoingAttachment",
    "OutgoingMail",
    "ParsedMail",
    "Report",
    "ReportedRecipient",
    "Unparsable",
    "build",
    "content_hash",
    "danger",
    "distinct",
    "dmarc_result",
    "draft_bytes",
    "draft_mark",
    "new_message_id",
    "not_addresses",
    "parse",
    "parse_addresses",
    "parse_mailto",
    "read_automatic",
    "read_report",
    "read_token",
    "reply_references",
    "sign_token",
    "subject_root",
]
