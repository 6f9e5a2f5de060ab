"""A domain that a reader takes for one he knows is found; one that he does not, is not."""

import pytest

from core.lookalike import neighbours, plain, taken_for

KNOWN = {"company.example", "modern-house.example", "wp.pl"}


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("cornpany.example", "company.example"),
        ("compony.example", "company.example"),
        ("companny.example", "company.example"),
        ("comapny.example", "company.example"),
        ("compamy.example", "company.example"),
        ("c0mpany.example", "company.example"),
        ("company.exarnple", ""),
        ("сompany.example", "company.example"),  # the first letter is Cyrillic
        ("xn--ompany-2xe.example", "company.example"),
        ("rnodern-house.example", "modern-house.example"),
        ("modernhouse.example", "modern-house.example"),
        ("company.example", ""),
        ("mail.company.example", ""),
        ("concern.example", ""),
        ("op.pl", ""),
        ("", ""),
        ("company", ""),
    ],
)
def test_a_neighbour_of_a_known_domain_is_found(domain, meant):
    assert taken_for(domain, KNOWN) == meant


def test_letters_of_other_scripts_are_seen_as_a_reader_sees_them():
    assert plain("раураl.example") == "paypal.example"
    assert plain("xn--oops-é.example")  # nonsense is no error


def test_the_number_of_candidates_is_bounded():
    assert len(neighbours(f"{'rn' * 30}.example")) < 6000
    assert neighbours("x" * 5000 + ".example") == frozenset()
