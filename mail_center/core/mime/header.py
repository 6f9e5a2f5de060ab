"""Header fields as bytes to text: unfolding, RFC 2047 words, RFC 2231 parameters, ids and dates.

All functions are linear in their input and raise nothing: the standard library's structured header
classes are neither on hostile input.
"""

import binascii
import email.utils
import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from urllib.parse import unquote_to_bytes

from .charset import clean_line, codec_name, decode

_WORD_HEAD = re.compile(r"=\?([^?\s]{1,64})\?([bBqQ])\?")
_FOLD = re.compile(rb"\r?\n(?=[ \t])|[\r\n]")
_B64_JUNK = re.compile(r"[^A-Za-z0-9+/]")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,990})>")
_BARE_ID = re.compile(r"[^<>\s,;:\"()]{1,490}@[^<>\s,;:\"()]{1,490}")
_SEPARATORS = re.compile(r"[\s;]*")
_PARAM = re.compile(r"([^\s=;\"]+)\s*=\s*")
_SECTION = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")
# RFC 5322 allows References to grow without end; threading needs the root and the nearest ones.
MAX_REFERENCES = 100


def unfold(raw: bytes) -> str:
    """Header value as text on one line, encoded words untouched; raw 8-bit read as UTF-8 first."""
    if b"\n" in raw or b"\r" in raw:
        raw = _FOLD.sub(b"", raw)
    try:
        return raw.decode("ascii").strip()
    except UnicodeDecodeError:
        return raw.decode("utf-8", "surrogateescape").strip()


def repair(text: str, hint: str | None = None) -> str:
    """Undo the surrogates that `unfold` leaves for 8-bit bytes which are not UTF-8."""
    if text.isascii() or not any("\udc80" <= char <= "\udcff" for char in text):
        return text
    return decode(text.encode("utf-8", "surrogateescape"), "utf-8", hint)[0]


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding in "qQ":
        data = text.replace("_", " ").encode("utf-8", "surrogateescape")
        return binascii.a2b_qp(data, header=False)
    data = _B64_JUNK.sub("", text)
    data = data[: len(data) - 1] if len(data) % 4 == 1 else data
    return binascii.a2b_base64(data + "=" * (-len(data) % 4))


def decode_words(text: str, hint: str | None = None) -> str:
    """RFC 2047 encoded words replaced by what they mean, on one clean line.

    Neighbouring words of one charset are joined before decoding, because senders split characters.
    A word of an unknown charset is decoded by detection; broken ones stay as they are.
    """
    if "=?" not in text:
        return clean_line(repair(text, hint))
    out: list[str] = []
    pending: list[bytes] = []
    pending_charset = ""

    def flush() -> None:
        if pending:
            out.append(decode(b"".join(pending), pending_charset, hint)[0])
            pending.clear()

    position = 0
    while True:
        start = text.find("=?", position)
        head = _WORD_HEAD.match(text, start) if start >= 0 else None
        while start >= 0 and not head:
            start = text.find("=?", start + 2)
            head = _WORD_HEAD.match(text, start) if start >= 0 else None
        end = text.find("?=", head.end()) if head else -1
        if not head or end < 0:
            break
        between = text[position:start]
        charset = head[1].split("*")[0].lower()
        if not pending or between.strip() or charset != pending_charset:
            flush()
            # White space between two encoded words is not part of the text (RFC 2047 6.2).
            if not (between.isspace() and position and out):
                out.append(repair(between, hint))
        pending_charset = charset
        pending.append(_word_bytes(head[2], text[head.end() : end]))
        position = end + 2
    flush()
    out.append(repair(text[position:], hint))
    return clean_line("".join(out))


def _split_parameters(text: str) -> Iterable[tuple[str, str, bool]]:
    """(name, value, was quoted) of each `; name=value`."""
    position, size = 0, len(text)
    while position < size:
        position = _SEPARATORS.match(text, position).end()
        match = _PARAM.match(text, position)
        if not match:
            following = text.find(";", position)
            if following < 0:
                return
            position = following + 1
            continue
        position = match.end()
        if text[position : position + 1] == '"':
            chars: list[str] = []
            position += 1
            while position < size and text[position] != '"':
                if text[position] == "\\" and position + 1 < size:
                    position += 1
                chars.append(text[position])
                position += 1
            yield match[1].lower(), "".join(chars), True
            following = text.find(";", position)
            position = size if following < 0 else following
        else:
            following = text.find(";", position)
            following = size if following < 0 else following
            yield match[1].lower(), text[position:following].strip(), False
            position = following


def parameters(text: str, hint: str | None = None) -> tuple[str, dict[str, str]]:
    """Value and parameters of a Content-Type or Content-Disposition field.

    RFC 2231 continuations and charsets are resolved; encoded words inside a parameter (forbidden
    and common) are decoded too. Value and names come in lower case.
    """
    value, _, rest = text.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, raw, _quoted in _split_parameters(rest):
        match = _SECTION.fullmatch(name)
        if match and (match[2] is not None or match[3]):
            pieces.setdefault(match[1], {}).setdefault(int(match[2] or 0), (raw, bool(match[3])))
        else:
            plain.setdefault(name, decode_words(raw, hint))
    for name, sections in pieces.items():
        charset = ""
        data: list[bytes] = []
        for number, (raw, extended) in sorted(sections.items()):
            piece = raw
            if extended:
                if number == 0 and piece.count("'") >= 2:
                    charset, _, piece = piece.split("'", 2)
                data.append(unquote_to_bytes(piece.encode("utf-8", "surrogateescape")))
            else:
                data.append(piece.encode("utf-8", "surrogateescape"))
        joined, _ = decode(b"".join(data), charset or None, hint)
        plain[name] = decode_words(joined, hint)
    return value.strip().lower(), plain


def message_ids(text: str) -> tuple[str, ...]:
    """The message ids of a field, each with <>, in order and once.

    Comments and phrases are skipped. Ids written without brackets count when nothing else is there.
    """
    text = clean_line(repair(text))
    found = [f"<{one}>" for one in _MESSAGE_ID.findall(text)]
    if not found and "<" not in text:
        found = [f"<{one}>" for one in text.split() if _BARE_ID.fullmatch(one)]
    found = list(dict.fromkeys(found))
    if len(found) > MAX_REFERENCES:
        found = found[:1] + found[1 - MAX_REFERENCES :]
    return tuple(found)


def date(text: str) -> datetime | None:
    """RFC 5322 3.3 date (and the usual deviations) in UTC; None when there is no sense in it."""
    text = text[:200]
    try:
        parsed = email.utils.parsedate_tz(text)
        if not parsed:
            return None
        moment = datetime(*parsed[:6], tzinfo=timezone.utc) - timedelta(seconds=parsed[9] or 0)
    except Exception:  # the standard parser raises half a dozen kinds on nonsense
        return None
    return moment if 1971 <= moment.year <= 2100 else None


def charset_of(params: dict[str, str]) -> str | None:
    """Declared charset of a text part when it names a known one, else what was declared."""
    label = params.get("charset", "").strip() or None
    return label if label is None or codec_name(label) else label.lower()
