"""What reading mail out of a file gives, and how much of it we take."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAIL_MAX = 150 * 1024 * 1024
COUNT_MAX = 1_000_000
_HEADER = re.compile(rb"[!-9;-~]{1,76}:")


class ArchiveError(Exception):
    """The file as a whole can't be read. ``code``: *no_mail*, *broken*, *too_many*, *bomb*,
    *fatal* (workers die of it)."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Found:
    """One mail of a file.

    ``after``: where reading goes on behind it (bytes of an mbox or of what is in a zip, files).
    ``raw`` is empty when ``error`` says why it can't be taken: *too_large*, *encrypted*, *broken*,
    *ratio*.
    ``flags``: IMAP's (RFC 9051 section 2.3.2). ``skip``: not meant to be there (deleted in the
    program it comes from, or no mail at all).
    """

    after: int
    raw: bytes = b""
    flags: frozenset[str] = frozenset()
    error: str = ""
    name: str = ""
    skip: bool = False


def kind_of(head: bytes) -> str:
    """*zip*, *mbox* or *eml* by the first bytes (some hundred) of a file; *''* if it is no mail."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if text.startswith(b"From "):
        return "mbox"
    return "eml" if _HEADER.match(text) else ""
