"""Templates as WYSIWYG editors write them.

:func:`normalise_editor_html` makes four kinds of repair, and running it twice changes nothing:

* **Inside** ``{{ }}``, ``{% %}`` and ``{# #}`` an editor leaves its traces: ``&nbsp;``, ``&lt;``,
  curly quotation marks, tags that were opened or closed in the middle of a word, percent-encoded
  braces in links. They are decoded; tags move out of the placeholder, so that formatting stays.
  (So a tag can't be written inside a string; ``|join('\\n')|nl2br`` makes line breaks.)
* **Elements written as in XML**, such as ``<td/>``, get the end tag without which HTML would leave
  them open.
* **Alone in a paragraph** a block tag would leave an empty paragraph in the mail:
  ``<p>{% if x %}</p>`` becomes ``{% if x %}``.
* **Attributes** repeat or leave out a whole element. In a table this is the only way, because a
  browser moves text that stands between the rows out of the table::

      <tr data-mc-for="line in document.order_line" data-mc-if="line.product_uom_qty">…</tr>

  becomes ``{% for … %}{% if … %}<tr>…</tr>{% endif %}{% endfor %}``: the condition is asked in
  each turn. Any element can carry them; elements without an end tag (``img``) too.
"""

from __future__ import annotations

import html as html_module
import re
from urllib.parse import unquote

from .markup import VOID, Piece, pieces, take_attributes
from .problems import Problem

FOR, IF = "data-mc-for", "data-mc-if"
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_SPACES = re.compile("[\u00a0\u2007\u2009\u202f\u3000]")
_ZERO_WIDTH = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_CURLY = str.maketrans("“”„‟«»‘’‚‛", "\"\"\"\"\"\"''''")
_ENCODED = re.compile(r"%7B(%7B|%25)((?:(?!%7B|%7D)[^\"'<>])*)(?:%7D|%25)%7D", re.I)
_IN_URL = re.compile(r"(\{\{|\{%)([^{}\"]*)(\}\}|%\})")
_URL_ATTRIBUTE = re.compile(
    r"(\s(?:href|src|action|background)\s*=\s*)(\"[^\"]*\"|'[^']*')", re.I
)
_OPENING = re.compile(r"\{[{%#]")
_BLOCK_TAG = re.compile(r"\{%-?\s*(?:if|elif|else|endif|for|endfor|set|endset)\b[^{}]*?%\}")
_ALONE = re.compile(
    rf"<(p|div)(?:\s[^<>]*)?>((?:\s|&nbsp;|<br\s?/?>|{_BLOCK_TAG.pattern})*)</\1>", re.I
)
# A placeholder doesn't reach from one of these into another.
_BLOCK_ELEMENTS = frozenset(
    ["p", "div", "table", "tbody", "thead", "tr", "td", "th", "ul", "ol", "li", "h1", "h2", "h3",
     "h4", "h5", "h6", "blockquote", "body", "html"]
)
_MAX_PARTS = 40
_EACH = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s+in\s+(\S.*)", re.S)


class EditorProblem(Exception):
    """The attributes of an element can't be turned into blocks."""

    def __init__(self, problem: Problem):
        super().__init__(problem.message)
        self.problem = problem


def normalise_editor_html(html: str) -> str:
    """``html`` with its placeholders repaired (see the module). Lines keep their numbers.

    Raises EditorProblem.
    """
    lower = html.lower()
    marks = ("{", "data-mc-", "%7b", "/>")
    if not any(mark in lower for mark in marks):
        return html
    parts = [_repair_tag(piece) for piece in pieces(html)]
    parts = _blocks_from_attributes(_TextRepair(parts).result)
    return _ALONE.sub(_without_paragraph, "".join(piece.source for piece in parts))


def _without_paragraph(match) -> str:
    blocks = _BLOCK_TAG.findall(match[2])
    if not blocks:
        return match[0]
    # Line ends inside the paragraph stay, so that later lines keep their numbers.
    return "".join(blocks) + "\n" * (match[0].count("\n") - "".join(blocks).count("\n"))


def clean_expression(text: str) -> str:
    """What a person meant to write between the braces, from HTML text without tags."""
    text = html_module.unescape(text)
    text = _ZERO_WIDTH.sub("", _SPACES.sub(" ", text))
    if '"' not in text and "'" not in text:
        text = text.translate(_CURLY)
    return text


