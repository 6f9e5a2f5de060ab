"""How hard a document would be for a real parser, found without one.

A browser-grade parser is quadratic in nesting, attributes and entities, and it copies misnested
formatting elements into every following block (the adoption agency of the HTML standard), which
lets a few kilobytes grow into gigabytes. All of it is bounded from above here, in linear time,
before nh3 sees the source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from .tokens import VOID, attributes_of, tags

# Elements that a browser opens again in the next block when they were not closed in the last.
_FORMATTING = {
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
}  # fmt: skip
# An open element of the left is closed by the start of one of the right.
_CLOSED_BY = {
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "td": {"td", "th", "tr", "tbody", "tfoot", "thead"},
    "th": {"td", "th", "tr", "tbody", "tfoot", "thead"},
    "tr": {"tr", "tbody", "tfoot", "thead"},
    "tbody": {"tbody", "tfoot", "thead"},
    "thead": {"tbody", "tfoot", "thead"},
    "tfoot": {"tbody", "tfoot", "thead"},
    "option": {"option", "optgroup"},
    "p": {
        "address", "article", "aside", "blockquote", "center", "dd", "dir", "div", "dl", "dt",
        "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
        "li", "main", "menu", "nav", "ol", "p", "pre", "section", "table", "ul",
    },
}  # fmt: skip
_IMPLIED_END = {"p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "option",
                "optgroup", "rp", "rt"}  # fmt: skip
# A value in quotes with the sign in it that ends a tag everywhere else.
_QUOTED_END = re.compile(r"""=[\t\n\f\r ]*(?:"[^">]*>|'[^'>]*>)""")
# A tag of a source that has none of those, and what comes with no end.
_PLAIN_TAG = re.compile(r"<(/?[a-zA-Z][^\t\n\f\r />]*|!DOCTYPE)[^<>]*>")
_NO_ELEMENT = {*VOID, "!DOCTYPE"}
_BODY = re.compile(r"<body", re.IGNORECASE)


class TooComplex(ValueError):
    """A document beyond the limits, which a real parser should not be given."""


@dataclass(frozen=True, slots=True)
class HtmlLimits:
    """Bounds of one document; beyond them it is shown as its plain text."""

    size: int = 2 * 1024 * 1024  # characters
    tags: int = 40_000  # elements, of two tags each
    attributes: int = 250  # of one tag; a parser compares each with each
    entities: int = 100_000  # a parser copies the text so far at each
    depth: int = 256  # open elements at one point, at most
    copies: int = 16 * 1024 * 1024  # characters of markup that reopened elements may add


@dataclass(slots=True)
class Measure:
    depth: int = 0
    copies: int = 0
    body: dict[str, str] | None = None  # attributes of <body>, which a fragment parser drops


@cache
def _long_tag(attributes: int) -> re.Pattern[str]:
    """A tag that has room for more attributes than that; each takes two characters at least."""
    return re.compile(f"<[a-zA-Z/][^>]{{{2 * attributes - 1}}}")


def _nested(source: str) -> int | None:
    """How deep elements are nested, at most, that are all closed innermost first; None for others.

    For sources without a quoted ``>``. What stands in a style sheet is taken for elements too: it
    is closed there, or not accepted. So is what a browser closes by itself: it is open longer here.
    """
    tags = _PLAIN_TAG.findall(source)
    if len(tags) != source.count("<"):  # a comment, a sign in a text or a value
        return None
    deepest, names = 0, []
    for tag in tags:
        if tag[0] == "/":
            if not names or names.pop() != tag[1:]:
                return None
        elif tag not in _NO_ELEMENT:
            names.append(tag)
            deepest = max(deepest, len(names))
    return deepest


def is_small(source: str, limits: HtmlLimits) -> bool:
    """Whether counting alone shows that :func:`measure` would find nothing beyond the limits.

    True for most mail, at a tenth of the cost. Each tag copies as if it were the worst.
    """
    count = source.count("<")
    if (
        len(source) > limits.size
        or source.count("&") > limits.entities
        or count > limits.tags
        or _QUOTED_END.search(source)
        or _long_tag(limits.attributes).search(source)
    ):
        return False
    depth = count - source.count("</") - source.count("<br>")
    if depth > limits.depth:
        depth = _nested(source)
    if depth is None or depth > limits.depth:
        return False
    # No tag is as long as the one that was looked for.
    return count * min(len(source), depth * (2 * limits.attributes + 1)) <= limits.copies


def body_of(source: str) -> dict[str, str] | None:
    """The attributes of <body>, None where there is none."""
    if not _BODY.search(source):
        return None
    return next((attributes_of(source, at) for kind, name, _start, _end, at in tags(source)
                 if kind == "start" and name == "body"), None)  # fmt: skip


def measure(source: str, limits: HtmlLimits) -> Measure:
    """Upper bounds for a document. Raises TooComplex as soon as one passes its limit."""
    if len(source) > limits.size:
        raise TooComplex(f"The HTML is longer than {limits.size} characters.")
    if source.count("&") > limits.entities:
        raise TooComplex(f"The HTML has more than {limits.entities} entities.")
    result = Measure()
    stack: list[tuple[str, int]] = []  # name, length of the start tag if it is a formatting one
    formatting = 0  # characters of the open formatting elements' start tags
    for count, (kind, name, start, end, at) in enumerate(tags(source)):
        if count > 2 * limits.tags:
            raise TooComplex(f"The HTML has more than {limits.tags} elements.")
        # An attribute takes two characters at least.
        long = end - start > 2 * limits.attributes and kind != "comment"
        if long and len(attributes_of(source, at)) > limits.attributes:
            raise TooComplex(f"A tag of the HTML has more than {limits.attributes} attributes.")
        if kind == "start":
            if name == "body" and result.body is None:
                result.body = attributes_of(source, at)
            while stack and name in _CLOSED_BY.get(stack[-1][0], ()):
                stack.pop()
            result.copies += formatting
            if result.copies > limits.copies:
                raise TooComplex("Unclosed formatting would blow the HTML up.")
            if name in VOID:
                continue
            size = end - start if name in _FORMATTING else 0
            formatting += size
            stack.append((name, size))
            if len(stack) > limits.depth:
                raise TooComplex(f"The HTML is nested deeper than {limits.depth} levels.")
            result.depth = max(result.depth, len(stack))
        elif kind == "end":
            # Only what surely closes counts: the innermost element, or one with nothing above it
            # but elements whose end is implied. Anything else may be ignored by a browser.
            index = len(stack) - 1
            while index > 0 and stack[index][0] != name and stack[index][0] in _IMPLIED_END:
                index -= 1
            if index < 0 or stack[index][0] != name:
                if name == "table":
                    index = next((i for i in range(len(stack) - 1, -1, -1)
                                  if stack[i][0] == "table"), -1)  # fmt: skip
                    if index < 0:
                        continue
                else:
                    result.copies += formatting
                    continue
            for _, size in stack[index:]:
                formatting -= size
            del stack[index:]
    return result
