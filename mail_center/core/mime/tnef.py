"""What Outlook packs into `winmail.dat`: TNEF, the body and the files of a mail (MS-OXTNEF).

Own code: the one library for it makes a copy of all the rest at each attribute (hours for a file of
some megabytes) and obeys a count of four billion properties. This one walks the bytes once.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from . import filename
from .charset import codec_name, decode
from .rtf import decompress

_SIGNATURE = b"\x78\x9f\x3e\x22"
_IMESSAGE = bytes.fromhex("0703020000000000c000000000000046")
_ATTRIBUTES = 20_000
_PROPERTIES = 5_000
_DEPTH = 5
_OF_ATTACHMENT = 2

# Attributes (2.1.3.1), the low half of their id.
_BODY, _SUBJECT = 0x800C, 0x8004
_FILE_DATA, _FILE_TITLE, _FILE_START = 0x800F, 0x8010, 0x9002
_MESSAGE_PROPERTIES, _FILE_PROPERTIES, _CODE_PAGE = 0x9003, 0x9005, 0x9007
# Properties (MS-OXPROPS), by their id.
_TEXT, _RTF, _HTML, _INTERNET_CODE_PAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_DATA, _SHORT_NAME, _LONG_NAME = 0x3701, 0x3704, 0x3707
_DISPLAY_NAME, _CONTENT_TYPE, _CONTENT_ID = 0x3001, 0x370E, 0x3712
# Bytes of the types of fixed size (2.1.3.4); shorter ones are padded to four.
_FIXED = {0x2: 4, 0x3: 4, 0x4: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8,
          0x48: 16}  # fmt: skip
_VARIABLE = {0xD, 0x1E, 0x1F, 0x102}
_UTF16 = 0x1F
_OBJECT = 0xD


@dataclass(frozen=True, slots=True)
class TnefFile:
    """A file of the mail; `content_type` is '' when it is not told."""

    name: str
    content: bytes
    content_type: str = ""
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Tnef:
    """The mail inside. `html` is NOT sanitised; `rtf` is set only where there is neither other."""

    text: str
    html: str
    rtf: bytes
    files: tuple[TnefFile, ...]


@dataclass(slots=True)
class _File:
    title: str = ""
    data: bytes = b""
    properties: dict | None = None


def is_tnef(content: bytes) -> bool:
    return content.startswith(_SIGNATURE)


def _attributes(data: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """(level, id, value) of each attribute, as far as they are whole."""
    position = 6  # signature and key
    for _count in range(_ATTRIBUTES):
        if position + 9 > len(data):
            return
        level, number, _type, length = struct.unpack_from("<BHHI", data, position)
        position += 9
        if position + length > len(data):
            return
        yield level, number, data[position : position + length]
        position += length + 2  # the checksum says little: what is damaged is still of use


def _properties(data: memoryview) -> dict[int, tuple[int, memoryview]]:
    """Property id → (type, value) of the unnamed ones, as far as they can be read (2.1.3.4)."""
    found: dict[int, tuple[int, memoryview]] = {}
    try:
        (count,) = struct.unpack_from("<I", data, 0)
        position = 4
        for _number in range(min(count, _PROPERTIES)):
            kind, identity = struct.unpack_from("<HH", data, position)
            position += 4
            if identity >= 0x8000:  # named: 16 bytes of GUID, then a number or a name
                by_name, size = struct.unpack_from("<II", data, position + 16)
                position += 24 + (_padded(size) if by_name else 0)
            values = 1
            if kind & 0x1000 or kind in _VARIABLE:
                (values,) = struct.unpack_from("<I", data, position)
                position += 4
            kind &= 0xFFF
            for index in range(min(values, _PROPERTIES)):
                size = _FIXED.get(kind, -1)
                if kind in _VARIABLE:
                    (size,) = struct.unpack_from("<I", data, position)
                    position += 4
                if size < 0 or position + size > len(data):
                    return found
                if index == 0:
                    found.setdefault(identity, (kind, data[position : position + size]))
                position += _padded(size)
    except struct.error:
        pass  # the end came too early
    return found


def _padded(size: int) -> int:
    return size + -size % 4


class _Reader:
    """Reads one TNEF stream; what is forwarded inside it is read in its turn."""

    def __init__(self, depth: int):
        self.depth = depth
        self.code_page = "cp1252"
        self.text = self.html = self.subject = ""
        self.rtf = b""
        self.files: list[TnefFile] = []

    def read(self, data: memoryview) -> None:
        current: _File | None = None
        for level, number, value in _attributes(data):
            if number == _FILE_START:
                self._add(current)
                current = _File()
            elif level == _OF_ATTACHMENT:
                current = current or _File()
                if number == _FILE_DATA:
                    current.data = bytes(value)
                elif number == _FILE_TITLE:
                    current.title = self._words(value)
                elif number == _FILE_PROPERTIES:
                    current.properties = _properties(value)
            elif number == _CODE_PAGE and len(value) >= 4:
                self.code_page = self._code_page(value) or self.code_page
            elif number == _BODY:
                self.text = self.text or self._words(value)
            elif number == _SUBJECT:
                self.subject = self._words(value)
            elif number == _MESSAGE_PROPERTIES:
                self._read_body(_properties(value))
        self._add(current)

    def _code_page(self, value: memoryview) -> str | None:
        (number,) = struct.unpack_from("<I", value)
        return codec_name({65001: "utf-8", 20127: "us-ascii"}.get(number, f"cp{number}"))

    def _words(self, value: memoryview, kind: int = 0x1E) -> str:
        charset = "utf-16-le" if kind == _UTF16 else self.code_page
        return decode(bytes(value), charset)[0].rstrip("\0")

    def _read_body(self, properties: dict[int, tuple[int, memoryview]]) -> None:
        charset = self.code_page
        if _INTERNET_CODE_PAGE in properties:
            charset = self._code_page(properties[_INTERNET_CODE_PAGE][1]) or charset
        if _TEXT in properties:
            kind, value = properties[_TEXT]
            self.text = self.text or self._words(value, kind)
        if _HTML in properties:
            kind, value = properties[_HTML]
            given = "utf-16-le" if kind == _UTF16 else charset
            self.html = decode(bytes(value), given)[0].rstrip("\0")
        if _RTF in properties:
            self.rtf = decompress(bytes(properties[_RTF][1]))

    def _add(self, file: _File | None) -> None:
        if file is None:
            return
        told = file.properties or {}

        def words(*identities: int) -> str:
            for identity in identities:
                if identity in told:
                    kind, value = told[identity]
                    if text := self._words(value, kind).strip():
                        return text
            return ""

        name = words(_LONG_NAME) or file.title.strip() or words(_SHORT_NAME, _DISPLAY_NAME)
        data = file.data
        if _DATA in told:
            kind, value = told[_DATA]
            if kind == _OBJECT and bytes(value[: len(_IMESSAGE)]) == _IMESSAGE:
                self._add_message(value[len(_IMESSAGE) :], name)
                return
            # What an object is made of comes after the id of its interface.
            data = data or bytes(value[len(_IMESSAGE) :] if kind == _OBJECT else value)
        if data or name:
            self.files.append(
                TnefFile(name, data, words(_CONTENT_TYPE), words(_CONTENT_ID).strip("<> "))
            )

    def _add_message(self, data: memoryview, name: str) -> None:
        """A mail that was forwarded as a file: its words as a file, then its own files."""
        if self.depth >= _DEPTH or not is_tnef(bytes(data[:4])):
            self.files.append(TnefFile(name, bytes(data)))
            return
        inner = _Reader(self.depth + 1)
        inner.read(data)
        name = filename.clean(inner.subject or name)[:100] or "message"
        if inner.html or inner.text:
            kind = ("html", "text/html") if inner.html else ("txt", "text/plain")
            words = (inner.html or inner.text).encode("utf-8", "replace")
            self.files.append(TnefFile(f"{name}.{kind[0]}", words, f"{kind[1]}; charset=utf-8"))
        elif inner.rtf:
            self.files.append(TnefFile(f"{name}.rtf", inner.rtf, "application/rtf"))
        self.files += inner.files


def read_tnef(content: bytes) -> Tnef | None:
    """The mail in a `winmail.dat`, None when it is none or nothing can be read of it."""
    if not is_tnef(content):
        return None
    reader = _Reader(1)
    reader.read(memoryview(content))
    rtf = b"" if reader.text or reader.html else reader.rtf
    if not (reader.text or reader.html or rtf or reader.files):
        return None
    return Tnef(reader.text, reader.html, rtf, tuple(reader.files))
