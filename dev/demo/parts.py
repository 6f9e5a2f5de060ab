"""MIME parts and headers as real mail programs write them (RFC 2045-2047, 2231, 3676).

The standard library's ``EmailMessage`` writes one tidy dialect; the demo needs the others too
(8bit, legacy charsets, encoded words in file names), so parts are put together by hand here.
"""

import base64
import datetime
import email.generator
import email.policy
import hashlib
import io
import quopri
import textwrap
from email.header import Header
from email.message import Message
from email.utils import format_datetime, formataddr

_WIRE = email.policy.compat32.clone(linesep="\r\n", max_line_length=None)
_TYPEWRITER = str.maketrans({"–": "-", "—": "-", "„": '"', "”": '"', "“": '"', "’": "'",
                             "…": "...", "·": "|"})


def fitting(text, charset):
    """*(text, charset)* that can be encoded: typography is dropped first, then the charset."""
    for candidate in (text, text.translate(_TYPEWRITER)):
        try:
            candidate.encode(charset)
        except UnicodeEncodeError:
            continue
        return candidate, charset
    return text, "utf-8"


def text_part(text, subtype="plain", charset="utf-8", encoding="quoted-printable", **parameters):
    """A ``text/*`` part. *encoding*: 7bit, 8bit, quoted-printable or base64."""
    text, charset = fitting(text, charset)
    data = text.replace("\n", "\r\n").encode(charset)
    if encoding in ("7bit", "8bit") and charset != "iso-2022-jp":
        encoding = "8bit" if any(byte > 127 for byte in data) else "7bit"
    if charset == "iso-2022-jp":
        encoding = "7bit"
    part = Message(_WIRE)
    part.add_header("Content-Type", f"text/{subtype}", charset=charset, **parameters)
    part["Content-Transfer-Encoding"] = encoding
    if encoding == "base64":
        payload = base64.encodebytes(data).decode()
    elif encoding == "quoted-printable":
        payload = quopri.encodestring(data.replace(b"\r\n", b"\n")).decode()
    else:
        payload = data.replace(b"\r\n", b"\n").decode("ascii", "surrogateescape")
    part.set_payload(payload)
    return part


def file_part(filename, content_type, data, *, cid=None, encoded_word=None):
    """A base64 part; *encoded_word* (a charset) names the file by RFC 2047, as old programs do."""
    part = Message(_WIRE)
    kind, _, rest = content_type.partition("; ")
    extra = dict([rest.split("=")]) if rest else {}
    if filename.isascii():
        name = filename
    elif encoded_word:
        name = Header(fitting(filename, encoded_word)[0], encoded_word, maxlinelen=998).encode()
    else:
        name = ("utf-8", "", filename)
    part.add_header("Content-Type", kind, name=name, **extra)
    part["Content-Transfer-Encoding"] = "base64"
    part.add_header("Content-Disposition", "inline" if cid else "attachment", filename=name)
    if cid:
        part["Content-ID"] = f"<{cid}>"
    part.set_payload(base64.encodebytes(data).decode())
    return part


def multipart(subtype, parts, seed, **parameters):
    """A ``multipart/*`` of *parts*; *seed* makes its boundary."""
    whole = Message(_WIRE)
    mark = hashlib.sha256(f"{seed}/{subtype}".encode()).hexdigest()[:24]
    whole.add_header("Content-Type", f"multipart/{subtype}", boundary=f"=_{mark}", **parameters)
    for part in parts:
        whole.attach(part)
    return whole


def words(text, charset="utf-8", name="Subject"):
    """An unstructured header value: plain if it is ASCII, else folded encoded words."""
    if text.isascii():
        return text
    text, charset = fitting(text, charset)
    return Header(text, charset, maxlinelen=76, header_name=name).encode()


def address(name, mail, charset="utf-8"):
    """``name <mail>``, the name as an encoded word where it must be."""
    name, charset = fitting(name, charset)
    return formataddr((name, mail), charset)


def date(moment, zone):
    """*moment* as RFC 5322 date in the zone of *zone* hours from UTC."""
    local = moment.astimezone(datetime.timezone(datetime.timedelta(hours=zone)))
    return format_datetime(local)


def finish(root, headers):
    """The message as bytes with CRLF: *headers* (pairs, in order) before those of *root*."""
    own, root._headers = root._headers, []
    for name, value in headers:
        if value:
            root[name] = value
    root["MIME-Version"] = "1.0"
    root._headers += own
    buffer = io.BytesIO()
    email.generator.BytesGenerator(buffer, mangle_from_=False, policy=_WIRE).flatten(root)
    return buffer.getvalue()


def ids(message_ids):
    """Message-IDs for References, one a line."""
    return "\n ".join(message_ids)


def wrap(text, width=72):
    """Hard wrap for plain text; quotes and short lines stay as they are."""
    lines = []
    for line in text.split("\n"):
        if len(line) <= width or line.startswith(">") or not line.isprintable():
            lines.append(line)
        else:
            lines += textwrap.wrap(line, width, break_long_words=False,
                                   break_on_hyphens=False) or [""]
    return "\n".join(lines)


def flowed(text, width=72):
    """``format=flowed`` (RFC 3676 section 4): soft breaks end in a space, some starts stuffed."""
    lines = []
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">")) if line.startswith(">") else 0
        content = line[depth:].removeprefix(" ") if depth else line
        mark = ">" * depth + " " if depth else ""
        if content == "-- ":
            lines.append(mark + content)
            continue
        pieces = textwrap.wrap(content, width - len(mark), break_long_words=False,
                               break_on_hyphens=False, drop_whitespace=True) or [""]
        if content.startswith(" "):
            pieces = [content.rstrip()]
        for number, piece in enumerate(pieces):
            stuff = " " if not mark and piece.startswith((" ", ">", "From ")) else ""
            soft = " " if number + 1 < len(pieces) else ""
            lines.append(mark + stuff + piece + soft)
    return "\n".join(lines)
