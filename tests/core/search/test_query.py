"""What people type into the search line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.search import parse

TODAY = date(2026, 11, 27)


def terms(text):
    return [(t.key, t.value, t.without) for t in parse(text, TODAY).terms]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("faktura", [("word", "faktura", False)]),
        ("faktura maj", [("word", "faktura", False), ("word", "maj", False)]),
        ('"umowa najmu"', [("phrase", "umowa najmu", False)]),
        ('"umowa"', [("word", "umowa", False)]),
        ("-reklama", [("word", "reklama", True)]),
        ("from:anna", [("from", "anna", False)]),
        ('from:"Anna Nowak"', [("from", "Anna Nowak", False)]),
        ("FROM:anna", [("from", "anna", False)]),
        ("-from:anna", [("from", "anna", True)]),
        ("cc:jan", [("to", "jan", False)]),
        ("has:attachment", [("flag", "file", False)]),
        ("is:unread is:STARRED", [("flag", "unread", False), ("flag", "starred", False)]),
        ("before:2026-05-01", [("before", date(2026, 5, 1), False)]),
        ("after:1.5.2026", [("after", date(2026, 5, 1), False)]),
        ("before:2026", [("before", date(2026, 1, 1), False)]),
        ("on:yesterday", [("on", date(2026, 11, 26), False)]),
        ("after:7d", [("after", date(2026, 11, 20), False)]),
        ("10:30", [("word", "10:30", False)]),
        ("http://example.com", [("word", "http://example.com", False)]),
        ("note:this", [("word", "note:this", False)]),
        ('"never closed', [("phrase", "never closed", False)]),
        ("from:", []),
        ("from: anna", [("word", "anna", False)]),
        ("  ", []),
        ('""', []),
    ],
)
def test_a_search_line_means_what_was_typed(typed, meant):
    assert terms(typed) == meant


@pytest.mark.parametrize("typed", ["is:purple", "has:wings", "before:soon", "on:2026-13-40"])
def test_a_condition_that_makes_no_sense_is_told_and_left_out(typed):
    query = parse(f"{typed} word", TODAY)
    assert query.unknown == (typed,)
    assert [term.value for term in query.terms] == ["word"]


def test_what_is_marked_in_the_found_mails_is_what_was_looked_for():
    query = parse('offer -spam subject:roof from:anna -to:ewa "red brick" is:read', TODAY)
    assert query.marks == ["offe", "roof", "red", "brick"]
    assert query.names == ["anna"]


def test_a_novel_pasted_into_the_search_line_is_cut():
    assert len(parse("word " * 5000, TODAY).terms) == 20


@given(st.text(max_size=300))
def test_nothing_that_is_typed_breaks_the_search(text):
    for term in parse(text, TODAY).terms:
        assert term.value
