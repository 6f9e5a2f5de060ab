"""What can be saved can be rendered: templates made at random, on records full and empty."""

from datetime import date, datetime, timezone

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from core.template import FieldType, MappingView, TemplateProblem, lint, render

KINDS = {
    "text": "text", "html": "html", "integer": "integer", "number": "number",
    "flag": "boolean", "day": "date", "moment": "datetime", "parent": "record",
    "children": "records", "tags": "list",
}
NUMBERS = ["0", "1", "-3", "2.5", "1e14", "1e308", "999999999999999999"]
TEXTS = ["''", "'a'", "'<b>'", "'{0}'", "'%s'", r"'\n'"]
VARIABLES = ["x", "y", "item"]
LIMIT_CODES = {"limit", "number_too_large", "too_complex"}


def resolve(path):
    """A document whose every relation leads to more of the same."""
    names = path.split(".")
    if names[0] in ("today", "now"):
        return FieldType({"today": "date", "now": "datetime"}[path]) if path in (
            "today", "now"
        ) else None
    if names[0] != "document":
        return None
    kinds = [KINDS.get(name) for name in names[1:]]
    if None in kinds or any(kind not in ("record", "records") for kind in kinds[:-1]):
        return None
    return FieldType(kinds[-1]) if kinds else FieldType("record")


def records(draw, depth=0):
    def maybe(strategy):
        return draw(st.none() | strategy)

    values = {
        "text": maybe(st.text(max_size=5) | st.sampled_from(["{0}", "<b>", "a\nb"])),
        "html": maybe(st.sampled_from([Markup("<p>x</p>"), Markup("<!--"), Markup("&amp;<")])),
        "integer": maybe(st.integers(-(2**63), 2**63)),
        "number": maybe(st.floats()),
        "flag": draw(st.booleans()),
        "day": maybe(st.dates()),
        "moment": maybe(st.datetimes() | st.sampled_from([datetime.min, datetime.max])),
        "parent": None,
        "children": [],
        "tags": draw(st.lists(st.text(max_size=3), max_size=3)),
    }
    if depth < 2:
        values["parent"] = records(draw, depth + 1) if draw(st.booleans()) else None
        values["children"] = [
            records(draw, depth + 1) for _ in range(draw(st.integers(0, 2 - depth)))
        ]
    return MappingView(values, label="record")


ATOMS = {
    "number": st.sampled_from(
        [*NUMBERS, "document.integer", "document.number", "document.parent.number", "loop.index",
         "document.children|length", "document.children|sum('number')", "item.number"]
    ),
    "text": st.sampled_from(
        [*TEXTS, "document.text", "document.parent.parent.text", "item.text", "document.html",
         "document.children|list('text')", "document.tags|join(', ')", "document.html|plain"]
    ),
    "date": st.sampled_from(["today", "now", "document.day", "document.moment", "item.day"]),
    "boolean": st.sampled_from(["true", "false", "document.flag", "loop.last", "none"]),
    "record": st.sampled_from(
        ["document", "document.parent", "document.children|first", "document.children[1]", "item",
         "document['parent']"]
    ),
    "list": st.sampled_from(
        ["document.children", "document.tags", "range(3)", "document.parent.children", "[]",
         "document.children|map('day')", "document.children|map('parent')|sort('number')",
         "document.children|sort('day', true)", "document.tags|unique", "['a', 1, none]"]
    ),
}
FILTERS = {
    "number": ["number", "number(2)", "money", "money('EUR')", "money(document.text)", "percent",
               "round(2)", "money(document.parent)"],
    "text": ["upper", "lower", "title", "capitalize", "trim", "truncate(3)", "nl2br", "plain",
             "length", "truncate(document.integer, document.text)", "default('x')"],
    "date": ["date", "date('long')", "datetime", "datetime('full')", "time", "add_days(1)",
             "add_days(document.integer)", "date('yyyy-MM-dd EEEE')", "date('w YYYY')",
             "datetime('HH:mm zzzz')", "time('full')"],
    "boolean": ["yesno", "yesno('a', document.text)"],
    "record": ["default(document)"],
    "list": ["list", "join", "first", "last", "length", "sort", "unique", "sum", "list('text')",
             "map('text')", "map('parent')", "map('children')", "join(document.text, 'number')",
             "sort('moment')", "unique('parent')", "default(document.tags)"],
}


