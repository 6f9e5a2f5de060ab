"""The MIME tree of a message (RFC 2045, 2046), read from the raw bytes.

Own code instead of email.parser, for three measured reasons: the standard parser recurses per
level, so depth brings it down; it turns the message into one str per line, several times its size;
and it cannot give back the exact bytes of a forwarded message. This one is iterative over siblings,
bounded in depth, linear in size, and keeps views into the bytes it was given.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from . import header
from .model import Clock, Limits, Unparsable

_FIELD = re.compile(rb"([!-9;-~]{1,256})[ \t]*:")
_TYPE = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+/[!#$%&'*+.^_`|~0-9a-z-]+")
_B64_JUNK = re.compile(rb"[^A-Za-z0-9+/=]+")
_B64_PAD = re.compile(rb"=+")
# A delimiter line as it looks when the boundary itself is not known.
_LOST_DELIMITER = re.compile(
    rb"^--([^\s-][^\r\n]{0,200}?)[ \t]*\r?\n(?=[A-Za-z-]{1,40}:|\r?\n)", re.MULTILINE
)
_PEEK = 256 * 1024


class Entity:
    """A header and a body: the message itself, or one part of it."""

    __slots__ = (
        "children", "content_type", "disposition", "disposition_params", "end", "fields", "params",
        "raw", "start", "top",
    )  # fmt: skip

    def __init__(self, raw: bytes, fields: list[tuple[str, bytes]], top: int, start: int, end: int):
        self.raw = raw
        self.fields = fields
        self.top, self.start, self.end = top, start, end  # header starts, body starts, body ends
        self.children: list[Entity] = []
        self.content_type, self.params = "text/plain", {}
        self.disposition, self.disposition_params = "", {}

    def raw_field(self, name: str) -> str:
        """First value of a field, unfolded but not decoded; '' when absent."""
        return next((header.unfold(raw) for key, raw in self.fields if key.lower() == name), "")

    def raw_fields(self, name: str) -> list[str]:
        return [header.unfold(raw) for key, raw in self.fields if key.lower() == name]

    @property
    def maintype(self) -> str:
        return self.content_type.partition("/")[0]

    @property
    def source(self) -> bytes:
        """Header and body as received."""
        return self.raw[self.top : self.end]

    def walk(self) -> Iterator[Entity]:
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def encoding(self) -> str:
        """The content transfer encoding, in lower case."""
        return self.raw_field("content-transfer-encoding").strip(" \t;.\"'").lower()

    def content(self) -> bytes:
        """The body with its transfer encoding undone; undecodable ones as they are."""
        body = memoryview(self.raw)[self.start : self.end]
        encoding = self.encoding
        if encoding == "base64":
            data = decode_base64(body)
            return data if data or not bytes(body).strip() else bytes(body)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(body)
        if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
            return decode_uu(bytes(body))
        return bytes(body)


def decode_base64(data: bytes | memoryview) -> bytes:
    """Base64 with junk, missing padding or several padded pieces one after another; no errors."""
    view = memoryview(data)
    pad = _B64_PAD.search(view)
    # Python stops at the first padding, so it can be trusted when nothing follows.
    if pad is None or not bytes(view[pad.end() :]).strip(b"=\r\n \t"):
        try:
            return binascii.a2b_base64(view)
        except binascii.Error:
            pass  # no or too little padding
    out = []
    for piece in _B64_PAD.split(_B64_JUNK.sub(b"", view)):
        whole = piece[:-1] if len(piece) % 4 == 1 else piece
        if whole:
            out.append(binascii.a2b_base64(whole + b"=" * (-len(whole) % 4)))
    return b"".join(out)


def decode_uu(data: bytes) -> bytes:
    """Uuencoded data; what is none is given back unchanged."""
    begin = re.search(rb"^begin [0-7]{3,4} [^\n]*\n", data, re.MULTILINE)
    if not begin:
        return data
    out = []
    for line in data[begin.end() :].splitlines():
        if line.rstrip() == b"end":
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            # The usual broken encoder leaves rubbish after the announced count.
            wanted = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                out.append(binascii.a2b_uu(line[:wanted]))
            except binascii.Error:
                continue
    return b"".join(out)


def read_fields(
    raw: bytes, start: int, end: int, limits: Limits
) -> tuple[list[tuple[str, bytes]], int, bool]:
    """Header fields from `start`, where the body starts, and whether an empty line separated them.

    A line that is neither field nor continuation ends the header (RFC 5322 2.2), as everyone reads
    it; an mbox `From ` line on top is skipped.
    """
    fields: list[tuple[str, bytes]] = []
    position = start
    value_start = 0
    name = ""
    while position < end:
        newline = raw.find(b"\n", position, end)
        following = end if newline < 0 else newline + 1
        if name and following - start > limits.header_bytes:
            raise Unparsable(f"The header is longer than {limits.header_bytes} bytes.")
        first = raw[position]
        if first in b" \t" and name and raw[position:following].strip():
            position = following
            continue
        if name:
            fields.append((name, raw[value_start:position].rstrip(b"\r\n")))
            name = ""
            if len(fields) > limits.header_count:
                raise Unparsable(f"The header has more than {limits.header_count} fields.")
        if first in b"\r\n" and not raw[position:following].strip():
            return fields, following, True
        if first in b" \t" and not raw[position:following].strip():
            return fields, following, False
        match = _FIELD.match(raw, position, following)
        if not match:
            if not fields and raw.startswith((b"From ", b">From "), position):
                position = following
                continue
            return fields, position, False
        name = match[1].decode("ascii")
        value_start = match.end()
        position = following
    if name:
        fields.append((name, raw[value_start:position].rstrip(b"\r\n")))
    return fields, position, True


def peek(content: bytes, name: str) -> str:
    """First value of a field of a message inside a message, unfolded; '' when there is none."""
    content = content[:_PEEK].lstrip(b"\r\n")
    try:
        fields, _, _ = read_fields(content, 0, len(content), Limits())
    except Unparsable:
        return ""
    return next((header.unfold(raw) for key, raw in fields if key.lower() == name), "")


def _describe(entity: Entity, default: str) -> None:
    """Read the content type and disposition; nonsense means the default (RFC 2045 5.2)."""
    value = entity.raw_field("content-type")[:65536]
    content_type, entity.params = header.parameters(value) if value else (default, {})
    content_type = re.sub(r"\s+", "", content_type)
    if not _TYPE.fullmatch(content_type):
        known = {"text": "text/plain", "html": "text/html", "multipart": "multipart/mixed"}
        content_type = known.get(content_type.strip("/"), "")
        if not content_type:
            content_type = "multipart/mixed" if entity.params.get("boundary") else default
    entity.content_type = content_type
    value = entity.raw_field("content-disposition")[:65536]
    if value:
        entity.disposition, entity.disposition_params = header.parameters(value)


def _delimiters(
    raw: bytes, start: int, end: int, boundary: bytes
) -> Iterator[tuple[int, int, bool]]:
    """(line start, line end, is the closing one) of each delimiter line (RFC 2046 5.1.1)."""
    mark = b"--" + boundary
    position = start
    while True:
        found = raw.find(mark, position, end)
        if found < 0:
            return
        position = found + len(mark)
        if found > start and raw[found - 1] not in b"\r\n":
            continue
        newline = raw.find(b"\n", position, end)
        line_end = end if newline < 0 else newline + 1
        rest = raw[position : min(line_end, position + 200)].strip()
        if not rest.strip(b"-") and len(rest) != 1:
            yield found, line_end, rest != b""
            position = line_end


def _part_spans(
    raw: bytes, start: int, end: int, boundary: bytes, limit: int
) -> tuple[list[tuple[int, int]], bool]:
    """Where the parts of a multipart are, and whether its closing delimiter was there."""
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    for line, line_end, closing in _delimiters(raw, start, end, boundary):
        if opened is not None:
            # The line end before a delimiter belongs to the delimiter.
            stop = line - 1 if line > opened and raw[line - 1] == ord("\n") else line
            stop = stop - 1 if stop > opened and raw[stop - 1] == ord("\r") else stop
            if line > opened:  # two delimiters in a row are one
                spans.append((opened, max(stop, opened)))
            if len(spans) > limit:
                raise Unparsable(f"The message has more than {limit} parts.")
        if closing:
            return spans, True
        opened = line_end
    if opened is not None and opened < end:
        spans.append((opened, end))
    return spans, False


class _Splitter:
    """Builds the tree of one message within the limits."""

    def __init__(self, raw: bytes, limits: Limits, clock: Clock):
        self.raw, self.limits, self.clock = raw, limits, clock
        self.defects: list[str] = []
        self.parts = self.fields = 0

    def note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)

    def entity(self, start: int, end: int, default: str) -> Entity:
        self.parts += 1
        self.clock.check()
        if self.parts > self.limits.parts:
            raise Unparsable(f"The message has more than {self.limits.parts} parts.")
        fields, body, separated = read_fields(self.raw, start, end, self.limits)
        self.fields += len(fields)
        if self.fields > 5 * self.limits.header_count:
            raise Unparsable(f"The parts have more than {5 * self.limits.header_count} fields.")
        if not separated:
            self.note("no empty line after a header")
        entity = Entity(self.raw, fields, start, body, end)
        _describe(entity, default)
        return entity

    def children(self, entity: Entity) -> list[Entity]:
        boundary = entity.params.get("boundary", "").encode("utf-8", "surrogateescape")[:256]
        spans: list[tuple[int, int]] = []
        closed = False
        if boundary.strip():
            spans, closed = self._spans(entity, boundary.rstrip())
        if not spans:
            lost = _LOST_DELIMITER.search(self.raw, entity.start, entity.end)
            if lost:
                self.note("a multipart names a boundary that it does not use")
                spans, closed = self._spans(entity, lost[1])
        if not spans:
            # Nothing to split by: what is there is still shown, as text.
            self.note("a multipart has no parts")
            entity.content_type = "text/plain"
        elif not closed:
            self.note("a multipart has no closing boundary")
        default = "message/rfc822" if entity.content_type == "multipart/digest" else "text/plain"
        return [self.entity(start, end, default) for start, end in spans]

    def _spans(self, entity: Entity, boundary: bytes) -> tuple[list[tuple[int, int]], bool]:
        return _part_spans(self.raw, entity.start, entity.end, boundary, self.limits.parts)


def split(
    raw: bytes, limits: Limits = Limits(), clock: Clock | None = None  # noqa: B008
) -> tuple[Entity, list[str]]:
    """The tree of a message and what was wrong with it. Raises Unparsable beyond the limits."""
    if len(raw) > limits.size:
        raise Unparsable(f"The message is larger than {limits.size} bytes.")
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    splitter = _Splitter(raw, limits, clock or Clock(limits.seconds))
    root = splitter.entity(0, len(raw), "text/plain")
    pending = [(root, 1)]
    while pending:
        entity, depth = pending.pop()
        if entity.maintype != "multipart":
            continue
        if depth > limits.depth:
            raise Unparsable(f"The message is nested deeper than {limits.depth} levels.")
        entity.children = splitter.children(entity)
        pending.extend((child, depth + 1) for child in entity.children)
    return root, splitter.defects
