"""The filters of templates: what they do, and the table of all of them (:data:`FILTERS`)."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from markupsafe import Markup, escape

from ..i18n import _
from .filter import ANYTHING, Filter, Param
from .formats import check_pattern, rounded
from .kinds import (
    EMPTY,
    NUMERIC,
    SCALARS,
    TEMPORAL,
    TEXT,
    items_of,
    kinds_of,
    list_of,
    of,
)
from .problems import TemplateProblem
from .values import Items, Missing, Record, State, kind

VALUES = SCALARS | {"record"}
LIST = frozenset({"list"})


# ---- text ----------------------------------------------------------------------------------


def _made(state: State, text: str) -> str:
    state.budget.make(len(text))
    return text


def _upper(state, value):
    return _made(state, value.upper())


def _lower(state, value):
    return _made(state, value.lower())


def _title(state, value):
    # str.title() would write O'Brien'S and Mcdonald'S.
    return _made(state, re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)*",
                               lambda word: word[0][:1].upper() + word[0][1:].lower(), value))


def _capitalize(state, value):
    return _made(state, value[:1].upper() + value[1:])


def _trim(state, value):
    return _made(state, value.strip())


def _truncate(state, value, length=80, end="…"):
    length = max(0, length)
    if len(value) <= length:
        return value
    cut = value[: max(0, length - len(end))]
    words = cut.rsplit(None, 1)
    at_word = cut if value[len(cut) : len(cut) + 1].isspace() or not words else words[0]
    return _made(state, (at_word or cut).rstrip() + end[:length])


def _nl2br(state, value):
    if not state.html or isinstance(value, Markup):
        return value
    _made(state, value)
    return Markup(_made(state, re.sub("\r\n|\r|\n", "<br>\n", str(escape(value)))))


def _plain(state, value):
    return _made(state, state.formats.plain_text(value) if isinstance(value, Markup) else value)


# ---- dates and numbers -----------------------------------------------------------------------


def _date(state, value, format="medium"):
    return _made(state, state.formats.date(value, format))


def _datetime(state, value, format="medium"):
    return _made(state, state.formats.datetime(value, format))


def _time(state, value, format="short"):
    return _made(state, state.formats.time(value, format))


def _add_days(state, value, days=0):
    try:
        return value + timedelta(days=days)
    except OverflowError:
        return Missing(path="")


def _money(state, value, currency=""):
    code = state.text(currency) if currency != "" else ""
    return _made(state, state.formats.money(value, str.__str__(code)))


def _number(state, value, digits=None):
    return _made(state, state.formats.number(value, digits))


def _percent(state, value, digits=0):
    return _made(state, state.formats.percent(value, digits))


def _round(state, value, digits=0):
    if value != value or abs(value) == float("inf"):
        return value
    return float(rounded(value, digits))


def _yesno(state, value, yes=None, no=None):
    chosen = yes if value else no
    return state.formats.yes_no(value) if chosen is None else chosen


def _digits(value) -> str | None:
    return None if type(value) is int and 0 <= value <= 10 else "takes 0 to 10 digits"


def _format_of(what: str) -> Callable[[Any], str | None]:
    return lambda value: check_pattern(value, what)


# ---- lists -----------------------------------------------------------------------------------


def follow(state: State, item, path: str | None):
    """The value at ``path`` from a list's item. Raises TemplateProblem on the way."""
    if path is None:
        return item
    for name in path.split("."):
        if isinstance(item, Missing):
            return item
        if not isinstance(item, Record):
            raise TemplateProblem("no_fields", path="…", name=name)
        item = item.get(name)
    return item


def _texts(state: State, items: Items, path: str | None) -> list[str]:
    state.budget.length(len(items))
    texts = (state.text(follow(state, item, path)) for item in items)
    return [text for text in texts if text]


def _list(state, value, path=None):
    texts = _texts(state, value, path)
    if any(isinstance(text, Markup) for text in texts):
        return Markup(_made(state, state.formats.list([str(escape(text)) for text in texts])))
    return _made(state, state.formats.list(texts)) if texts else Missing(path=value.path)


def _join(state, value, separator=", ", path=None):
    texts = _texts(state, value, path)
    size = sum(map(len, texts)) + len(separator) * max(0, len(texts) - 1)
    state.budget.make(size)
    if isinstance(separator, Markup) or any(isinstance(text, Markup) for text in texts):
        state.budget.make(6 * size)  # the most that escaping can make of it
        return Markup(escape(separator)).join(texts)
    return separator.join(texts) if texts else Missing(path=value.path)


def _first(state, value):
    return value.values[0] if value.values else Missing(path=value.path)


