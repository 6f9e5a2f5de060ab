"""Words as the full text index takes them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.search import LETTERS, PLAIN, plain, tsquery


@pytest.mark.parametrize(
    ("text", "indexed"),
    [("Zażółć gęślą jaźń", "zazolc gesla jazn"), ("Łódź", "lodz"), ("Ångström", "angstrom"),
     ("ze\u0301ro", "zero"), ("日本", "日本"), ("Übermut", "ubermut")],
)
def test_accents_make_no_difference(text, indexed):
    assert plain(text) == indexed


def test_every_letter_of_the_table_has_its_plain_one():
    assert len(LETTERS) == len(PLAIN)
    assert PLAIN.isascii()


@pytest.mark.parametrize(
    ("typed", "found"),
    [("faktura", ["faktury", "fakturze", "faktura"]), ("umowy", ["umowa", "umowę", "umowy"]),
     ("Kowalskiego", ["Kowalskiemu"]), ("ofer", ["oferta"]), ("dom", ["domu", "dom"])],
)
def test_a_word_is_found_in_its_other_forms(typed, found):
    stem = re.fullmatch(r"'([^']*)':\*", tsquery(typed))[1]
    for word in found:
        assert plain(word).startswith(stem)


@pytest.mark.parametrize("typed", ["S00012", "2026", "a1b2c3d4e5"])
def test_a_number_is_not_shortened(typed):
    assert tsquery(typed) == f"'{typed.lower()}':*"


def test_a_phrase_keeps_its_order():
    assert tsquery("umowa najmu", phrase=True) == "'umowa' <-> 'najmu'"


@given(st.text(max_size=100), st.booleans())
def test_a_query_holds_words_and_operators_alone(text, phrase):
    query = tsquery(text, phrase)
    assert re.fullmatch(r"('[^'\\]+'(:\*)?( (&|<->) )?)*", query)
