"""The small grammar of IMAP that imapclient has no words for: sequence sets, response codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone

from imapclient.response_parser import parse_response

MAX_UID = 2**32 - 1
_FLAG = re.compile(r"\\?[^\x00-\x20\x7f-\uffff(){%*\"\\\]]+\Z")
_SET = re.compile(r"\d{1,10}(:\d{1,10})?(,\d{1,10}(:\d{1,10})?)*\Z")


def uid_list(uids: Iterable[int]) -> list[int]:
    """``uids`` sorted, each once. Raises ValueError for what can't be a UID."""
    result = sorted(set(uids))
    if result and not (result[0] >= 1 and result[-1] <= MAX_UID):
        raise ValueError("A UID is a number from 1 to 4294967295.")
    return result


def sequence_sets(uids: Iterable[int], max_length: int = 7000) -> Iterator[tuple[str, list[int]]]:
    """Explicit sequence sets (``1:5,9``) that name exactly ``uids``, never ``*``.

    Servers need not accept command lines above 8000 octets (RFC 7162 section 4), hence
    ``max_length``. Yields the text and the UIDs that it names.
    """
    parts: list[str] = []
    members: list[int] = []
    length = 0
    for first, last in runs(uid_list(uids)):
        part = str(first) if first == last else f"{first}:{last}"
        if parts and length + len(part) + 1 > max_length:
            yield ",".join(parts), members
            parts, members, length = [], [], 0
        parts.append(part)
        members.extend(range(first, last + 1))
        length += len(part) + 1
    if parts:
        yield ",".join(parts), members


