"""HTML cut into tags and text without changing a character: just enough to repair templates in it.

Not a parser: nothing is reordered or closed, and joining the pieces gives the source back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
     "source", "track", "wbr"]
)
_TAG_START = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]*)")
_TAG_REST = re.compile(r"(?:[^\"'<>]|\"[^\"]*\"|'[^']*')*>")
_COSTLY = re.compile(r"<!--|</?[A-Za-z]")
_RAW = frozenset({"script", "style", "textarea", "title"})
MAX_TAG = 20_000
_MAX_FAILURES = 500  # each can cost a scan of MAX_TAG characters


@dataclass(frozen=True)
class Piece:
    """``kind``: text, open, close, void or comment; ``tag``: lower-case name of the element."""

    kind: str
    source: str
    tag: str = ""


def pieces(html: str) -> list[Piece]:
    """``html`` as pieces; a ``<`` that starts no tag is text."""
    found: list[Piece] = []
    position = text_from = failures = 0
    end = len(html)

    def text_until(at: int):
        if at > text_from:
            found.append(Piece("text", html[text_from:at]))

    while position < end:
        at = html.find("<", position)
        if at < 0:
            break
        piece = None
        if failures < _MAX_FAILURES:
            piece = _piece_at(html, at)
            failures += piece is None and bool(_COSTLY.match(html, at))
        if piece is None:
            position = at + 1
            continue
        text_until(at)
        found.append(piece)
        position = text_from = at + len(piece.source)
        if piece.kind == "open" and piece.tag in _RAW:
            # What looks like a tag inside is text.
            closing = re.compile(f"</{piece.tag}", re.I).search(html, position)
            position = closing.start() if closing else end
    text_until(end)
    return found


def _piece_at(html: str, at: int) -> Piece | None:
    if html.startswith("<!--", at):
        close = html.find("-->", at + 4)
        return Piece("comment", html[at : close + 3]) if close >= 0 else None
    start = _TAG_START.match(html, at)
    if not start:
        return None
    rest = _TAG_REST.match(html, start.end(), min(len(html), at + MAX_TAG))
    if not rest:
        return None
    source = html[at : rest.end()]
    tag = start[1].lower()
    if source.startswith("</"):
        return Piece("close", source, tag)
    if tag in VOID or source.endswith("/>"):
        return Piece("void", source, tag)
    return Piece("open", source, tag)


_ATTRIBUTE = re.compile(
    r"""(\s+)([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?"""
)


def take_attributes(tag: str, names: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """The tag without the named attributes, and their values as written in the source."""
    taken: dict[str, str] = {}

    def drop(match):
        name = match[2].lower()
        if name not in names:
            return match[0]
        taken.setdefault(name, match[3] or match[4] or match[5] or "")
        return ""

    start = _TAG_START.match(tag).end()
    return tag[:start] + _ATTRIBUTE.sub(drop, tag[start:]), taken
