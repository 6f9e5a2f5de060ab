"""A fingerprint that two copies of one mail share, whatever the servers between them did.

It covers what the mail says, not how it was carried: sender addresses, date, subject, the body's
words, and the files. Left out on purpose: Message-ID (it is the first thing to match by; this is
for mails without), recipients (a blind copy differs), trace and server-made fields, MIME layout,
transfer encoding, line ends, and white space (servers and gateways rewrap). Two mails with equal
content, sender and second are one and the same to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from .late import LateAttachment

if TYPE_CHECKING:
    from .address import Address
    from .model import Attachment, ParsedMail


def _file_hash(attachment: Attachment) -> bytes:
    if isinstance(attachment, LateAttachment):
        return attachment.digest
    content = attachment.content
    if attachment.content_type.startswith(("text/", "message/")):
        content = content.replace(b"\r\n", b"\n").rstrip()
    return hashlib.sha256(content).digest()


def fingerprint(
    from_: Iterable[Address], date: datetime | None, subject: str, text: str, html: str,
    attachments: Iterable[Attachment],
) -> str:  # fmt: skip
    """sha256 in hex of the identity described above."""
    digest = hashlib.sha256(b"mail_center content 1\n")
    fields = (
        " ".join(address.key for address in from_),
        date.isoformat() if date else "",
        "".join(subject.split()),
        "".join(text.split()),
        "".join(html.split()),
    )
    for field in fields:
        data = field.encode("utf-8", "replace")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    for one in sorted(_file_hash(attachment) for attachment in attachments):
        digest.update(one)
    return digest.hexdigest()


def content_hash(mail: ParsedMail) -> str:
    """The fingerprint of a parsed mail (the same as its `content_hash`)."""
    return fingerprint(mail.from_, mail.date, mail.subject, mail.text, mail.html, mail.attachments)
