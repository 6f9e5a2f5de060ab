"""Of cleaned HTML: whether its tags alone show that a browser reads it as it is written.

Most mail is like that, and need not be parsed a second time to see it. What is accepted is less
than what is right: elements properly closed, each where the HTML standard never moves, closes or
opens anything by itself. Of the rules of its tree construction these are left:

- a start tag that closes a <p> stands in none (not even in a table in it), no <a> in an <a>, no
  heading in a heading;
- <li>, <dt>, <dd> stand right in their lists, the parts of a table right in theirs, and between
  them there are blanks only: anything else would be put before the table;
- formatting elements (<b>, <font> …) end where they are open innermost, so none is opened again.

<pre> (a parser drops its first line end) and <ruby> are left to the parser, as is all that the
first step of one changes: carriage returns and the byte order mark.
"""

from __future__ import annotations

import functools
import re

_VOID = {"br", "col", "hr", "img", "wbr"}
# Their start closes a <p> that is open; that of <li>, <dt> and <dd> too, but they stand in these.
_BLOCKS = {
    "address", "article", "aside", "blockquote", "center", "dir", "div", "dl", "figcaption",
    "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol",
    "p", "section", "table", "ul",
}  # fmt: skip
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_INLINE = {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "del", "dfn", "em",
    "font", "i", "img", "ins", "kbd", "mark", "q", "s", "samp", "small", "span", "strike",
    "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
}  # fmt: skip
# What may stand right in these, and nowhere else.
_OWN = {
    "table": {"caption", "colgroup", "tbody", "tfoot", "thead"},
    "tbody": {"tr"},
    "tfoot": {"tr"},
    "thead": {"tr"},
    "tr": {"td", "th"},
    "colgroup": {"col"},
    "dl": {"dd", "dt"},
    "dir": {"li"},
    "ol": {"li"},
    "ul": {"li"},
}
_OWNED = set().union(*_OWN.values())
# A text right in these would be put before the table.
_TABLE_PARTS = {"table", "tbody", "tfoot", "thead", "tr", "colgroup"}
# The only form of a tag that is known here: no value has a bracket in it.
_TAG = re.compile(r'<(/?[a-z][a-z0-9]*)(?: [a-z-]+="[^"<>]*")*>')
_TEXT_IN_TABLE = re.compile(
    r"<(?:table|t(?:body|foot|head|r)|col(?:group)?|/(?:t(?:body|d|foot|h|head|r)|caption|colgroup))"
    r"(?: [^>]*)?>[ \t\n\f]*[^ \t\n\f<]"
)
# Deeper than any browser opens elements.
_DEPTH = 256


class _Place(dict):
    """Inside an open element: a tag → the place it leads to.

    That is None where the tag may not stand, ``_STAY`` for an element without an end, and ``_OUT``
    for the end of this one. Filled as tags come.
    """

    __slots__ = ("in_link", "in_paragraph", "name")

    def __init__(self, name: str, in_paragraph: bool, in_link: bool):
        super().__init__()
        self.name, self.in_paragraph, self.in_link = name, in_paragraph, in_link

    def __missing__(self, tag: str) -> _Place | None:
        self[tag] = place = self._leads_to(tag)
        return place

    def _leads_to(self, tag: str) -> _Place | None:
        if tag[0] == "/":
            return _OUT if tag[1:] == self.name else None
        if not self._may_hold(tag):
            return None
        if tag in _VOID:
            return _STAY
        return _place(tag, self.in_paragraph or tag == "p", self.in_link or tag == "a")

    def _may_hold(self, tag: str) -> bool:
        if tag in _OWNED:
            if tag not in _OWN.get(self.name, ()):
                return False
        elif self.name in _TABLE_PARTS or (tag not in _BLOCKS and tag not in _INLINE):
            return False
        if self.in_paragraph and tag in _BLOCKS:
            return False
        if tag in _HEADINGS and self.name in _HEADINGS:
            return False
        return not (tag == "a" and self.in_link)


_place = functools.cache(_Place)
_OUT = _Place("", False, False)
_STAY = _Place("", False, False)
_OUTSIDE = _Place("", False, False)


def is_settled(html: str) -> bool:
    """Whether nh3's output is surely what nh3 makes of it; False when that is to be found out."""
    if "\r" in html or "\ufeff" in html:
        return False
    tags = _TAG.findall(html)
    if not len(tags) == html.count("<") == html.count(">") or _TEXT_IN_TABLE.search(html):
        return False
    place, around = _OUTSIDE, []
    for tag in tags:
        found = place[tag]
        if found is None:
            return False
        if found is _OUT:
            place = around.pop()
        elif found is not _STAY:
            around.append(place)
            place = found
            if len(around) > _DEPTH:
                return False
    return not around
