"""The list of formats, conditions and loops: complete, and each example works."""

import re

import pytest

from core.template import FILTERS, GROUPS, Catalogue, guide, lint, render
from core.template.tests import TESTS
from tests.core.template.conftest import MODELS

# Other words for what is listed.
SYNONYMS = {"defined", "undefined", "none"}
FIELDS = [
    "document.name", "document.partner_id", "document.date_order", "document.validity_date",
    "document.amount_total", "document.order_line", "document.note", "document.locked",
    "document.priority", "document.state", "document.tag_ids", "recipient.name", "today", "now",
]


def works(entry, context, catalogue, html):
    assert lint(entry.insert, catalogue.resolve, html=html) == [], entry
    return render(entry.insert, context, html=html).text


def test_every_filter_is_listed_with_a_line_about_it(catalogue):
    listed = {entry.name: entry for entry in guide(catalogue)}
    for name, known in FILTERS.items():
        entry = listed[known.name]
        assert entry.summary
        assert f"|{known.name}" in entry.insert, name
        assert known.sample


def test_every_test_is_listed(catalogue):
    sources = " ".join(entry.insert for entry in guide(catalogue))
    missing = {name for name in TESTS if f"is {name}" not in sources}
    assert missing == SYNONYMS


def test_every_kind_of_block_is_listed(catalogue):
    sources = " ".join(entry.insert for entry in guide(catalogue))
    for name in ("if", "elif", "else", "for", "set"):
        assert f"{{% {name}" in sources


@pytest.mark.parametrize("html", [True, False])
@pytest.mark.parametrize("document", ["sale.order", None])
def test_every_example_renders_to_something(context, document, html):
    context["recipient"] = context["recipient"].__class__(
        {"name": "Anna Nowak", "first_name": "Anna", "email": None, "phone": "+48 1",
         "language": "PL"}
    )
    catalogue = Catalogue(document, lambda model: MODELS.get(model, {}))
    records = catalogue.get("document.order_line") if document else None
    entries = guide(catalogue, records=records)
    assert {entry.group for entry in entries} == set(GROUPS)
    for entry in entries:
        shown = works(entry, context, catalogue, html)
        assert shown or "…" in entry.insert, entry


@pytest.mark.parametrize("path", FIELDS)
def test_what_suits_a_field_is_applied_to_it(context, catalogue, path):
    field = catalogue.get(path)
    entries = guide(catalogue, field)
    assert entries
    for entry in entries:
        assert path in entry.insert, entry
        works(entry, context, catalogue, True)


def test_only_what_suits_a_field_is_offered(catalogue):
    def names(path):
        return {entry.name for entry in guide(catalogue, catalogue.get(path))}

    assert "money" in names("document.amount_total")
    assert not {"money", "for", "upper"} & names("document.date_order")
    assert {"for", "sum", "map", "list"} <= names("document.order_line")
    assert "sum" not in names("document.tag_ids"), "there is nothing to add up"
    assert "date" not in names("document.name")


def test_examples_use_what_the_records_have(catalogue):
    entries = {e.name: e for e in guide(catalogue, catalogue.get("document.order_line"))}
    assert entries["sum"].insert == "{{ document.order_line|sum('price_subtotal')|number(2) }}"
    assert "item.name" in entries["for"].insert
    total = {e.name: e for e in guide(catalogue, catalogue.get("document.amount_total"))}
    assert total["money"].insert == "{{ document.amount_total|money(document.currency_id) }}"


def test_no_example_has_places_left_to_fill_in(catalogue):
    for path in (None, *FIELDS):
        for entry in guide(catalogue, path and catalogue.get(path)):
            assert not re.search(r"(?<!\{)\{[a-z]+\}", entry.insert), entry
