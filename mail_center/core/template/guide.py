"""What a template can do beside naming special fields, each with an example that works.

The filters come from the table that runs them; what is written here is how they are grouped, and
the conditions and loops, which have no table of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from ..i18n import _
from .catalogue import Catalogue, Placeholder
from .filter import ANYTHING, Filter
from .filters import FILTERS, LIST, VALUES
from .kinds import NUMERIC, TEMPORAL

GROUPS = MappingProxyType(
    {
        "dates": _("Dates"), "numbers": _("Numbers"), "texts": _("Texts"), "lists": _("Lists"),
        "conditions": _("Conditions"), "loops": _("Loops"), "more": _("More"),
    }
)
_TEXTUAL = VALUES - NUMERIC - TEMPORAL - {"record", "boolean"}


@dataclass(frozen=True)
class Entry:
    """``name`` is that of the filter or construct, ``group`` one of :data:`GROUPS`, ``summary``
    one line in English, ``insert`` what to write."""

    name: str
    group: str
    summary: str
    insert: str


@dataclass(frozen=True)
class _Construct:
    """``source`` has the place ``{x}`` for a value of ``kinds``, of which ``sample`` is one,
    ``{text}`` for a field of a list's records, ``{one}`` and ``{two}`` for texts."""

    name: str
    group: str
    summary: str
    source: str
    kinds: frozenset = ANYTHING
    sample: str = "recipient.phone"


_PEOPLE = "[sender, company]"
_CONSTRUCTS = (
    _Construct("if", "conditions", _("Only if there is a value"), "{% if {x} %}…{% endif %}"),
    _Construct("if else", "conditions", _("Something else if there is none"),
               "{% if {x} %}…{% else %}…{% endif %}"),
    _Construct("is empty", "conditions", _("Only if there is no value"),
               "{% if {x} is empty %}…{% endif %}"),
    _Construct("==", "conditions", _("Only if it is this text (!= for: if it is not)"),
               "{% if {x} == '{one}' %}…{% endif %}", frozenset({"text"}), "recipient.language"),
    _Construct("in", "conditions", _("Only if it is one of these texts"),
               "{% if {x} in ['{one}', '{two}'] %}…{% endif %}", frozenset({"text"}),
               "recipient.language"),
    _Construct(">", "conditions",
               _("Only above a number; also <, >=, <= and elif for the next case"),
               "{% if {x} > 1000 %}…{% elif {x} > 100 %}…{% else %}…{% endif %}", NUMERIC, "250"),
    _Construct("date over", "conditions", _("Only if a date is over"),
               "{% if {x} < today %}…{% endif %}", frozenset({"date"}), "today|add_days(-1)"),
    _Construct("is divisibleby", "conditions",
               _("Only if a number can be divided; also: is even, is odd"),
               "{% if {x} is divisibleby(3) or {x} is even or {x} is odd %}…{% endif %}",
               frozenset({"integer"}), "6"),
    _Construct("and", "conditions", _("Only if both hold; also: or, not"),
               "{% if {x} and not recipient.email %}…{% endif %}"),
    _Construct("inline if", "conditions", _("One of two texts"),
               "{{ 'yes' if {x} else 'no' }}"),
    _Construct("for", "loops", _("Write something for each in a list"),
               "{% for item in {x} %}{{ item.{text} }} {% endfor %}", LIST, _PEOPLE),
    _Construct("loop.index", "loops", _("Numbered from 1 on"),
               "{% for item in {x} %}{{ loop.index }}. {{ item.{text} }} {% endfor %}", LIST,
               _PEOPLE),
    _Construct("loop.last", "loops", _("With something between them, but not behind the last one"),
               "{% for item in {x} %}{{ item.{text} }}{% if not loop.last %}, {% endif %}"
               "{% endfor %}", LIST, _PEOPLE),
    _Construct("for if", "loops", _("Only some of a list"),
               "{% for item in {x} if item.{text} %}{{ item.{text} }} {% endfor %}", LIST, _PEOPLE),
    _Construct("for else", "loops", _("Something else if the list is empty"),
               "{% for item in {x} %}{{ item.{text} }} {% else %}…{% endfor %}", LIST, _PEOPLE),
    _Construct("loop.cycle", "loops", _("In turns: one thing for the first, another for the next"),
               "{% for item in {x} %}{{ loop.cycle('A', 'B') }} {{ item.{text} }} {% endfor %}",
               LIST, _PEOPLE),
    _Construct("range", "loops", _("So many times"),
               "{% for number in range(1, 4) %}{{ number }} {% endfor %}", frozenset()),
    _Construct("set", "more", _("Keep a value under a name of your own"),
               "{% set kept = {x} %}{{ kept }}", VALUES - {"record"}, "today|add_days(14)|date"),
    _Construct("calculate", "more", _("Calculate: + - * / and // without a rest, % for the rest"),
               "{{ ({x} * 1.23)|number(2) }}", NUMERIC, "100"),
    _Construct("~", "more", _("Put texts together"), "{{ {x} ~ ' (' ~ sender.name ~ ')' }}",
               frozenset({"text"}), "company.name"),
    _Construct("comment", "more", _("A note that nobody receives"), "{# … #}", frozenset()),
)


