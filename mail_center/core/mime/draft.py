"""A draft as it lies on the server, for the person's other programs (RFC 9051 section 2.3.2)."""

from __future__ import annotations

import re
from dataclasses import replace

from .build import OutgoingMail, address_list, build
from .model import ParsedMail

FIELD = "X-Mail-Center-Draft"
_MARK = re.compile(r"[A-Za-z0-9]{16,64}")


def draft_bytes(mail: OutgoingMail, mark: str) -> bytes:
    """The bytes of an unfinished mail, Bcc included: whoever goes on writing needs it.

    ``mark`` (16 to 64 letters and digits) stands in a field of its own, by which
    :func:`draft_mark` recognises the draft however often it was stored. Addresses that are not
    valid yet are left out. Raises BadMail.
    """
    if not _MARK.fullmatch(mark):
        raise ValueError("A mark has 16 to 64 letters and digits.")
    known = {
        field: tuple(address for address in getattr(mail, field) if address.valid)
        for field in ("to", "cc", "bcc")
    }
    # A draft may have no recipient yet, which no mail that leaves may.
    envelope = known["bcc"] or (mail.from_,)
    raw = build(replace(mail, **(known | {"bcc": envelope}))).raw
    if not (known["to"] or known["cc"]):
        raw = raw.replace(b"To: undisclosed-recipients:;\r\n", b"", 1)
    fields = f"{FIELD}: {mark}\r\n"
    if known["bcc"]:
        fields += f"Bcc: {address_list('Bcc', known['bcc'])}\r\n"
    return fields.encode() + raw


def draft_mark(mail: ParsedMail) -> str:
    """The mark of a draft that :func:`draft_bytes` wrote, '' of any other mail."""
    mark = mail.header(FIELD).strip()
    return mark if _MARK.fullmatch(mark) else ""
