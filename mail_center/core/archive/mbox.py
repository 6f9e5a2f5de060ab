"""The mbox format (RFC 4155), as programs really write it: mboxo, mboxrd, Thunderbird's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from .model import MAIL_MAX, Found

LINE_MAX = 64 * 1024
# "From " and something that has a time in it: a sentence that begins with "From " has none.
_SEPARATOR = re.compile(rb"From (?:\S+ .*)?\d{1,2}:\d\d.*|From -? ?[A-Z][a-z]{2} [A-Z][a-z]{2} .*")
_QUOTED = re.compile(rb">+From ")
_STATUS = re.compile(rb"^(X-)?Status:[ \t]*([A-Z]*)", re.I | re.M)
_MOZILLA = re.compile(rb"^X-Mozilla-Status:[ \t]*([0-9a-f]{1,4})", re.I | re.M)
_READ, _STARRED, _DELETED = 0x0001, 0x0004, 0x0008


def is_mbox(head: bytes) -> bool:
    """Whether a file that begins with ``head`` is an mbox."""
    return bool(_SEPARATOR.match(head.lstrip(b"\r\n")))


def read_mbox(stream: BinaryIO, start: int = 0, limit: int = MAIL_MAX) -> Iterator[Found]:
    """The mails from byte ``start`` on, which is 0 or an ``after`` given before.

    A mail of more than ``limit`` bytes is passed over with an error; at most one mail is in
    memory. A separator counts only behind an empty line or at the beginning.
    """
    stream.seek(start)
    position, blank, inside = start, True, False
    raw = bytearray()  # a list of short lines would take sixty times their bytes
    size, too_large, whole_line = 0, False, True

    def finish(after: int) -> Found:
        if too_large:
            return Found(after, error="too_large")
        # The empty line before the next separator belongs to the format, not to the mail.
        for end in (b"\r\n\r\n", b"\n\n"):
            if raw.endswith(end):
                del raw[-len(end) // 2 :]
                break
        return described(bytes(raw), after)

    while line := stream.readline(LINE_MAX):
        begins = whole_line
        if begins and blank and line.startswith(b"From ") and _SEPARATOR.match(line):
            if inside:
                yield finish(position)
            inside, raw, size, too_large = True, bytearray(), 0, False
            position += len(line)
            whole_line, blank = line.endswith(b"\n"), False
            continue
        position += len(line)
        if begins and _QUOTED.match(line):
            line = line[1:]
        whole_line = line.endswith(b"\n")
        blank = begins and line in (b"\n", b"\r\n")
        if not inside and blank:
            continue
        inside = True
        size += len(line)
        if size > limit:
            too_large, raw = True, bytearray()
        elif not too_large:
            raw += line
    if inside:
        yield finish(position)


def described(raw: bytes, after: int) -> Found:
    """A mail with what its own program noted in its header about it."""
    head = raw[: 64 * 1024]
    head = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    letters = b"".join(match[2].upper() for match in _STATUS.finditer(head))
    mozilla = _MOZILLA.search(head)
    bits = int(mozilla[1], 16) if mozilla else 0
    flags = set()
    if not letters and not mozilla or b"R" in letters or bits & _READ:
        flags.add("\\Seen")
    if b"F" in letters or bits & _STARRED:
        flags.add("\\Flagged")
    deleted = b"D" in letters or bool(bits & _DELETED)
    skip = deleted or not raw or raw.isspace()
    return Found(after, b"" if deleted else raw, frozenset(flags), skip=skip)