def _last(state, value):
    return value.values[-1] if value.values else Missing(path=value.path)


def _length(state, value):
    return 0 if isinstance(value, Missing) else len(value)


def _map(state, value, path):
    state.budget.length(len(value))
    values = [follow(state, item, path) for item in value]
    for found in values:
        if kind(found) == "list":
            raise TemplateProblem("list_as_value", path=found.path)
    return Items(values, f"{value.path}.{path}")


def sort_key(state: State, value) -> tuple:
    """A key by which any two values can be compared; empty values come last."""
    name = kind(value)
    if name == "record":
        value = state.text(value)
        name = "text"
    if name in TEXT:
        folded = unicodedata.normalize("NFKD", value).casefold()
        return (0, "".join(c for c in folded if not unicodedata.combining(c)), str(value))
    if name in ("integer", "number", "boolean"):
        return (1, value)
    if name == "datetime":
        return (2, value.isoformat())
    if name == "date":
        return (2, value.isoformat())
    return (3, len(value) if name else -1)


def _sort(state, value, path=None, reverse=False):
    state.budget.length(len(value))
    state.budget.step(len(value))
    keyed = [(sort_key(state, follow(state, item, path)), item) for item in value]
    state.budget.make(sum(len(key[1]) for key, _item in keyed if key[0] == 0))
    keyed.sort(key=lambda pair: pair[0], reverse=bool(reverse))
    # Empty values stay last either way.
    keyed.sort(key=lambda pair: pair[0][0] == 3)
    return Items((item for _key, item in keyed), value.path)


def _unique(state, value, path=None):
    state.budget.length(len(value))
    found = {}
    for item in value:
        field = follow(state, item, path)
        found.setdefault((kind(field), field), item)
    return Items(found.values(), value.path)


def _sum(state, value, path=None):
    state.budget.length(len(value))
    total = 0
    for item in value:
        number = follow(state, item, path)
        if isinstance(number, Missing):
            continue
        if kind(number) not in NUMERIC:
            raise state.mismatch("|sum", number)
        total += number
    return total


def _default(state, value, value_if_empty=None, boolean=False):
    empty = isinstance(value, (Missing, Items, str)) and not value
    if value_if_empty is None:
        return value  # the substitute is empty itself
    return value_if_empty if empty or (boolean and value is False) else value


# ---- the table -------------------------------------------------------------------------------


def _always(*kinds: str):
    return lambda value, args: of(*kinds)


def _same(value, args):
    return value


def _item(value, args):
    return items_of(value)


def _join_type(value, args):
    items = args.get("path", items_of(value)) or EMPTY
    sources = kinds_of(items) | kinds_of(args.get("separator", EMPTY))
    return of("text", "html") if "html" in sources else of("text")


def _is_kind(*kinds: str) -> frozenset:
    return frozenset(kinds)


_DIGITS = Param("digits", _is_kind("integer"), literal=True, check=_digits)
_FIELD = Param("path", _is_kind("text"), literal=True, path=True)


def _format_param(what: str) -> Param:
    return Param("format", _is_kind("text"), literal=True, check=_format_of(what))