@st.composite
def expressions(draw, depth=0):
    kind = draw(st.sampled_from(list(ATOMS)))
    base = draw(ATOMS[kind] | st.sampled_from(VARIABLES))
    for _ in range(draw(st.integers(0, 2))):
        own = st.sampled_from(FILTERS[kind])
        base += "|" + draw(own if draw(st.integers(0, 9)) else st.sampled_from(
            [name for names in FILTERS.values() for name in names]
        ))
    if depth > 2 or draw(st.booleans()):
        return base
    other = draw(expressions(depth + 1)) if draw(st.booleans()) else draw(ATOMS[kind])
    shape = draw(
        st.sampled_from(
            ["({a} + {b})", "({a} - {b})", "({a} * {b})", "({a} / {b})", "({a} // {b})",
             "({a} % {b})", "({a} ~ {b})", "({a} < {b})", "({a} == {b})", "({a} >= {b})",
             "({a} in {b})", "({a} not in {b})", "({a} if {b} else {a})", "({a} if {b})",
             "({a} and {b})", "({a} or {b})", "(not {a})", "(-{a})", "[{a}, {b}]",
             "({a} is empty)", "({a} is divisibleby({b}))", "({a} is even)", "({a})[0]",
             "({a}).text", "({a}).children"]
        )
    )
    return shape.format(a=base, b=other)


@st.composite
def templates(draw, depth=0):
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        shape = draw(st.sampled_from(["out", "out", "text", "if", "for", "set", "capture"]))
        value = draw(expressions())
        inner = draw(templates(depth + 1)) if depth < 2 else "-"
        if shape == "out":
            parts.append("{{ " + value + " }}")
        elif shape == "text":
            parts.append("<b>text</b>\n")
        elif shape == "if":
            parts.append(
                "{% if " + value + " %}" + inner + draw(st.sampled_from(
                    ["", "{% else %}{% set x = 1 %}", "{% elif document.flag %}b"]
                )) + "{% endif %}"
            )
        elif shape == "for":
            source = draw(ATOMS["list"]) if draw(st.integers(0, 5)) else value
            condition = draw(st.sampled_from(["", "", " if item", " if item != document"]))
            parts.append("{% for item in " + source + condition + " %}" + inner + "{% endfor %}")
        elif shape == "set":
            parts.append("{% set " + draw(st.sampled_from(VARIABLES[:2])) + " = " + value + " %}")
        else:
            parts.append("{% set x %}" + inner + "{% endset %}")
    return "".join(parts)


@settings(
    max_examples=300, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large,
                           HealthCheck.filter_too_much],
)
@given(templates(), st.data(), st.booleans(), st.sampled_from(["en_US", "pl_PL", "ar", "ja"]))
def test_what_can_be_saved_renders_on_any_record(source, data, html, locale):
    problems = lint(source, resolve, html=html)
    event("clean" if not problems else "refused")
    if problems:
        return
    context = {
        "document": records(data.draw),
        "now": datetime(2025, 1, 31, 23, 30, tzinfo=timezone.utc),
        "today": date(2025, 2, 1),
    }
    try:
        result = render(source, context, html=html, locale=locale, timezone="Europe/Warsaw")
    except TemplateProblem as problem:
        assert problem.code in LIMIT_CODES, f"{problem} in {source}"
    else:
        assert result.unresolved == ()


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="{}%#|.()[]'\"+-*/ ~<>=axdocument.text if else for in set not and\n"))
def test_any_text_is_rendered_or_refused_with_a_reason(source):
    lint(source, resolve)
    try:
        render(source, {"document": MappingView({"text": "a"})})
    except TemplateProblem as problem:
        assert problem.message
