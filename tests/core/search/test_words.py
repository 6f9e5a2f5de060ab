"""Words as the full text index takes them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.search import (
    beginnings,
    common,
    in_trigrams,
    leads,
    parts,
    people,
    plain,
    telling,
    tsquery,
    vector,
)
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
def test_the_words_of_a_vector_are_those_that_are_looked_for(text):
    words = [entry.split(":")[0] for entry in vector([("D", text)]).split()]
    assert words == list(dict.fromkeys(re.findall(r"\w+", plain(text))))


def test_each_letter_is_indexed_as_it_is_looked_for():
    for code in (*range(0xD800), *range(0xE000, 0x20000)):
        text = f"a{chr(code)}b"
        found = " ".join(entry.split(":")[0] for entry in vector([("D", text)]).split())
        assert found == " ".join(dict.fromkeys(re.findall(r"\w+", plain(text)))), hex(code)


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
     ("ółt", "Łukasz Żółty", True), ("olty", "Łukasz Żółty", True), ("wan", "Jan", False),
     ("zolty luk", "Łukasz Żółty", True), ("l@zolty.exa", "Ł <l@zolty.example>", True),
     ("@zolty", "Ł <l@zolty.example>", True), ("@olty", "Ł <l@zolty.example>", False),
     ("zolty.example", "l@mail.zolty.example", True), ("zolty.example", "zolty@example.pl", True),
     ("l@zolty", "zolty@l.example", False), ("%", "a%b", False), ("o", "Jan", False),
     ("дом", "Тедом <d@x.example>", True)],
)
def test_people_are_known_by_any_part_of_their_names_and_addresses(typed, name, found):
    wanted = parts(typed)
    assert bool(wanted and all(part in people(name) for part in wanted)) is found


def test_nobody_has_no_name():
    assert people(None, "") == ""
    assert people("Ewa", None, "e@x.pl") == " ewa e x pl "


@pytest.mark.parametrize(
    ("typed", "known"),
    [("jan", True), ("jo", False), ("j o", False), ("j@x.com", True), ("", False)],
)
def test_a_letter_or_two_are_too_few_for_an_index_over_trigrams(typed, known):
    assert in_trigrams(parts(typed)) is known


@given(st.text(max_size=100))
def test_a_part_holds_no_wildcard(text):
    assert not re.search(r"[%_\\\\]", "".join(parts(text)))


@pytest.mark.parametrize(
    ("part", "everywhere", "looked_up"),
    [("erson1999", "person1 person2", ["n1999"]), ("p19 firm", "firm7", ["p19"]),
     ("jan gmail com", "x gmail com", ["jan"]), ("example", "example", ["example"]),
     ("anna com", "", ["anna", "com"]), ("jo kowalska", "kowal", ["alska"]),
     ("abcdefgh", "cde", ["abcd", "defgh"]), ("jo", "jo", ["jo"])],
)  # fmt: skip
def test_an_index_over_trigrams_is_asked_for_what_is_not_in_every_mail(
    part, everywhere, looked_up
):
    seen = [everywhere, everywhere, "someone else"]
    assert telling(part, common(part, seen)) == looked_up


def test_what_half_of_the_mails_have_tells_something_still():
    assert common("jan", ["jan", "ewa"]) == set()
    assert common("jan", ["jan", "ewa", "jan"]) == {"jan"}
    assert common("jan", []) == set()


@given(st.text(max_size=50), st.lists(st.text(max_size=20)))
def test_whoever_has_the_part_has_what_is_looked_up(text, seen):
    for part in parts(text):
        pieces = telling(part, common(part, seen))
        assert pieces
        assert all(piece in part for piece in pieces)