def runs(uids: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The spans (low, high) that sorted numbers fill without a gap."""
    start = previous = None
    for uid in uids:
        if previous is not None and uid == previous + 1:
            previous = uid
            continue
        if start is not None:
            yield start, previous
        start = previous = uid
    if start is not None:
        yield start, previous


def expand_set(text: str, limit: int) -> list[int]:
    """The numbers of a sequence set without ``*``, in its order.

    Raises ValueError for bad syntax and for more than ``limit`` numbers: ``1:4294967295`` is a
    short way to fill the memory.
    """
    if not _SET.match(text):
        raise ValueError("not a sequence set")
    result: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition(":")
        low, high = sorted((int(first), int(last or first)))
        if len(result) + high - low + 1 > limit:
            raise ValueError("the sequence set is too large")
        result.extend(range(low, high + 1))
    return result


def flag_list(flags: Iterable[str]) -> str:
    r"""``(\Seen $Forwarded)``. Raises ValueError for what is no flag (RFC 3501 section 9)."""
    flags = [flags] if isinstance(flags, str) else list(flags)
    for flag in flags:
        if not _FLAG.match(flag):
            raise ValueError(f"{flag!r} is not an IMAP flag.")
    return "(" + " ".join(flags) + ")"


def text_of(value) -> str:
    """A parsed atom or string as text."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def fetch_responses(data: list) -> Iterator[dict[bytes, object]]:
    """Each FETCH response on its own: item name in capitals → value.

    imapclient's own grouping is by message number, or by UID when there is one; a flag update
    that the server sends unasked carries no UID, and its message number would then pass for the
    UID of another mail. Responses without a UID can't be attributed and are left out.

    A literal that there was no room for (empty, but announced with a size) is a tuple of one: its
    size; :func:`left_size` tells it.
    """
    data = list(_with_sizes(data or ()))
    index = 0
    while index < len(data):
        response, index = _simple_response(data, index)
        if response is None:
            yield from _parsed_responses(data[index:])
            return
        if isinstance(response.get(b"UID"), int):
            yield response


def _with_sizes(data: Iterable) -> Iterator[bytes | tuple[bytes, bytes]]:
    """``data`` with a list of its size, ``(1234)``, in place of each literal that was left out."""
    before = b""
    for record in data:
        if record is None:
            continue
        text, literal = record if isinstance(record, tuple) else (record, None)
        text, before = before + text, b""
        size = _LITERAL.search(text) if literal == b"" else None
        if size and int(size[1]):
            before = text[: size.start()] + b"(%d)" % int(size[1])
        else:
            yield text if literal is None else (text, literal)
    if before:
        yield before


def left_size(value) -> int | None:
    """The size of a literal that was left out; None for what is none."""
    if not isinstance(value, tuple) or len(value) != 1:
        return None
    text = text_of(value[0])
    return int(text) if text.isdecimal() and len(text) < 20 else None


def _parsed_responses(data: list) -> Iterator[dict[bytes, object]]:
    parsed = parse_response(data)
    for index in range(0, len(parsed), 2):
        items = parsed[index + 1] if index + 1 < len(parsed) else None
        if not isinstance(items, tuple) or len(items) % 2:
            raise ValueError("bad FETCH response")
        response = {
            text_of(items[i]).upper().encode(): items[i + 1] for i in range(0, len(items), 2)
        }
        if isinstance(response.get(b"UID"), int):
            yield response


def flags_of(response: dict) -> frozenset[str]:
    r"""The flags of a FETCH response, without ``\Recent``."""
    flags = response.get(b"FLAGS") or ()
    flags = flags if isinstance(flags, tuple) else (flags,)
    return frozenset(text_of(flag) for flag in flags) - {"\\Recent"}


def flag_updates(data: list) -> dict[int, frozenset[str]]:
    """UID → flags of FETCH responses that tell both."""
    return {
        response[b"UID"]: flags_of(response)
        for response in fetch_responses(data)
        if b"FLAGS" in response
    }


def vanished(data: list) -> tuple[tuple[int, int], ...]:
    """The UIDs that VANISHED responses (RFC 7162 section 3.2.10) name, as spans (low, high).

    They may name UIDs that never were, so that the spans are not written out.
    """
    spans = []
    for record in data or ():
        text = text_of(record).strip()
        text = text[9:].strip() if text.upper().startswith("(EARLIER)") else text
        if not _SET.match(text):
            raise ValueError("bad VANISHED response")
        for part in text.split(","):
            first, _, last = part.partition(":")
            low, high = sorted((int(first), int(last or first)))
            spans.append((low, high))
    return tuple(spans)


_LITERAL = re.compile(rb"\{(\d+)\}\Z")
_START = re.compile(rb"[1-9]\d* \(")
_ITEM = re.compile(
    rb"([A-Za-z0-9.\-]+(?:\[[^\]\[\"{(]*\])?) "
    rb'(?:([1-9]\d*|0)|"([^"\\]*)"|\(([^()"{\[%]*)\)|\{(\d+)\})(?: |\Z)'
)


def _simple_response(data: list, index: int) -> tuple[dict[bytes, object] | None, int]:
    """The response at ``index`` and the next index, if it is of the usual form; else None.

    imapclient's parser goes through it byte by byte, which takes most of the time of a sync.
    Usual is: numbers, plain quoted strings, flat lists, and at most one literal at the end.
    """
    record = data[index]
    literal, after = None, index + 1
    if isinstance(record, tuple):
        text, literal = record
        if after == len(data) or data[after] != b")":
            return None, index
        after += 1
    elif record.endswith(b")"):
        text = record[:-1]
    else:
        return None, index
    start = _START.match(text)
    position = start.end() if start else len(text) + 1
    response: dict[bytes, object] = {}
    while position < len(text):
        item = _ITEM.match(text, position)
        if not item:
            return None, index
        name, number, quoted, words, size = item.groups()
        if size is not None:
            if literal is None or item.end() < len(text) or int(size) != len(literal):
                return None, index
            value, literal = literal, None
        elif number is not None:
            value = int(number)
        else:
            value = quoted if words is None else tuple(words.split())
        response[name.upper()] = value
        position = item.end()
    if not response or literal is not None or text.endswith(b" "):
        return None, index
    return response, after


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(r"\s*(\d{1,2})-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")


def internal_date(value) -> datetime | None:
    """INTERNALDATE as an aware datetime in UTC, or None when the server sends nonsense."""
    match = _DATE.match(text_of(value)) if value is not None else None
    if not match:
        return None
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = match.groups()
    try:
        stamp = datetime(
            int(year), MONTHS.index(month.lower()) + 1, int(day),
            int(hour), int(minute), int(second), tzinfo=timezone.utc,
        ).timestamp()
        offset = (int(zone_hours) * 60 + int(zone_minutes)) * 60
        return datetime.fromtimestamp(stamp - offset * (1 if sign == "+" else -1), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


_APPENDUID = re.compile(r"(?:\[APPENDUID )?(\d+) (\d+)(?:\]|$)")
_COPYUID = re.compile(r"(?:\[COPYUID )?(\d+) ([\d:,]+) ([\d:,]+)(?:\]|$)")


def append_uid(text: str) -> tuple[int, int] | None:
    """(UIDVALIDITY, UID) of APPENDUID (RFC 4315)."""
    match = _APPENDUID.match(text)
    return (int(match[1]), int(match[2])) if match else None


def copy_uid(text: str, limit: int) -> tuple[int, dict[int, int]] | None:
    """(UIDVALIDITY of the target, old UID → new UID) of COPYUID (RFC 4315)."""
    match = _COPYUID.match(text)
    if not match:
        return None
    try:
        old, new = expand_set(match[2], limit), expand_set(match[3], limit)
    except ValueError:
        return None
    if len(old) != len(new):
        return None
    return int(match[1]), dict(zip(old, new, strict=True))
