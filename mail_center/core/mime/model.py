"""What a mail is once understood: the values that the rest of the program works with."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime

from .address import Address


class Unparsable(Exception):
    """A message beyond the limits. `reason` is one English sentence for a person."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one message; beyond them `parse` raises Unparsable. Sizes in bytes.

    They are far above anything a person sends and low enough that a message at every bound is
    parsed in a second or two.
    """

    size: int = 64 * 1024 * 1024
    header_bytes: int = 1024 * 1024  # all header fields of one entity
    header_count: int = 2000  # header fields of one entity
    parts: int = 1000
    depth: int = 25
    addresses: int = 10_000  # per header field
    encoded_words: int = 20_000  # in the message's own header
    body_chars: int = 2 * 1024 * 1024  # longer bodies are cut and kept whole as an attachment
    header_chars: int = 16 * 1024  # longer values are cut in ParsedMail.headers
    decoded_ratio: int = 2  # the files may be so many times as large as the message, and …
    decoded_extra: int = 16 * 1024 * 1024  # … so many bytes more: what is packed may unpack a lot
    seconds: float = 30.0  # of processor time, looked at from part to part


@dataclass(slots=True)
class Clock:
    """Processor time of this thread since it was made: others at work do not count."""

    seconds: float
    start: float = field(default_factory=time.thread_time)

    def check(self) -> None:
        """Raise Unparsable when the time is over."""
        if time.thread_time() - self.start >= self.seconds:
            raise Unparsable(f"The message takes longer than {self.seconds:g} seconds to read.")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the mail. `content_id` comes without <>; `inline` ones belong into the body."""

    filename: str
    content_type: str
    content: bytes
    content_id: str | None = None
    inline: bool = False

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True)
class ReportedRecipient:
    """What a report says of one address. `status` is an RFC 3463 code like 5.1.1 or ''."""

    address: str
    action: str  # failed, delayed, delivered, relayed, expanded; displayed, deleted, … for receipts
    status: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery status notification (RFC 3464) or a receipt (RFC 8098) about a mail of ours."""

    kind: str  # bounce, delay, delivered, read
    original_message_id: str = ""
    recipients: tuple[ReportedRecipient, ...] = ()
    envelope_id: str = ""


@dataclass(frozen=True, slots=True)
class Automatic:
    """Whether a machine sent it (RFC 3834) and whether a machine may answer it."""

    is_auto_reply: bool = False
    is_bulk: bool = False
    list_id: str = ""
    may_answer: bool = True


@dataclass(frozen=True)
class ParsedMail:
    """One message. Every str is free of NUL and lone surrogates; html is NOT sanitised."""

    message_id: str  # with <>, '' when absent or malformed
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    subject: str
    from_: tuple[Address, ...]
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    date: datetime | None  # aware, UTC
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    headers: tuple[tuple[str, str], ...]  # decoded, in order, bounded
    size: int  # bytes as received
    content_hash: str
    report: Report | None
    automatic: Automatic
    defects: tuple[str, ...]
    kind: str  # mail, report, receipt, invitation, encrypted, signed

    def header(self, name: str) -> str:
        """First value of a header field, '' when absent."""
        name = name.lower()
        return next((value for key, value in self.headers if key.lower() == name), "")
