"""A file that is kept in parts, read as one."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import BinaryIO

from .model import MAIL_MAX, Found


class Parts(io.RawIOBase):
    """``sizes``: bytes of each part; ``load(number)`` gives one. One part is in memory."""

    def __init__(self, sizes: list[int], load: Callable[[int], bytes]):
        super().__init__()
        self._ends = list(accumulate(sizes))
        self._load = load
        self._at = 0
        self._number = -1
        self._part = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        end = self._ends[-1] if self._ends else 0
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: end}[whence]
        if base + offset < 0:
            raise ValueError("before the beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer) -> int:
        number = bisect_right(self._ends, self._at)
        if number >= len(self._ends):
            return 0
        if number != self._number:
            self._part, self._number = self._load(number), number
        begin = self._at - (self._ends[number - 1] if number else 0)
        piece = self._part[begin : begin + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def opened(sizes: list[int], load: Callable[[int], bytes]) -> BinaryIO:
    """The parts as a buffered binary file that can be sought in."""
    return io.BufferedReader(Parts(sizes, load), 256 * 1024)


def read_files(
    stream: BinaryIO, sizes: list[int], start: int = 0, limit: int = MAIL_MAX
) -> Iterator[Found]:
    """Whole mails one behind the other, ``sizes`` bytes each, from no. ``start`` on."""
    stream.seek(sum(sizes[:start]))
    for number, size in enumerate(sizes[start:], start + 1):
        if size > limit:
            stream.seek(size, io.SEEK_CUR)
            yield Found(number, error="too_large")
            continue
        raw = stream.read(size)
        empty = not raw.strip()
        yield Found(number, b"" if empty else raw, frozenset({"\\Seen"}), skip=empty)