_ALL = (
    # dates
    Filter("date", _date, TEMPORAL, _always("text"), (_format_param("date"),),
           summary=_("A date: short, medium, long, full or a pattern such as dd.MM.yyyy"),
           sample="today", usage="date('long')"),
    Filter("datetime", _datetime, TEMPORAL, _always("text"), (_format_param("datetime"),),
           summary=_("Date and time, in the recipient's time zone"), sample="now"),
    Filter("time", _time, _is_kind("datetime"), _always("text"), (_format_param("time"),),
           summary=_("The time of day, in the recipient's time zone"), sample="now"),
    Filter("add_days", _add_days, TEMPORAL, _same,
           (Param("days", _is_kind("integer"), required=True),),
           summary=_("A date some days later (or, below 0, earlier)"),
           sample="today", usage="add_days(14)|date"),
    # numbers
    Filter("money", _money, NUMERIC, _always("text"),
           (Param("currency", _is_kind("text", "record")),),
           summary=_("An amount with its currency"), sample="1234.5",
           usage="money(company.currency)"),
    Filter("number", _number, NUMERIC, _always("text"), (_DIGITS,),
           summary=_("A number with so many decimals"), sample="1234.5", usage="number(2)"),
    Filter("percent", _percent, NUMERIC, _always("text"), (_DIGITS,),
           summary=_("A share as a percentage: 0.23 is 23%"), sample="0.23"),
    Filter("round", _round, NUMERIC, _always("number"), (_DIGITS,),
           summary=_("A number rounded half up, to calculate with"),
           sample="2.675", usage="round(2)"),
    Filter("yesno", _yesno, _is_kind("boolean"), _always("text"),
           (Param("yes", _is_kind("text")), Param("no", _is_kind("text"))),
           summary=_("One of two texts, for yes and for no"),
           sample="(2 > 1)", usage="yesno('paid', 'open')"),
    # texts
    Filter("upper", _upper, _is_kind("text"), _always("text"),
           summary=_("In capital letters"), sample="sender.name"),
    Filter("lower", _lower, _is_kind("text"), _always("text"),
           summary=_("In small letters"), sample="sender.name"),
    Filter("title", _title, _is_kind("text"), _always("text"),
           summary=_("Each word with a capital letter"), sample="'anna nowak'"),
    Filter("capitalize", _capitalize, _is_kind("text"), _always("text"),
           summary=_("The first letter as a capital one"), sample="'good morning'"),
    Filter("trim", _trim, _is_kind("text"), _always("text"),
           summary=_("Without spaces before and behind"), sample="'  Anna '"),
    Filter("truncate", _truncate, _is_kind("text"), _always("text"),
           (Param("length", _is_kind("integer")), Param("end", _is_kind("text"))),
           summary=_("Cut off after so many characters, at the end of a word"),
           sample="'A long description of it all'", usage="truncate(20)"),
    Filter("nl2br", _nl2br, TEXT, lambda value, args: of("text", "html"),
           summary=_("A text of several lines, with its line breaks"),
           sample="'First line, second line'"),
    Filter("plain", _plain, TEXT, _always("text"),
           summary=_("A formatted text without its formatting"), sample="sender.name"),
    # lists
    Filter("list", _list, LIST, _join_type, (_FIELD,), item_kinds=VALUES,
           summary=_("All of a list, in a sentence"), sample="['Anna', 'Jan', 'Maria']"),
    Filter("join", _join, LIST, _join_type, (Param("separator", TEXT), _FIELD),
           item_kinds=VALUES, summary=_("All of a list, with your own text between them"),
           sample="['Anna', 'Jan', 'Maria']", usage="join('; ')"),
    Filter("first", _first, LIST, _item, summary=_("The first of a list"),
           sample="['Anna', 'Jan', 'Maria']"),
    Filter("last", _last, LIST, _item, summary=_("The last of a list"),
           sample="['Anna', 'Jan', 'Maria']"),
    Filter("length", _length, LIST | TEXT, _always("integer"), takes_missing=True,
           summary=_("How many there are in a list"), sample="['Anna', 'Jan', 'Maria']"),
    Filter("map", _map, LIST, lambda value, args: list_of(args.get("path", EMPTY)),
           (Param("path", _is_kind("text"), required=True, literal=True, path=True),),
           item_kinds=VALUES, summary=_("One field of each in a list"),
           sample="[sender, company]", usage="map('name')|list", of_records="map('{text}')|list"),
    Filter("sort", _sort, LIST, _same, (_FIELD, Param("reverse", _is_kind("boolean"))),
           item_kinds=VALUES, summary=_("A list in order; with true behind it the other way round"),
           sample="['Maria', 'Anna', 'Jan']", usage="sort|list",
           of_records="sort('{text}', true)|list"),
    Filter("unique", _unique, LIST, _same, (_FIELD,), item_kinds=VALUES,
           summary=_("Each in a list only once"),
           sample="['Anna', 'Jan', 'Anna']", usage="unique|list"),
    Filter("sum", _sum, LIST, _always("integer", "number"), (_FIELD,), item_kinds=NUMERIC,
           summary=_("The total of a list"), sample="[10, 20.5]",
           usage="sum|number(2)", of_records="sum('{number}')|number(2)"),
    # anything
    Filter("default", _default, ANYTHING,
           lambda value, args: value | args.get("value_if_empty", EMPTY),
           (Param("value_if_empty", required=True), Param("boolean", _is_kind("boolean"))),
           takes_missing=True, summary=_("What to write where there is nothing"),
           sample="recipient.phone", usage="default('–')", of_records="list|default('–')"),
)
_BY_NAME = {item.name: item for item in _ALL}
FILTERS = MappingProxyType(_BY_NAME | {"count": _BY_NAME["length"]})


def suggestion(name: str) -> str:
    """“ Did you mean …?” for a filter that doesn't exist."""
    if name in ("safe", "escape", "e"):
        return " Values are escaped as they must be."
    close = difflib.get_close_matches(name[:40], list(FILTERS), n=1)
    return f" Did you mean |{close[0]}?" if close else ""

