"""Delivery status notifications (RFC 3461-3464), receipts (RFC 8098) and free-form bounces.

A report is a claim by whoever sent it, no proof: match it to a mail of ours by the original
Message-ID before acting on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from . import header
from .address import parse_addresses
from .charset import clean_body, decode
from .header import decode_words
from .model import Limits, Report, ReportedRecipient
from .structure import Entity, peek, read_fields

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.])([45])\d\d(?:[ -]|$)")
_BLANK = re.compile(r"\n[ \t]*\n")
_DAEMON = re.compile(
    r"(?:mailer-daemon|mail-daemon|maildaemon|mdaemon|postmaster|microsoftexchange[0-9a-f]+"
    r"|mailerdaemon|mail-delivery|mailsubsystem)",
    re.IGNORECASE,
)
_EMAIL = r"[^\s<>\"'(),:;@]{1,128}@[A-Za-z0-9\u0080-\uffff][A-Za-z0-9.\u0080-\uffff-]{0,253}"
# `<jane@example.org>: host … said: 550 …` of Postfix and qmail, reason on the same or next line
_ANGLE_LINE = re.compile(rf"^[ \t]*<({_EMAIL})>[^\n]{{0,120}}?:[ \t]*", re.MULTILINE)
# `  jane@example.org` alone on its line, as Exim, Sendmail and others list it
_ALONE_LINE = re.compile(
    rf"^[ \t]*['\"<(]?({_EMAIL})[>'\")]?(?:[ \t]+on[ \t][^\n]{{0,80}})?[ \t]*$", re.MULTILINE
)
_IN_SENTENCE = re.compile(
    rf"(?:delivered to|deliver(?:ing)? (?:the|your) (?:message|mail) to|message to|recipient:?"
    rf"|address:?|zugestellt werden an)[ \t]{{0,4}}[<'\"(]?({_EMAIL})",
    re.IGNORECASE,
)
# Text after one of these is the mail that came back, not the reason.
_COPY_STARTS = re.compile(
    r"^(?:-{2,} ?(?:Below this line is a copy|This is a copy|Original message|The header|"
    r"Returned message|Message (?:header|body) follows|Unsent message below|Undelivered message)"
    r"|(?:Original message headers|Reporting-MTA|Received|Return-Path):)",
    re.MULTILINE | re.IGNORECASE,
)
_FAILED_TEXT = re.compile(
    r"could(?: not|n't) be delivered|wasn't delivered|was not delivered|were unable to deliver"
    r"|unable to deliver|delivery (?:has )?failed|delivery to the following|undeliver"
    r"|permanent(?: fatal)? (?:error|failure)|failed permanently|address(?:\(es\)|es)? failed"
    r"|did not reach|returned to sender|couldn't be (?:found|delivered)|user unknown"
    r"|no such user|mailbox (?:unavailable|full|not found)|address not found|cannot be reached"
    r"|wasn't able to deliver|konnte nicht zugestellt|nicht zugestellt werden"
    r"|nie (?:można|udało się) dostarczyć|n'a pas pu être|no se ha podido entregar"
    r"|impossibile recapitare",
    re.IGNORECASE,
)
_DELAY_TEXT = re.compile(
    r"has not yet been delivered|not been delivered yet|delayed|will (?:keep|continue) "
    r"(?:trying|to try)|will be retried|no action is required|warning message only"
    r"|do not need to resend"
    r"|temporary (?:problem|failure)|vorübergehend",
    re.IGNORECASE,
)
_OUR_ID = re.compile(r"^[ \t>]*message-id:\s*(<[^<>\s]{1,900}>)", re.MULTILINE | re.IGNORECASE)
# What a recipient's entry may hold before it is cut; diagnostics are shown, not parsed.
_DIAGNOSTIC = 1000
_MAX_RECIPIENTS = 500


def _blocks(data: bytes) -> list[dict[str, str]]:
    """The groups of fields of a status part (RFC 3464 2.1), names in lower case."""
    text = clean_body(decode(data[: 512 * 1024])[0]).strip("\n")
    groups = []
    for block in _BLANK.split(text)[: _MAX_RECIPIENTS + 5]:
        raw = block.encode() + b"\n"
        fields, _, _ = read_fields(raw, 0, len(raw), Limits())
        group: dict[str, str] = {}
        for name, value in fields:
            group.setdefault(name.lower(), decode_words(header.unfold(value)))
        if group:
            groups.append(group)
    return groups


def _typed_address(value: str) -> str:
    """The address of `rfc822; jane@example.org`."""
    kind, separator, rest = value.partition(";")
    found = parse_addresses(rest if separator else kind, limit=1)
    return found[0].email if found else ""


def _diagnostic(value: str) -> str:
    kind, separator, rest = value.partition(";")
    text = rest if separator and len(kind) < 30 and " " not in kind.strip() else value
    return " ".join(text.split())[:_DIAGNOSTIC]


def _original_id(root: Entity) -> str:
    """Message-ID of the mail that came back with a report."""
    for entity in root.walk():
        if entity is root:
            continue
        if entity.content_type in ("message/rfc822", "message/global", "message/rfc822-headers",
                                   "text/rfc822-headers", "message/global-headers"):  # fmt: skip
            ids = header.message_ids(peek(entity.content(), "message-id"))
            if ids:
                return ids[0]
    return ""


def _answered_id(root: Entity) -> str:
    for name in ("in-reply-to", "references"):
        ids = header.message_ids(root.raw_field(name))
        if ids:
            return ids[-1]
    return ""


def _delivery_status(root: Entity, status: Entity, text: Callable[[], str]) -> Report | None:
    groups = _blocks(status.content())
    recipients = []
    for group in groups:
        address = _typed_address(group.get("original-recipient", "")) or _typed_address(
            group.get("final-recipient", "")
        )
        action = re.split(r"[\s(;]", group.get("action", "").lower().strip(), maxsplit=1)[0]
        if not address and not action:
            continue
        code = _STATUS.search(group.get("status", ""))
        diagnostic = _diagnostic(group.get("diagnostic-code", ""))
        code = code or _STATUS.search(diagnostic)
        if not action:
            first = code[1][0] if code else "5"
            action = {"2": "delivered", "4": "delayed"}.get(first, "failed")
        recipients.append(ReportedRecipient(address, action, code[1] if code else "", diagnostic))
    if not recipients:
        return None
    recipients = recipients[:_MAX_RECIPIENTS]
    actions = {recipient.action for recipient in recipients}
    if "failed" in actions:
        kind = "bounce"
    elif "delayed" in actions:
        kind = "delay"
    else:
        kind = "delivered"
    original = _original_id(root) or _answered_id(root) or _id_in_text(text())
    envelope_id = next((group["original-envelope-id"] for group in groups
                        if "original-envelope-id" in group), "")  # fmt: skip
    return Report(kind, original, tuple(recipients), envelope_id[:200])


def _receipt(root: Entity, part: Entity) -> Report | None:
    group: dict[str, str] = {}
    for one in _blocks(part.content()):
        group = {**one, **group}
    disposition = group.get("disposition", "").rpartition(";")[2].strip().lower()
    action = re.split(r"[\s/,]", disposition, maxsplit=1)[0]
    address = _typed_address(group.get("original-recipient", "")) or _typed_address(
        group.get("final-recipient", "")
    )
    if not action and not address:
        return None
    ids = header.message_ids(group.get("original-message-id", ""))
    original = ids[0] if ids else _original_id(root) or _answered_id(root)
    diagnostic = _diagnostic(group.get("error", "") or group.get("failure", ""))
    # "deleted" unread and the like still prove that the mail arrived
    kind = "read" if action in ("displayed", "") else "delivered"
    return Report(kind, original, (ReportedRecipient(address, action, "", diagnostic),))


def _id_in_text(text: str) -> str:
    match = _OUR_ID.search(text[:262144])
    return match[1] if match else ""


def _free_form(root: Entity, text: Callable[[], str]) -> Report | None:
    """Bounces of servers that write prose: qmail, Exim, old Postfix, Exchange, webmailers."""
    senders = parse_addresses(root.raw_field("from"), limit=1)
    failed_field = ", ".join(root.raw_fields("x-failed-recipients"))
    path = root.raw_field("return-path")
    null_path = bool(path) and path.strip("<> \t") == ""
    daemon = bool(senders and _DAEMON.match(senders[0].local))
    if not senders:
        daemon = bool(_DAEMON.search(root.raw_field("from")[:200]))
    if not (failed_field or daemon):
        return None
    if root.raw_field("auto-submitted").lower().startswith("auto-replied") and not (
        failed_field or null_path or daemon
    ):
        return None
    prose = text()[:65536]
    copy = _COPY_STARTS.search(prose)
    reason_text = prose[: copy.start()] if copy else prose
    delayed = bool(_DELAY_TEXT.search(reason_text))
    if not (failed_field or delayed or _FAILED_TEXT.search(reason_text)):
        return None
    action = "delayed" if delayed and not failed_field else "failed"
    found: dict[str, ReportedRecipient] = {}

    def note(address: str, reason: str) -> None:
        parsed = parse_addresses(address.strip(".,'\""), limit=1)
        if not parsed or (senders and parsed[0].key == senders[0].key):
            return
        old = found.get(parsed[0].key)
        if old and (old.diagnostic or not reason):
            return
        reason = " ".join(reason.split())[:_DIAGNOSTIC]
        code = _STATUS.search(reason)
        plain = _CODE.search(reason)
        status = code[1] if code else f"{plain[1]}.0.0" if plain else ""
        found[parsed[0].key] = ReportedRecipient(parsed[0].email, action, status, reason)

    for pattern in (_ANGLE_LINE, _ALONE_LINE, _IN_SENTENCE):
        for count, match in enumerate(pattern.finditer(reason_text)):
            if count >= _MAX_RECIPIENTS:
                break
            rest = reason_text[match.end() : match.end() + 2000]
            note(match[1], _BLANK.split(rest.lstrip("\n"), maxsplit=1)[0])
        if found:
            break
    for address in parse_addresses(failed_field, limit=_MAX_RECIPIENTS):
        note(address.email, "")
    if not found:
        return None
    original = _original_id(root) or _answered_id(root) or _id_in_text(prose)
    if not original and copy:
        original = _id_in_text(prose[copy.start() :])
    kind = "delay" if action == "delayed" else "bounce"
    return Report(kind, original, tuple(found.values()))


def report_of(root: Entity, text: Callable[[], str]) -> Report | None:
    """The report a message carries; `text()` is its plain text, asked for only when needed."""
    for entity in root.walk():
        if entity.content_type in ("message/delivery-status", "message/global-delivery-status"):
            report = _delivery_status(root, entity, text)
            if report:
                return report
        elif entity.content_type in (
            "message/disposition-notification", "message/global-disposition-notification"
        ):  # fmt: skip
            report = _receipt(root, entity)
            if report:
                return report
    return _free_form(root, text)


def read_report(raw: bytes, limits: Limits = Limits()) -> Report | None:  # noqa: B008
    """The report in a raw message, None when it is none. Raises Unparsable beyond the limits."""
    from .parse import parse  # parse itself asks report_of

    return parse(raw, limits).report
