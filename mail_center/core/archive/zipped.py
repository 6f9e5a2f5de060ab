"""A zip of a Maildir or of .eml files, read member by member without unpacking anything."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from .model import COUNT_MAX, MAIL_MAX, ArchiveError, Found

# A text packs ten times smaller, a mail of the same line over and over a hundred times.
RATIO_MAX = 200
RATIO_FROM = 1024 * 1024  # small things may pack as well as they like
TOTAL_MAX = 100 * 1024**3
NAME_MAX = 200
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
    """The mails from member no. ``start`` on; raises ArchiveError for what is no zip, or a bomb.

    Members that are no mail by their name are given as *skip*.
    """
    try:
        archive = _Archive(_Frugal(stream))
        members = archive.infolist()
    except _BROKEN:
        raise ArchiveError("broken") from None
    if sum(member.file_size for member in members) > TOTAL_MAX:
        raise ArchiveError("bomb")
    for number, member in enumerate(members[start:], start + 1):
        flags = _flags(member.filename)
        if member.is_dir() or flags is None:
            yield Found(number, skip=True)
            continue
        name = "".join(c for c in member.filename if c.isprintable())[-NAME_MAX:]
        yield _read(archive, member, number, flags, name, limit)


def _flags(name: str) -> frozenset[str] | None:
    """IMAP's flags of a member that is a mail, else None."""
    base = re.split(r"[/\\]", name)[-1]
    if base.startswith("._") or "__MACOSX" in name:
        return None
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


def _read(archive, member, number, flags, name, limit) -> Found:
    if member.flag_bits & 0x1:
        return Found(number, error="encrypted", name=name)
    if member.file_size > limit:
        return Found(number, error="too_large", name=name)
    ratio_limit = max(RATIO_FROM, member.compress_size * RATIO_MAX)
    if member.file_size > ratio_limit:
        return Found(number, error="ratio", name=name)
    try:
        with archive.open(member) as file:
            # What is announced may be a lie: no more is unpacked than is taken.
            raw = file.read(min(limit, ratio_limit) + 1)
    except _BROKEN:
        return Found(number, error="broken", name=name)
    if len(raw) > min(limit, ratio_limit):
        return Found(number, error="too_large", name=name)
    empty = not raw.strip()
    return Found(number, b"" if empty else raw, flags, name=name, skip=empty)