def guide(
    catalogue: Catalogue, field: Placeholder | None = None, records: Placeholder | None = None
) -> list[Entry]:
    """Every filter, condition and loop with an example, or those that suit ``field``, on it.

    Without a field the examples work on any document; those of lists walk through ``records``, a
    list of the document's records, if one is given.
    """
    entries = []
    for known in dict.fromkeys(FILTERS.values()):
        subject = _subject(known.accepts, field, records)
        insert = subject and _filtered(known, catalogue, subject)
        if insert is None and not field:
            insert = _braced(f"{known.sample}|{known.usage or known.name}")
        if insert:
            entries.append(Entry(known.name, _group_of(known), known.summary, insert))
    entries += _constructs(catalogue, field, records)
    return sorted(entries, key=lambda entry: list(GROUPS).index(entry.group))


def _constructs(catalogue, field, records) -> Iterator[Entry]:
    for known in _CONSTRUCTS:
        subject = _subject(known.kinds, field, records)
        if field and not subject:
            continue
        text = _column(catalogue, subject, ("text",)) if subject else "name"
        if not text and "{text}" in known.source:
            continue
        insert = known.source.replace("{x}", subject.path if subject else known.sample)
        one, two = ("…", "…") if subject else ("pl_PL", "cs_CZ")
        for place, given in (("{text}", text or ""), ("{one}", one), ("{two}", two)):
            insert = insert.replace(place, given)
        yield Entry(known.name, known.group, known.summary, insert)


def _subject(kinds, field, records) -> Placeholder | None:
    """What an example for these kinds is about, if it is about a special field."""
    if field:
        kind = "list" if field.is_list else field.type.kind
        return field if kind in kinds else None
    return records if kinds == LIST else None


def _filtered(known: Filter, catalogue: Catalogue, field: Placeholder) -> str | None:
    """The field with the filter; None if it has nothing that the filter could work on."""
    usage = known.usage or known.name
    if known.name == "money" and "|money" in field.insert:
        return field.insert  # the currency is the record's own
    if field.is_list and known.of_records:
        usage = known.of_records
    for place, kinds in (("{text}", ("text",)), ("{number}", ("number", "integer"))):
        if place in usage:
            column = _column(catalogue, field, kinds)
            if not column:
                return None
            usage = usage.replace(place, column)
    return _braced(f"{field.path}|{usage}")


def _column(catalogue: Catalogue, field: Placeholder, kinds: tuple[str, ...]) -> str | None:
    """A field of the records of a list: its name; a total before other amounts and
    these before other numbers."""
    if field.type.kind != "records":
        return None
    name = f"{field.path}.name"
    if "text" in kinds:
        return "name" if getattr(catalogue.resolve(name), "kind", "") == "text" else "display_name"
    found = [item for item in catalogue.children(field.path) if item.type.kind in kinds]
    found.sort(
        key=lambda item: (
            "|money" not in item.insert, "total" not in item.path, kinds.index(item.type.kind)
        )
    )
    return found[0].path.rpartition(".")[2] if found else None


def _braced(expression: str) -> str:
    return "{{ " + expression + " }}"


def _group_of(known: Filter) -> str:
    if known.accepts == ANYTHING:
        return "more"
    if known.accepts & LIST:
        return "lists"
    if known.accepts & TEMPORAL:
        return "dates"
    return "texts" if known.accepts & _TEXTUAL else "numbers"
