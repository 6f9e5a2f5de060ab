"""What the header alone tells about a message, to decide whether its body has to be fetched. Pure.

Two copies of one mail in one mailbox have the same header, trace fields included, and the same
size: that is proof enough. Where a server adds to the header for POP3, sender and date tell which
messages are worth a comparison of their contents, whose hashes can't be equal otherwise.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timezone

from ..mime import Unparsable, parse

# A server may add the line end that the last line lacks.
SIZE_TOLERANCE = 2


@dataclass(frozen=True)
class Head:
    """``message_id`` with its brackets or '', ``digest``: see :func:`head_digest`, ``key``: see
    :func:`head_key`, '' where the header can't be read."""

    message_id: str
    digest: str
    key: str


def read_head(header: bytes) -> Head:
    """The :class:`Head` of a raw header block (RFC 5322 section 2.2). Never raises."""
    digest = head_digest(header)
    try:
        mail = parse(header)
    except Unparsable:
        return Head("", digest, "")
    sender = mail.from_[0] if mail.from_ else mail.sender
    return Head(mail.message_id, digest, head_key(sender.email if sender else "", mail.date))


def head_digest(raw: bytes) -> str:
    """A fingerprint of the header block of ``raw``, a message or its header alone."""
    lines = raw.replace(b"\r\n", b"\n")
    return hashlib.sha256(lines.partition(b"\n\n")[0].rstrip(b"\n")).hexdigest()


def head_key(sender: str, date: datetime | None) -> str:
    """A fingerprint of the sender's address and the date; ``date`` naive is UTC, None unknown."""
    if date is not None and date.tzinfo is None:
        date = date.replace(tzinfo=timezone.utc)
    moment = str(int(date.timestamp())) if date is not None else ""
    return hashlib.sha256(f"{sender.casefold()}\n{moment}".encode("utf-8", "replace")).hexdigest()


def same_size(one: int, other: int) -> bool:
    """Whether two sizes in bytes can be those of one message."""
    return abs(one - other) <= SIZE_TOLERANCE
