"""A zip of a Maildir, of .eml files or of mbox files (Thunderbird's folders, Google Takeout),
read member by member without unpacking anything.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from .mbox import is_mbox, read_mbox
from .model import COUNT_MAX, MAIL_MAX, ArchiveError, Found

# A text packs ten times smaller, a mail of the same line over and over a hundred times.
RATIO_MAX = 200
RATIO_FROM = 1024 * 1024  # small things may pack as well as they like
TOTAL_MAX = 100 * 1024**3
NAME_MAX = 200
HEAD = 1000  # bytes by which an mbox is known
BUFFER = 256 * 1024
# The directory is read in one piece, so its size is what a small file may cost in memory.
ENTRY_MAX = 300  # bytes of an entry on average: 46 and the name
# Maildir's info (cr.yp.to/proto/maildir.html); on Windows programs write ! or ; for the colon.
_INFO = re.compile(r"[:;!]2,([A-Za-z]*)$")
_MAILDIR = re.compile(r"(?:^|[/\\])(cur|new)[/\\][^/\\]+$")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError,
           ValueError, OverflowError)


class _Members(list):
    """The entries, counted while they are read: what the end record announces may be a lie."""

    def append(self, member):
        if len(self) >= COUNT_MAX:
            raise ArchiveError("too_many")
        super().append(member)


class _Archive(zipfile.ZipFile):
    """A zip whose directory has at most ``COUNT_MAX`` entries, else ArchiveError."""

    @property
    def filelist(self):
        return self._members

    @filelist.setter
    def filelist(self, members):
        self._members = _Members(members)


class _Frugal:
    """The file, of which no more is given at once than the largest directory we take.

    ``ZipFile`` asks for as many bytes as the end record (ZIP64's too) says that there are.
    """

    def __init__(self, stream: BinaryIO):
        self._stream = stream
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable

    def read(self, size: int = -1) -> bytes:
        if size > COUNT_MAX * ENTRY_MAX:
            raise ArchiveError("too_many")
        return self._stream.read(size)


def read_zip(stream: BinaryIO, start: int = 0, limit: int = MAIL_MAX) -> Iterator[Found]:
    """The mails from byte ``start`` on; raises ArchiveError for what is no zip, or a bomb.

    Bytes are counted as if all members were unpacked one behind the other. Members that are no
    mail by their name and their beginning are given as *skip*.
    """
    archive, end = _opened(stream), 0
    for member in archive.infolist():
        begin, end = end, end + member.file_size
        if end <= start:
            continue
        yield from _member(archive, member, begin, max(start, begin), limit)


def zip_size(stream: BinaryIO) -> int:
    """What ``start`` of :func:`read_zip` is at the end of the zip; raises ArchiveError."""
    return sum(member.file_size for member in _opened(stream).infolist())


def _opened(stream: BinaryIO) -> _Archive:
    try:
        archive = _Archive(_Frugal(stream))
    except _BROKEN:
        raise ArchiveError("broken") from None
    if sum(member.file_size for member in archive.infolist()) > TOTAL_MAX:
        raise ArchiveError("bomb")
    return archive


def _member(archive, member, begin, start, limit) -> Iterator[Found]:
    """The mails of one member, which is at byte ``begin``, from ``start`` on."""
    end = begin + member.file_size
    name = "".join(c for c in member.filename if c.isprintable())[-NAME_MAX:]
    flags = _flags(member.filename)
    if _is_passed(member):
        yield Found(end, skip=True)
    elif flags is not None:
        yield _read(archive, member, end, flags, name, limit)
    elif _is_box(archive, member):
        yield from _box(archive, member, begin, start, name, limit)
    else:
        yield Found(end, skip=True)


def _base(name: str) -> str:
    """The last part of a member's path."""
    return re.split(r"[/\\]", name)[-1]


def _is_passed(member) -> bool:
    base = _base(member.filename)
    return member.is_dir() or base.startswith("._") or "__MACOSX" in member.filename


def _is_box(archive, member) -> bool:
    """Whether the member is an mbox: by its name, else by how it begins (Thunderbird's have no
    ending)."""
    if _MAILDIR.search(member.filename):
        return False  # in the waste basket of its program
    if member.filename.lower().endswith((".mbox", ".mbox/mbox")):
        return True
    if member.flag_bits & 0x1:
        return "." not in _base(member.filename)
    try:
        with archive.open(member) as file:
            return is_mbox(file.read(HEAD))
    except _BROKEN:
        return False


def _box(archive, member, begin, start, name, limit) -> Iterator[Found]:
    """The mails of an mbox in the zip."""
    end = begin + member.file_size
    if error := _refusal(member, TOTAL_MAX):
        yield Found(end, error=error, name=name)
        return
    try:
        # No more comes than is announced, whatever is in there.
        with io.BufferedReader(archive.open(member), BUFFER) as file:
            for found in read_mbox(file, start - begin, limit):
                yield replace(found, after=min(begin + found.after, end), name=name)
    except _BROKEN:
        yield Found(end, error="broken", name=name)


def _flags(name: str) -> frozenset[str] | None:
    """IMAP's flags of a member that is a mail, else None."""
    base = _base(name)
    place = _MAILDIR.search(name)
    info = _INFO.search(base)
    if place:
        if info and "T" in info[1]:
            return None  # in the waste basket of its program
        letters = info[1] if info else ""
        seen = place[1] == "cur" and (not info or "S" in letters)
        flags = {"\\Seen"} if seen else set()
        return frozenset(flags | ({"\\Flagged"} if "F" in letters else set()))
    return frozenset({"\\Seen"}) if base.lower().endswith(".eml") else None


def _refusal(member, limit) -> str:
    """Why a member is not unpacked, or ''."""
    if member.flag_bits & 0x1:
        return "encrypted"
    if member.file_size > limit:
        return "too_large"
    return "ratio" if member.file_size > _ratio_limit(member) else ""


def _ratio_limit(member) -> int:
    return max(RATIO_FROM, member.compress_size * RATIO_MAX)


def _read(archive, member, end, flags, name, limit) -> Found:
    if error := _refusal(member, limit):
        return Found(end, error=error, name=name)
    most = min(limit, _ratio_limit(member))
    try:
        with archive.open(member) as file:
            # What is announced may be a lie: no more is unpacked than is taken.
            raw = file.read(most + 1)
    except _BROKEN:
        return Found(end, error="broken", name=name)
    if len(raw) > most:
        return Found(end, error="too_large", name=name)
    empty = not raw.strip()
    return Found(end, b"" if empty else raw, flags, name=name, skip=empty)