def _repair_tag(piece: Piece) -> Piece:
    """Placeholders inside the attributes of a tag; the end tag of an element closed as in XML."""
    source = piece.source
    if piece.kind == "void" and piece.tag not in VOID:
        piece = Piece("void", f"{source[:-2].rstrip()}></{piece.tag}>", piece.tag)
        source = piece.source
    if piece.kind not in ("open", "void") or ("{" not in source and "7b" not in source.lower()):
        return piece
    source = _URL_ATTRIBUTE.sub(lambda m: m[1] + _decoded_url(m[2]), source)
    cleaned: list[str] = []
    position = 0
    while found := _OPENING.search(source, position):
        close = source.find(_CLOSING[found[0]], found.end())
        if close < 0:
            break
        cleaned.append(source[position : found.end()])
        inside = source[found.end() : close]
        cleaned.append(inside if found[0] == "{#" else clean_expression(inside))
        position = close
    return Piece(piece.kind, "".join(cleaned) + source[position:], piece.tag)


def _decoded_url(url: str) -> str:
    """Placeholders in a URL that a serializer has percent-encoded, with the braces or without."""
    url = _ENCODED.sub(_decoded, url)
    return _IN_URL.sub(lambda found: found[1] + unquote(found[2]) + found[3], url)


def _decoded(match) -> str:
    opening, closing = ("{{", "}}") if match[1].upper() == "%7B" else ("{%", "%}")
    return f"{opening}{unquote(match[2])}{closing}"


class _TextRepair:
    """Placeholders in text, where tags may stand in the middle of them.

    ``result`` are the parts again, with each placeholder as one piece.
    """

    def __init__(self, parts: list[Piece]):
        self.parts = parts
        self.result: list[Piece] = []
        self.failures = 0
        index = 0
        while index < len(parts):
            if parts[index].kind == "text" and "{" in parts[index].source:
                index = self._repair(index, parts[index].source)
            else:
                self.result.append(parts[index])
            index += 1

    def _text(self, source: str) -> None:
        if source:
            self.result.append(Piece("text", source))

    def _repair(self, index: int, source: str) -> int:
        """Repair the text of part ``index``; the index of the last part used up by it."""
        position = 0
        while True:
            found = _OPENING.search(source, position)
            if not found:
                moved = self._split_opening(index) if source.endswith("{") else None
                if moved is None:
                    break
                # “{<b>{”: bring the brace behind the tags.
                self._text(source[position:-1])
                index, tags, rest = moved
                self.result.extend(tags)
                source, position = "{" + rest, 0
                continue
            close = source.find(_CLOSING[found[0]], found.end())
            if close >= 0:
                self._text(source[position : found.start()])
                self._placeholder(found[0], source[found.end() : close])
                position = close + 2
                continue
            across = self._across(index, source, found.end(), _CLOSING[found[0]])
            if across is None:
                break
            index, inside, expression, rest = across
            before, after, lines = _outside(inside)
            self._text(source[position : found.start()])
            self.result.extend(before)
            self._placeholder(found[0], expression, lines)
            self.result.extend(after)
            source, position = rest, 0
        self._text(source[position:])
        return index

    def _placeholder(self, opening: str, expression: str, lines: int = 0) -> None:
        if opening != "{#":
            expression = clean_expression(expression)
        source = f"{opening}{expression}" + "\n" * lines + _CLOSING[opening]
        self.result.append(Piece("placeholder", source))

    def _split_opening(self, index: int) -> tuple[int, list[Piece], str] | None:
        """Tags between two halves of an opening; where and what the second half is."""
        tags: list[Piece] = []
        for at in range(index + 1, min(len(self.parts), index + _MAX_PARTS)):
            piece = self.parts[at]
            if piece.kind == "text":
                return (at, tags, piece.source) if piece.source[0] in "{%#" else None
            if piece.tag in _BLOCK_ELEMENTS:
                break
            tags.append(piece)
        return None

    def _across(self, index: int, source: str, start: int, closing: str):
        """A placeholder whose end is in a later part: the index of that part, the tags on the
        way, the expression, and the text behind it. None if it has no end."""
        if self.failures > _MAX_PARTS:
            return None
        collected = source[start:]
        inside: list[Piece] = []
        for at in range(index + 1, min(len(self.parts), index + _MAX_PARTS)):
            piece = self.parts[at]
            if piece.kind != "text":
                if piece.tag in _BLOCK_ELEMENTS:
                    break
                inside.append(piece)
                continue
            whole = collected + piece.source
            # The closing braces themselves may be split by a tag.
            close = whole.find(closing, max(0, len(collected) - 1))
            if close >= 0:
                return at, inside, whole[:close], whole[close + 2 :]
            collected = whole
        self.failures += 1
        return None


