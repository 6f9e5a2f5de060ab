"""OutgoingMail to the bytes that leave: RFC 5322, 2045-2047, 2231, 6531-6532.

The standard library flattens the MIME tree; header fields are written here, because its folding
encodes long Message-IDs and splits quoted names wrongly in several Python versions. The result is
checked before it is handed out. It depends on the mail alone, so that a preview and the mail that
is sent are the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.policy import Compat32
from email.utils import format_datetime
from io import BytesIO
from urllib.parse import quote

from ..html import to_text
from . import filename
from .address import Address
from .charset import clean_body

_FORBIDDEN = re.compile("[\x00-\x08\x0a-\x1f\x7f\x80-\x9f\u2028\u2029\ud800-\udfff]")
_FIELD_NAME = re.compile(r"[!-9;-~]{1,76}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,100}/[A-Za-z0-9!#$&^_.+-]{1,100}")
_CONTENT_ID = re.compile(r"[!-;=?-~]{1,400}")
_LINE_END = re.compile(r"\r\n|\r|\n")
_BARE_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")
# What every reader takes in a quoted parameter; some split at a semicolon in there.
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9 !#$&+.,@^_`{}~()\[\]-]{1,60}")
_OWN_FIELDS = {
    "from", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "references",
    "reply-to", "sender", "mime-version", "content-type", "content-transfer-encoding",
    "content-disposition", "content-id", "return-path", "resent-bcc",
}  # fmt: skip
# RFC 5322 2.1.1: at most 998 octets a line, better 78. RFC 2047: at most 76 with an encoded word.
_HARD, _SOFT = 998, 76


class BadMail(ValueError):
    """The mail cannot be written as asked. The message says in English what to change."""


class BadHeader(BadMail):
    """A header field holds something that no header may hold."""


class NoRecipient(BadMail):
    """There is nobody to send to."""


@dataclass(frozen=True, slots=True)
class OutgoingAttachment:
    """A file to send. With a `content_id` (without <>) it is an image the HTML shows by cid:."""

    filename: str
    content_type: str
    content: bytes
    content_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class OutgoingMail:
    """Everything a mail is made of. `date` is aware; its zone is written into the Date field."""

    from_: Address
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str = ""
    html: str = ""
    text: str = ""  # '' = derived from html
    attachments: tuple[OutgoingAttachment, ...] = ()
    message_id: str
    date: datetime
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: tuple[Address, ...] = ()
    sender: Address | None = None
    headers: tuple[tuple[str, str], ...] = ()  # further ones, like Auto-Submitted


@dataclass(frozen=True)
class BuiltMail:
    """The finished message. Bcc recipients stand in `recipients` only."""

    raw: bytes
    message_id: str
    envelope_from: str
    recipients: tuple[str, ...]
    needs_smtputf8: bool = False  # an address has a Unicode local part (RFC 6531)


class _AsWritten(Compat32):
    """Fields are folded already; write them as they are."""

    def fold(self, name: str, value: str) -> str:
        return f"{name}: {value}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("utf-8")


_POLICY = _AsWritten(linesep="\r\n", cte_type="8bit", max_line_length=None)


def _check_line(value: str, what: str) -> str:
    if _FORBIDDEN.search(value):
        raise BadHeader(f"{what} holds a line break or a control character. Remove it.")
    return value


def _unstructured(value: str, name: str) -> str:
    """Free text folded, in encoded words where it is not ASCII (RFC 2047)."""
    value = " ".join(value.split(" ")).strip()
    if value.isascii() and "=?" not in value:
        folded = _fold_words(value.split(" "), len(name) + 2)
        if max(map(len, folded.split("\r\n"))) <= _HARD - len(name) - 2:
            return folded
    return Header(value, "utf-8", maxlinelen=_SOFT, header_name=name).encode(linesep="\r\n")


def _fold_words(words: Iterable[str], used: int) -> str:
    """Words joined by spaces, folded before the one that would pass the soft limit."""
    out: list[str] = []
    for word in words:
        longest = len(word.split("\r\n")[0].encode())
        if out and used + 1 + longest > _SOFT:
            # A fold before an empty word would make a line of white space only.
            out.append("\r\n " if word else " ")
            used = 1
        elif out:
            out.append(" ")
            used += 1
        out.append(word)
        used = len(word.rpartition("\r\n")[2].encode()) + (0 if "\r\n" in word else used)
    return "".join(out)


def _phrase(name: str) -> str:
    """A display name (RFC 5322 phrase): atoms, a quoted string, or encoded words."""
    if re.fullmatch(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+", name) and "=?" not in name:
        return name if len(name) <= _SOFT else _quoted(name)
    if name.isascii() and "=?" not in name and len(name) <= 200:
        return _quoted(name)
    encoded = Header(name, "utf-8", maxlinelen=_SOFT - 2, header_name="Reply-To")
    return encoded.encode(linesep="\r\n")


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _valid(address: Address, field: str) -> Address:
    _check_line(address.name, f"The name in {field}")
    if not address.valid:
        shown = _FORBIDDEN.sub("?", address.email)[:100]
        raise BadHeader(f"{field} holds an address that is not valid: {shown or 'an empty one'}.")
    return address


def address_list(field: str, addresses: Iterable[Address]) -> str:
    written = []
    for address in addresses:
        _valid(address, field)
        email = address.ascii
        written.append(f"{_phrase(address.name)} <{email}>" if address.name else email)
    words = [f"{one}," for one in written[:-1]] + written[-1:]
    return _fold_words(words, len(field) + 2)


def _parameter(name: str, value: str) -> str:
    """`; name=value`, folded; RFC 2231 with continuations where the value needs it."""
    if _PLAIN_VALUE.fullmatch(value):
        return f';\r\n {name}="{value}"'
    lines = ["utf-8''"]
    for char in value:  # whole characters a line: some readers decode line by line
        encoded = quote(char, safe="!#$&+-.^_`|~")  # attribute-char of RFC 2231
        if len(lines[-1]) + len(encoded) > 55:
            lines.append("")
        lines[-1] += encoded
    if len(lines) == 1:
        return f";\r\n {name}*={lines[0]}"
    return "".join(f";\r\n {name}*{number}*={line}" for number, line in enumerate(lines))


def _text_part(text: str, subtype: str) -> Message:
    """A text part in UTF-8: as it is when short ASCII lines allow, else quoted-printable or base64,
    whichever is smaller."""
    text = clean_body(text)
    if not text.endswith("\n"):
        text += "\n"
    part = Message(_POLICY)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    data = text.encode("utf-8")
    plain = text.isascii() and all(
        len(line) <= _SOFT + 2 and not line.endswith((" ", "\t")) and not line.startswith("From ")
        for line in text.split("\n")
    )
    if plain:
        encoding, payload = "7bit", text
    else:
        printable = binascii.b2a_qp(data, istext=True, header=False).decode("ascii")
        # An mbox on the way would put a > before it. The soft break keeps the line within 76.
        printable = re.sub(r"(?m)^From ", "=46rom =\n", printable)
        encoding, payload = "quoted-printable", printable
        if len(printable) * 3 > len(data) * 4 + 300:
            crlf = data.replace(b"\n", b"\r\n")
            encoding, payload = "base64", base64.encodebytes(crlf).decode("ascii")
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(payload)
    return part


def _is_plain_message(content: bytes) -> bool:
    """Whether an attached message can travel as it is: RFC 2046 5.2.1 forbids encoding one."""
    if not content.isascii() or b"\0" in content or re.search(rb"\r(?!\n)", content):
        return False
    return all(len(line) <= _HARD for line in content.replace(b"\r\n", b"\n").split(b"\n"))


def _file_part(attachment: OutgoingAttachment) -> Message:
    content_type = attachment.content_type.strip().lower().split(";")[0].strip()
    if not _CONTENT_TYPE.fullmatch(content_type) or content_type.startswith("multipart/"):
        content_type = "application/octet-stream"
    name = filename.clean(attachment.filename)
    name = name or f"attachment{filename.extension_for(content_type)}"
    is_message = content_type == "message/rfc822" and _is_plain_message(attachment.content)
    if content_type.startswith("message/") and not is_message:
        content_type = "application/octet-stream"
    part = Message(_POLICY)
    extra = ';\r\n charset="utf-8"' if _is_utf8_text(content_type, attachment.content) else ""
    part["Content-Type"] = content_type + extra + _parameter("name", name)
    if is_message:
        part["Content-Transfer-Encoding"] = "7bit"
        # The generator writes a message's payload untouched, so its line ends are set here.
        payload = re.sub("\r?\n", "\r\n", attachment.content.decode("ascii"))
    else:
        part["Content-Transfer-Encoding"] = "base64"
        payload = base64.encodebytes(attachment.content).decode("ascii")
    if attachment.content_id is not None:
        content_id = attachment.content_id.strip("<>")
        if not _CONTENT_ID.fullmatch(content_id):
            raise BadHeader("The Content-ID of an inline image holds a character it may not hold.")
        part["Content-ID"] = f"<{content_id}>"
    kind = "attachment" if attachment.content_id is None else "inline"
    part["Content-Disposition"] = kind + _parameter("filename", name)
    part.set_payload(payload)
    return part


def _is_utf8_text(content_type: str, content: bytes) -> bool:
    if not content_type.startswith("text/"):
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class _Tree:
    """Puts parts together; boundaries follow from the Message-ID, so the bytes are repeatable."""

    def __init__(self, mail: OutgoingMail):
        self.seed = mail.message_id
        self.count = 0
        self.messages = [one.content for one in mail.attachments
                         if one.content_type.lower().startswith("message/")]  # fmt: skip

    def multipart(self, subtype: str, parts: list[Message], extra: str = "") -> Message:
        if len(parts) == 1:
            return parts[0]
        while True:
            self.count += 1
            digest = hashlib.sha256(f"{self.seed} {self.count}".encode()).hexdigest()[:24]
            # "=_" stands in no quoted-printable or base64 text (RFC 2045 6.7)
            boundary = f"=_{digest}"
            if not any(boundary.encode() in content for content in self.messages):
                break
        whole = Message(_POLICY)
        whole["Content-Type"] = f'multipart/{subtype}{extra};\r\n boundary="{boundary}"'
        for part in parts:
            whole.attach(part)
        return whole


def _body(mail: OutgoingMail) -> Message:
    tree = _Tree(mail)
    text = mail.text or (to_text(mail.html) if mail.html else "")
    plain = _text_part(text, "plain")
    files = [_file_part(one) for one in mail.attachments if one.content_id is None]
    images = [_file_part(one) for one in mail.attachments if one.content_id is not None]
    if mail.html:
        rich = tree.multipart(
            "related", [_text_part(mail.html, "html"), *images], ';\r\n type="text/html"'
        )
        content = tree.multipart("alternative", [plain, rich])
    else:
        content, files = plain, images + files
    return tree.multipart("mixed", [content, *files])


def _fields(mail: OutgoingMail) -> list[tuple[str, str]]:
    if mail.date.tzinfo is None or mail.date.utcoffset() is None:
        raise BadHeader("The date of the mail has no time zone.")
    if not _MESSAGE_ID.fullmatch(mail.message_id):
        raise BadHeader("The Message-ID is not of the form <left@right>.")
    fields = [("Date", format_datetime(mail.date.replace(microsecond=0)))]
    fields.append(("From", address_list("From", [mail.from_])))
    if mail.sender and mail.sender.key != mail.from_.key:
        fields.append(("Sender", address_list("Sender", [mail.sender])))
    for name, addresses in (("Reply-To", mail.reply_to), ("To", mail.to), ("Cc", mail.cc)):
        if addresses:
            fields.append((name, address_list(name, addresses)))
    if not mail.to and not mail.cc:
        fields.append(("To", "undisclosed-recipients:;"))
    fields.append(("Subject", _unstructured(_check_line(mail.subject, "The subject"), "Subject")))
    fields.append(("Message-ID", mail.message_id))
    chain = [("In-Reply-To", (mail.in_reply_to,)), ("References", mail.references)]
    for name, ids in chain:
        ids = [one for one in ids if one]
        for one in ids:
            _check_line(one, name)
        # Ids come from mails of others; a malformed one must not keep anybody from answering.
        ids = [one for one in ids if _MESSAGE_ID.fullmatch(one)]
        if ids:
            fields.append((name, _fold_words(ids, len(name) + 2)))
    for name, value in mail.headers:
        if not _FIELD_NAME.fullmatch(name):
            raise BadHeader(f"{_FORBIDDEN.sub('?', name)[:60]!r} is no header field name.")
        if name.lower() in _OWN_FIELDS:
            raise BadHeader(f"{name} cannot be set as a further header field.")
        fields.append((name, _unstructured(_check_line(value, name), name)))
    fields.append(("MIME-Version", "1.0"))
    return fields


def _check(raw: bytes, smtputf8: bool) -> None:
    """What must hold of every message that leaves, whatever the code above did."""
    if _BARE_LINE_END.search(raw):
        raise AssertionError("a bare CR or LF in a built message")
    if b"\0" in raw or not (smtputf8 or raw.isascii()):
        raise AssertionError("a byte that is not 7-bit clean in a built message")
    if any(len(line) > _HARD for line in raw.split(b"\r\n")):
        raise AssertionError("a line over 998 bytes in a built message")
    head = raw.partition(b"\r\n\r\n")[0].lower()
    if re.search(rb"^(?:resent-)?bcc:", head, re.MULTILINE):
        raise AssertionError("a Bcc field in a built message")


class _Generator(BytesGenerator):
    """Writes each text at once: line by line a file takes as long as all the rest of a mail."""

    def _write_lines(self, lines):
        if lines:
            self.write(_LINE_END.sub(self._NL, lines))


def build(mail: OutgoingMail) -> BuiltMail:
    """The mail as bytes with its envelope. Raises BadHeader or NoRecipient (both ValueError).

    multipart/alternative with real plain text, inline images in multipart/related, files in
    multipart/mixed; CRLF throughout, 7-bit clean unless an address has a Unicode local part, no
    line over 998 bytes, Bcc in no field. Dots are stuffed by the SMTP session, not here.
    """
    recipients: dict[str, str] = {}
    for field, addresses in (("To", mail.to), ("Cc", mail.cc), ("Bcc", mail.bcc)):
        for address in addresses:
            recipients.setdefault(_valid(address, field).key, address.ascii)
    if not recipients:
        raise NoRecipient("The mail has no recipient. Add one in To, Cc or Bcc.")
    body = _body(mail)
    content_fields = body.items()
    for name in dict(content_fields):
        del body[name]
    for name, value in [*_fields(mail), *content_fields]:
        body[name] = value
    out = BytesIO()
    _Generator(out, mangle_from_=False, policy=_POLICY).flatten(body)
    raw = out.getvalue()
    if not raw.endswith(b"\r\n"):
        raw += b"\r\n"
    written = [mail.from_, mail.sender or mail.from_, *mail.to, *mail.cc, *mail.reply_to]
    in_header = any(not address.ascii.isascii() for address in written)
    _check(raw, in_header)
    smtputf8 = in_header or any(not one.isascii() for one in recipients.values())
    return BuiltMail(raw, mail.message_id, mail.from_.ascii, tuple(recipients.values()), smtputf8)
