"""Words as the full text index takes them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.search import beginnings, leads, patterns, plain, tsquery, vector
from core.search.words import LETTERS, PLAIN


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


def test_a_vector_names_words_with_their_places_and_weights():
    assert vector([("A", "Umowa najmu"), ("D", "umowa, jan@firma.pl")]) == (
        "umowa:1A,3 najmu:2A jan:4 firma:5 pl:6"
    )


@given(st.text(max_size=300))
def test_a_vector_holds_nothing_that_postgresql_reads_otherwise(text):
    assert re.fullmatch(r"(\w+:[\d,]+ ?)*", vector([("D", text)]))


def test_a_vector_stays_within_what_postgresql_holds():
    endless = vector([("D", " ".join(f"word{n}" * 20 for n in range(20_000))), ("D", "a " * 9000)])
    assert len(endless) < 1_200_000
    assert len(vector([("D", "x" * 5000)])) == 0


def test_the_last_word_of_a_name_or_an_address_may_go_on():
    assert beginnings("Łukasz@firm.exa", "B") == "'lukasz':B & 'firm':B & 'exa':*B"
    assert leads("Łukasz@firm.exa", "B") == "'lukasz':B & 'firm':B"
    assert beginnings("Łukasz Żół") == "'lukasz' & 'zol':*"
    assert leads("Łuk", "B") == beginnings("Łuk", "B") == "'luk':*B"
    assert beginnings("%") == leads("%") == ""


@pytest.mark.parametrize(
    ("typed", "name", "found"),
    [("lukasz", "Łukasz Żółty <l@zolty.example>", True), ("zol", "Łukasz Żółty", True),
     ("olty", "Łukasz Żółty", False), ("luk zol", "Łukasz Żółty", False),
     ("lukasz zol", "Łukasz Żółty", True), ("l@zolty.exa", "Ł <l@zolty.example>", True),
     ("wan", "Jan", False), ("дом", "Дом <d@x.example>", True)],
)
def test_a_name_is_recognised_with_its_accents(typed, name, found):
    spelled = [one.replace("[:alnum:]", "a-zA-Z0-9À-ʯа-яА-Я") for one in patterns(typed)]
    assert all(re.search(one, name) for one in spelled) is found