def _outside(inside: list[Piece]) -> tuple[list[Piece], list[Piece], int]:
    """Tags found inside a placeholder: pairs go around it, the rest behind it in its order."""
    before: list[Piece] = []
    pairs: list[Piece] = []
    after: list[Piece] = []
    lines = 0
    opened: list[tuple[int, Piece]] = []
    kept: list[Piece | None] = []
    for piece in inside:
        if piece.kind == "close":
            if opened and opened[-1][1].tag == piece.tag:
                position, start = opened.pop()
                kept[position] = None
                before.insert(0, start)
                pairs.append(piece)
                continue
        elif piece.kind == "comment" or piece.tag in ("br", "wbr"):
            lines += piece.source.count("\n")
            continue
        if piece.kind == "open":
            opened.append((len(kept), piece))
        kept.append(piece)
    after = [piece for piece in kept if piece is not None]
    return before, pairs + after, lines


def _blocks_from_attributes(parts: list[Piece]) -> list[Piece]:
    """``data-mc-for`` and ``data-mc-if`` as blocks around their elements."""
    result: list[Piece] = []
    # Elements that are open: tag, and the blocks to close behind them, their source for a message.
    opened: list[tuple[str, str, str]] = []
    whole = "".join(piece.source for piece in parts)
    offset = 0
    for piece in parts:
        source = piece.source
        if piece.kind in ("open", "void"):
            start, tag, end = "", source, ""
            if "data-mc-" in source.lower():
                tag, taken = take_attributes(source, (FOR, IF))
                start, end = _blocks(taken, whole, offset)
            result.append(Piece(piece.kind, start + tag, piece.tag))
            if piece.kind == "void":
                if end:
                    result.append(Piece("placeholder", end))
            else:
                opened.append((piece.tag, end, source, offset))
        elif piece.kind == "close":
            result.append(piece)
            ends = _close(opened, piece.tag, whole)
            if ends:
                result.append(Piece("placeholder", ends))
        else:
            result.append(piece)
        offset += len(source)
    for tag, end, source, at in opened:
        if end:
            raise _unclosed(whole, at, tag, source)
    return result


def _close(opened: list, tag: str, whole: str) -> str:
    """Close the innermost open element of that name; the blocks that end with it."""
    for index in range(len(opened) - 1, max(-1, len(opened) - 200), -1):
        if opened[index][0] != tag:
            continue
        # Elements inside it that were never closed end here (<li>, <p>, <td> may).
        for name, end, source, at in opened[index + 1 :]:
            if end:
                raise _unclosed(whole, at, name, source)
        end = opened[index][1]
        del opened[index:]
        return end
    return ""


def _unclosed(whole: str, at: int, tag: str, source: str) -> EditorProblem:
    attribute = FOR if FOR in source.lower() else IF
    return EditorProblem(
        Problem.at(whole, at, "unclosed_element", tag=tag, attribute=attribute)
    )


def _blocks(taken: dict[str, str], whole: str, offset: int) -> tuple[str, str]:
    """The blocks to put before and behind an element."""
    start = end = ""
    for name in (FOR, IF):
        if name not in taken:
            continue
        expression = clean_expression(taken[name]).strip()
        detail = ""
        if not expression or re.search(r"\{\{|\}\}|\{%|%\}|\{#|#\}", expression):
            detail = "write an expression without braces"
        elif name == FOR:
            if _EACH.fullmatch(expression):
                start += f"{{% for {expression} %}}"
                end = "{% endfor %}" + end
            else:
                detail = "write “name in list”"
        else:
            start += f"{{% if {expression} %}}"
            end = "{% endif %}" + end
        if detail:
            raise EditorProblem(
                Problem.at(
                    whole, offset, "bad_attribute",
                    attribute=name, value=taken[name][:80], detail=detail,
                )
            )
    return start, end
