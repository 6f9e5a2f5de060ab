"""HTML source as a flat stream of tokens, by the rules of the WHATWG tokenizer, in linear time.

No tree: deep nesting costs nothing here. Used to measure markup before a real parser sees it and
to read text out of it. Attributes are only read when somebody asks for them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_OPENING = re.compile(r"<(?=[a-zA-Z/!?])")
_TAG_NAME = re.compile(r"[a-zA-Z][^\t\n\f\r />]*")
# The end of a tag whose attributes are written properly, in one step; the rest takes the long way.
_PROPER_END = re.compile(
    r"""(?:[\t\n\f\r ]+[a-zA-Z_:][\w:.-]*(?:="[^"]*"|='[^']*'|=[^\t\n\f\r "'=<>`]+)?)*"""
    r"[\t\n\f\r /]*>",
    re.ASCII,
)
_PROPER_TAG = re.compile(rf"[^<]*<(/?)({_TAG_NAME.pattern}){_PROPER_END.pattern}", re.ASCII)
_BEFORE_ATTRIBUTE = re.compile(r"[\t\n\f\r /]*")
_ATTRIBUTE_NAME = re.compile(r"=?[^\t\n\f\r />=]*")
_BEFORE_VALUE = re.compile(r"[\t\n\f\r ]*=[\t\n\f\r ]*")
_UNQUOTED = re.compile(r"[^\t\n\f\r >]*")
_COMMENT_END = re.compile(r"--!?>")
# Their content is text up to the matching end tag, whatever it holds.
RAW_TEXT = {
    "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext",
}  # fmt: skip
_RAW_END = {name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE) for name in RAW_TEXT}
_MAX_ATTRIBUTES = 1000  # of one tag; further ones are read over
VOID = {
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input",
    "keygen", "link", "meta", "param", "source", "track", "wbr",
}  # fmt: skip


class Token:
    """`kind` is start, end, text, raw or comment; `value` a tag's name in lower case or the text
    with its entities undone; `start` and `end` its span in the source."""

    __slots__ = ("_attributes_at", "_source", "end", "kind", "start", "value")

    def __init__(self, kind: str, value: str, start: int, end: int, source: str = "", at: int = 0):
        self.kind, self.value, self.start, self.end = kind, value, start, end
        self._source, self._attributes_at = source, at

    @property
    def source(self) -> str:
        """A tag as it is written."""
        return self._source[self.start : self.end]

    @property
    def attributes(self) -> dict[str, str]:
        """Attributes of a tag, read anew each time. Names in lower case, entities undone."""
        return _attributes(self._source, self._attributes_at)[0] if self._source else {}


def _attributes(source: str, position: int) -> tuple[dict[str, str], int]:
    """Attributes from after a tag's name, and the position after its `>` (-1: never closed)."""
    found: dict[str, str] = {}
    size = len(source)
    while True:
        position = _BEFORE_ATTRIBUTE.match(source, position).end()
        if position >= size:
            return found, -1
        if source[position] == ">":
            return found, position + 1
        match = _ATTRIBUTE_NAME.match(source, position)
        name, position = match[0], match.end()
        value = ""
        equals = _BEFORE_VALUE.match(source, position)
        if equals:
            position = equals.end()
            quote = source[position : position + 1]
            if quote in ('"', "'") and quote:
                close = source.find(quote, position + 1)
                if close < 0:
                    return found, -1
                value, position = source[position + 1 : close], close + 1
            else:
                match = _UNQUOTED.match(source, position)
                value, position = match[0], match.end()
        if len(found) < _MAX_ATTRIBUTES:
            found.setdefault(name.lower(), html.unescape(value) if "&" in value else value)


def tags(source: str) -> Iterator[tuple[str, str, int, int, int]]:
    """``(kind, name, start, end, where its attributes start)`` of each tag and comment.

    The same as :func:`tokens` without the texts, in a third of the time.
    """
    position = 0
    while True:
        match = _PROPER_TAG.match(source, position)
        if match:
            kind, name = "end" if match[1] else "start", match[2].lower()
            start, position, at = match.start(1) - 1, match.end(), match.end(2)
        else:
            token = next((one for one in tokens(source, position)
                          if one.kind not in ("text", "raw")), None)  # fmt: skip
            if token is None:
                return
            kind, name, at = token.kind, token.value, token._attributes_at
            start, position = token.start, token.end
        yield kind, name, start, position, at
        if kind == "start" and name in RAW_TEXT:
            close = _RAW_END[name].search(source, position)
            if not close or name == "plaintext":
                return
            position = close.start()


def attributes_of(source: str, at: int) -> dict[str, str]:
    """Attributes of the tag whose attributes start ``at`` there, see :attr:`Token.attributes`."""
    return _attributes(source, at)[0]


def tokens(source: str, position: int = 0) -> Iterator[Token]:
    """The tokens of a document. A tag that is never closed ends the stream, as in a browser."""
    size = len(source)
    text_start = position
    while True:
        found = _OPENING.search(source, position)
        if not found:
            break
        opening = found.start()
        following = source[opening + 1 : opening + 2]
        token = None
        if following == "!":
            token = _markup_declaration(source, opening)
        elif following == "?" or (following == "/" and not _TAG_NAME.match(source, opening + 2)):
            if following == "/" and opening + 2 >= size:
                break
            close = source.find(">", opening)
            token = Token("comment", "", opening, size if close < 0 else close + 1)
        else:
            is_end = following == "/"
            name = _TAG_NAME.match(source, opening + 1 + is_end)
            proper = _PROPER_END.match(source, name.end())
            end = proper.end() if proper else _attributes(source, name.end())[1]
            if end < 0:  # the rest is inside a tag: nothing of it shows
                if text_start < opening:
                    yield _text(source, text_start, opening)
                return
            kind = "end" if is_end else "start"
            token = Token(kind, name[0].lower(), opening, end, source, name.end())
        if text_start < opening:
            yield _text(source, text_start, opening)
        yield token
        position = text_start = token.end
        if token.kind == "start" and token.value in RAW_TEXT:
            close = _RAW_END[token.value].search(source, position)
            position = size if not close or token.value == "plaintext" else close.start()
            if position > text_start:
                yield Token("raw", source[text_start:position], text_start, position)
            text_start = position
    if text_start < size:
        yield _text(source, text_start, size)


def _text(source: str, start: int, end: int) -> Token:
    text = source[start:end]
    return Token("text", html.unescape(text) if "&" in text else text, start, end)


def _markup_declaration(source: str, opening: int) -> Token:
    size = len(source)
    if source.startswith("<!--", opening):
        if source.startswith(("<!-->", "<!--->"), opening):
            end = source.find(">", opening) + 1
        else:
            match = _COMMENT_END.search(source, opening + 4)
            end = match.end() if match else size
    else:  # doctype, CDATA outside of SVG and bogus comments end at the first >
        close = source.find(">", opening)
        end = size if close < 0 else close + 1
    return Token("comment", "", opening, end)
