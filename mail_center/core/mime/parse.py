"""Bytes to ParsedMail: which parts are the body, which are files, what kind of mail it is."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass, field

from ..html import from_text, to_text
from . import filename, header
from .address import Address, parse_addresses
from .automatic import read_automatic
from .charset import clean_body, clean_line, decode
from .content_hash import fingerprint
from .flowed import unflow
from .header import decode_words
from .late import LateAttachment, measured
from .model import Attachment, Clock, Limits, ParsedMail, Unparsable
from .report import report_of
from .structure import Entity, decode_base64, peek, split
from .tnef import is_tnef, read_tnef

# Text that reads as the mail's own words; other text/* (csv, vcard, rtf, …) are files.
_BODY_TYPES = {"text/plain", "text/html", "text/markdown", "text/enriched", "text/richtext",
               "text/x-markdown", "application/xhtml+xml"}  # fmt: skip
# A charset detection takes some 10 ms; a mail gets this many.
_GUESSES = 4
_MESSAGE_TYPES = {"message/rfc822", "message/global"}
_PKCS7 = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
# Files from this many bytes on, as they are sent, are decoded when they are wanted.
_LATE = 1024 * 1024
_LATE_TYPES = {"application", "audio", "font", "image", "model", "video"}
# In ParsedMail.defects: the files came packed.
TNEF = "the files came packed in a winmail.dat"
_ENRICHED = re.compile(r"<[^<>\n]{0,60}>")
_METHOD = re.compile(rb"^METHOD:[ \t]*(?:REQUEST|CANCEL|REPLY|COUNTER|PUBLISH)", re.M | re.I)


@dataclass
class _Body:
    """The texts of one part of the tree, in reading order: (plain, html) each."""

    items: list[tuple[str, str]] = field(default_factory=list)

    def html(self) -> str:
        if not any(html for _, html in self.items):
            return ""
        return "\n".join(html or from_text(text) for text, html in self.items)

    def text(self) -> str:
        if not any(text for text, _ in self.items):
            return ""
        return "\n\n".join(text.strip("\n") or to_text(html) for text, html in self.items)

    def one(self) -> tuple[str, str]:
        return self.text(), self.html()


class _Reader:
    """Walks the tree once and collects what ParsedMail is made of."""

    def __init__(self, root: Entity, limits: Limits, defects: list[str], clock: Clock):
        self.root, self.limits, self.defects, self.clock = root, limits, defects, clock
        self.decoded = 0  # bytes of all files so far
        self.attachments: list[Attachment] = []
        self.calendar_method = False
        self.packed = ("", "")  # text and HTML of a winmail.dat
        self.body_chars = 0  # of all texts so far
        self.guesses = _GUESSES
        self.hint = next((charset for charset in (header.charset_of(one.params)
                          for one in root.walk()) if charset), None)  # fmt: skip

    def read(self) -> _Body:
        body = self._read(self.root, related=False)
        if not any(text or html for text, html in body.items):
            body = (_Body([self.packed]) if any(self.packed) else self._promote()) or body
        return body

    def note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)

    def _keep(self, file: Attachment) -> None:
        """Add a file. A few bytes must not become more than can be stored."""
        self.clock.check()
        self.decoded += file.size
        ratio, extra = self.limits.decoded_ratio, self.limits.decoded_extra
        if self.decoded > ratio * len(self.root.raw) + extra:
            raise Unparsable("The message unpacks to far more than what was sent.")
        self.attachments.append(file)

    def _read(self, entity: Entity, related: bool) -> _Body:
        if entity.maintype == "multipart":
            subtype = entity.content_type.partition("/")[2]
            if subtype == "alternative":
                return self._alternative(entity, related)
            if subtype == "related":
                return self._related(entity)
            body = _Body()
            for child in entity.children:
                body.items.extend(self._read(child, related).items)
            return body
        named = "filename" in entity.disposition_params or "name" in entity.params
        is_body = (
            entity.content_type in _BODY_TYPES
            and entity.disposition != "attachment"
            and not named
            and not (related and entity.raw_field("content-id"))
        )
        if not is_body:
            self._attach(entity, related)
            return _Body()
        text = self._text_of(entity)
        if not text.strip():
            return _Body()
        if entity.content_type in ("text/html", "application/xhtml+xml"):
            return _Body([("", text)])
        return _Body([(text, "")])

    def _alternative(self, entity: Entity, related: bool) -> _Body:
        """The last, so best, plain and HTML rendering of the same words (RFC 2046 5.1.4)."""
        plain = html = ""
        for child in entity.children:
            if child.content_type == "text/x-amp-html":
                continue  # runs scripts of its own; the HTML beside it says the same
            found = self._read(child, related)
            text, markup = found.one()
            if markup:
                html = markup
                # A mixed part inside an alternative brings the text of that HTML with it.
                plain = plain or (text if any(one for one, _ in found.items) else "")
            elif text:
                plain = text
        return _Body([(plain, html)] if plain or html else [])

    def _related(self, entity: Entity) -> _Body:
        start = entity.params.get("start", "").strip("<> ")
        named = [one for one in entity.children
                 if start and one.raw_field("content-id").strip("<> ") == start]  # fmt: skip
        root = named[0] if named else entity.children[0]
        body = _Body()
        for child in entity.children:
            body.items.extend(self._read(child, related=child is not root).items)
        return body

    def _text_of(self, entity: Entity) -> str:
        self.clock.check()
        data = entity.content()
        charset = header.charset_of(entity.params)
        if not charset and entity.content_type == "text/html":
            match = re.search(rb"<meta[^<>]{0,200}charset=[\"']?([A-Za-z0-9_:.-]{2,40})",
                              data[:4096], re.IGNORECASE)  # fmt: skip
            charset = match[1].decode("ascii") if match else None
        budget = max(self.limits.body_chars - self.body_chars, 0)
        # No charset needs more than four bytes for a character: the rest is never looked at.
        text, held = decode(data[: 4 * budget + 4], charset, self.hint, guess=self.guesses > 0)
        if not held:
            self.guesses -= 1
            self.note("the declared charset does not fit the text")
        text = clean_body(text.removeprefix("\ufeff"))
        if entity.content_type == "text/plain":
            if entity.params.get("format", "").lower() == "flowed":
                text = unflow(text, entity.params.get("delsp", "").lower() == "yes")
        elif entity.content_type in ("text/enriched", "text/richtext"):
            text = _ENRICHED.sub("", text)
        if len(text) > budget or len(data) > 4 * budget + 4:
            self.note("a body is too long to show whole; the whole is attached")
            extension = filename.extension_for(entity.content_type)
            self._keep(Attachment(f"body{extension}", entity.content_type, data))
            text = text[:budget]
        self.body_chars += len(text)
        return text

    def _late(self, entity: Entity) -> tuple | None:
        """Of a large file that is as it should be: where it stands, its size and its digest."""
        if not (
            entity.end - entity.start >= _LATE
            and entity.maintype in _LATE_TYPES
            and entity.encoding == "base64"
        ):
            return None
        body = memoryview(entity.raw)[entity.start : entity.end]
        found = None if is_tnef(decode_base64(body[:64])) else measured(body)
        return found and (entity.raw, entity.start, entity.end, *found)

    def _attach(self, entity: Entity, related: bool) -> None:
        late = self._late(entity)
        content = b"" if late else entity.content()
        content_type = entity.content_type
        if content_type == "text/calendar":
            self.calendar_method |= "method" in entity.params or bool(_METHOD.search(content))
        if is_tnef(content) and self._unpack(content):
            return
        content_id = clean_line(header.repair(entity.raw_field("content-id"))).strip("<> \t")[:500]
        inline = bool(content_id) and entity.disposition != "attachment" and (
            related or entity.disposition == "inline" or entity.maintype == "image"
        )  # fmt: skip
        name = self._name(entity, content)
        self._keep(
            LateAttachment(name, content_type, content_id or None, inline, *late) if late
            else Attachment(name, content_type, content, content_id or None, inline)
        )  # fmt: skip

    def _unpack(self, content: bytes) -> bool:
        """Show what Outlook packed into a winmail.dat in its place; False where that fails."""
        packed = read_tnef(content)
        if not packed or len(self.attachments) + len(packed.files) > self.limits.parts:
            return False
        self.note(TNEF)
        text, html = packed.text, packed.html
        if len(text) + len(html) > self.limits.body_chars:
            return False
        if not any(self.packed):
            self.packed = (clean_body(text), clean_body(html))
        files = [(one.name, one.content, one.content_type, one.content_id)
                 for one in packed.files]  # fmt: skip
        if packed.rtf:
            files.append(("message.rtf", packed.rtf, "application/rtf", ""))
        for name, data, given, content_id in files:
            content_type = given.partition(";")[0].strip().lower()
            if not re.fullmatch(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", content_type, re.ASCII):
                content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
            content_id = clean_line(content_id)[:500]
            self._keep(
                Attachment(filename.clean(name) or "attachment.bin", content_type, data,
                           content_id or None, bool(content_id) and "image/" in content_type)
            )  # fmt: skip
        return True

    def _name(self, entity: Entity, content: bytes) -> str:
        extension = filename.extension_for(entity.content_type)
        given = entity.disposition_params.get("filename") or entity.params.get("name") or ""
        if not given and entity.content_type in _MESSAGE_TYPES:
            given = decode_words(peek(content, "subject")).replace("/", "-")
            given = f"{filename.clean(given)[:100] or 'message'}.eml"
        name = filename.clean(given)
        if name:
            return name
        stem = {"image": "image", "audio": "audio", "video": "video", "text": "text"}.get(
            entity.maintype, "attachment"
        )
        if entity.content_type == "text/calendar":
            stem = "invite"
        elif entity.content_type == "message/delivery-status":
            stem = "delivery-status"
        elif entity.content_type == "application/ms-tnef":
            stem = "winmail"
        elif entity.content_type in _PKCS7 or "pkcs7-signature" in entity.content_type:
            stem = "smime"
        elif "pgp-signature" in entity.content_type:
            stem = "signature"
        number = sum(one.filename.startswith(stem) for one in self.attachments) + 1
        return f"{stem}{extension}" if number == 1 else f"{stem}-{number}{extension}"

    def _promote(self) -> _Body | None:
        """A mail whose only text is an inline file with a name: show it, and keep the file."""
        for entity in self.root.walk():
            if entity.content_type in _BODY_TYPES and entity.disposition != "attachment":
                if entity.maintype == "multipart":
                    continue
                text = self._text_of(entity)
                if text.strip():
                    is_html = entity.content_type == "text/html"
                    return _Body([("", text) if is_html else (text, "")])
        return None


def _kind(root: Entity, reader: _Reader, report_kind: str, text: str) -> str:
    types = {entity.content_type for entity in root.walk()}
    smime = {entity.params.get("smime-type", "").lower() for entity in root.walk()
             if entity.content_type in _PKCS7}  # fmt: skip
    name = root.disposition_params.get("filename") or root.params.get("name", "")
    if root.content_type in _PKCS7 or name.lower().endswith(".p7m"):
        return "signed" if "signed-data" in smime else "encrypted"
    if "multipart/encrypted" in types or "-----BEGIN PGP MESSAGE-----" in text[:2000]:
        return "encrypted"
    if report_kind:
        return report_kind
    if reader.calendar_method:
        return "invitation"
    if "multipart/signed" in types or "-----BEGIN PGP SIGNED MESSAGE-----" in text[:2000]:
        return "signed"
    return "mail"


def _parse(raw: bytes, limits: Limits) -> ParsedMail:
    clock = Clock(limits.seconds)
    root, defects = split(raw, limits, clock)
    if sum(raw_value.count(b"=?") for _, raw_value in root.fields) > 2 * limits.encoded_words:
        raise Unparsable(f"The header has more than {limits.encoded_words} encoded words.")
    reader = _Reader(root, limits, defects, clock)

    def text_field(name: str) -> str:
        return decode_words(root.raw_field(name), reader.hint)

    def addresses(name: str) -> tuple[Address, ...]:
        found = parse_addresses(", ".join(root.raw_fields(name)), limits.addresses + 1)
        if len(found) > limits.addresses:
            raise Unparsable(f"The {name} field has more than {limits.addresses} addresses.")
        return found

    headers = tuple(
        (name, decode_words(header.unfold(value[: 4 * limits.header_chars]), reader.hint)
         [: limits.header_chars])
        for name, value in root.fields
    )  # fmt: skip
    text, html = reader.read().one()
    from_ = addresses("from")
    sender = addresses("sender")
    subject = text_field("subject")
    moment = header.date(text_field("date"))
    ids = header.message_ids(root.raw_field("message-id"))
    report = report_of(root, lambda: text or to_text(html))
    kind = "" if not report else "receipt" if report.kind == "read" else "report"
    if report and any(one.content_type.endswith("disposition-notification")
                      for one in root.walk()):  # fmt: skip
        kind = "receipt"
    attachments = tuple(reader.attachments)
    automatic = read_automatic(headers, sender=from_[0].email if from_ else "")
    return ParsedMail(
        message_id=ids[0] if ids else "",
        in_reply_to=header.message_ids(root.raw_field("in-reply-to")),
        references=header.message_ids(" ".join(root.raw_fields("references"))),
        subject=subject,
        from_=from_,
        sender=sender[0] if sender else None,
        reply_to=addresses("reply-to"),
        to=addresses("to"),
        cc=addresses("cc"),
        bcc=addresses("bcc"),
        date=moment,
        text=text,
        html=html,
        attachments=attachments,
        headers=headers,
        size=len(raw),
        content_hash=fingerprint(from_, moment, subject, text, html, attachments),
        report=report,
        automatic=automatic,
        defects=tuple(defects),
        kind=_kind(root, reader, kind, text),
    )


def parse(raw: bytes, limits: Limits = Limits()) -> ParsedMail:  # noqa: B008
    """Understand one message (RFC 5322, 2045-2047, 2231, 3676). Raises only Unparsable.

    What is broken is read as well as it can be and noted in `defects`. Unparsable means that a
    limit was passed (or, which is our own fault, that something unforeseen happened); keep the
    bytes then.
    """
    try:
        return _parse(bytes(raw), limits)
    except Unparsable:
        raise
    except Exception as error:
        # The caller stores the bytes under this reason; one mail must never stop the run.
        raise Unparsable(f"The message could not be read ({type(error).__name__}).") from error
