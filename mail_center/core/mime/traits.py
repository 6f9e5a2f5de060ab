"""What kind of mail it is, as a few stable words that are kept with it. Pure."""

from __future__ import annotations

from .model import ParsedMail
from .parse import TNEF

# Defects after which something may be missing; others are only untidy.
_DAMAGE = (
    "no empty line after a header",
    "a multipart names a boundary that it does not use",
    "a multipart has no parts",
    "a multipart has no closing boundary",
)


def traits(mail: ParsedMail) -> tuple[str, ...]:
    """Words out of these, in this order.

    *bounce*, *delay*, *delivered*, *read*: a report about a mail (RFC 3464, RFC 8098).
    *invitation*: a calendar asks, answers or cancels (RFC 6047). *encrypted*, *signed*, with
    *smime* (RFC 8551) or *pgp* (RFC 3156, RFC 9580). *auto-reply* (RFC 3834), *list* (RFC 2919
    and other mail to many), *no-answer*: no machine may answer it. *winmail*: files came packed
    by Outlook. *damaged*: parts may be missing.
    """
    found = [mail.report.kind] if mail.report else []
    if mail.kind == "invitation":
        found.append("invitation")
    if mail.kind in ("encrypted", "signed"):
        found += [mail.kind, "smime" if _is_smime(mail) else "pgp"]
    if mail.automatic.is_auto_reply and not mail.report:
        found.append("auto-reply")
    if mail.automatic.is_bulk:
        found.append("list")
    if mail.report or not mail.automatic.may_answer:
        found.append("no-answer")
    if TNEF in mail.defects:
        found.append("winmail")
    if any(defect in _DAMAGE for defect in mail.defects):
        found.append("damaged")
    return tuple(found)


def _is_smime(mail: ParsedMail) -> bool:
    return "pkcs7" in mail.header("content-type").lower() or any(
        "pkcs7" in file.content_type or file.filename.lower().endswith((".p7m", ".p7s"))
        for file in mail.attachments
    )
