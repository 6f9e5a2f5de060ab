"""Switching from POP3 to IMAP: no mail is there twice, none is lost."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pop3 import Candidate, match_for_switch


def counts(found):
    return found.by_id, found.by_content, found.only_here, found.only_there


def test_messages_are_paired_by_message_id_then_by_content():
    found = match_for_switch(
        [Candidate(1, "<a@x>", "A"), Candidate(2, "", "B"), Candidate(3, "<c@x>", "C")],
        [Candidate(70, "", "B"), Candidate(71, "<a@x>", "A"), Candidate(72, "<d@x>", "D")],
    )
    assert [(pair.pop, pair.imap, pair.by) for pair in found.pairs] == [
        (1, 71, "id"), (2, 70, "content")
    ]
    assert (found.only_pop, found.only_imap) == ((3,), (72,))


def test_copies_are_paired_one_to_one():
    here = [Candidate(n, "<a@x>", "A") for n in range(2)]
    there = [Candidate(n, "<a@x>", "A") for n in range(3)]
    found = match_for_switch(here, there)
    assert counts(found) == (2, 0, 0, 1)
    assert len({pair.imap for pair in found.pairs}) == 2


def test_two_mails_of_one_message_id_are_told_apart_by_content():
    found = match_for_switch(
        [Candidate(1, "<a@x>", "A"), Candidate(2, "<a@x>", "B")],
        [Candidate(70, "<a@x>", "B"), Candidate(71, "<a@x>", "A")],
    )
    assert {(pair.pop, pair.imap) for pair in found.pairs} == {(1, 71), (2, 70)}
    assert found.differing == 0


def test_one_message_id_with_another_content_is_pointed_out():
    found = match_for_switch([Candidate(1, "<a@x>", "A")], [Candidate(70, "<a@x>", "B")])
    assert (counts(found), found.differing) == ((1, 0, 0, 0), 1)
    unknown = match_for_switch([Candidate(1, "<a@x>")], [Candidate(70, "<a@x>", "B")])
    assert unknown.differing == 0


def test_brackets_and_folding_of_a_message_id_do_not_matter_but_case_does():
    assert counts(
        match_for_switch([Candidate(1, "a@x")], [Candidate(70, "<a@\r\n x>")])
    ) == (1, 0, 0, 0)
    assert counts(match_for_switch([Candidate(1, "<A@x>")], [Candidate(70, "<a@x>")])) == (
        0, 0, 1, 1
    )


def test_messages_without_id_and_content_are_never_paired():
    assert counts(match_for_switch([Candidate(1)], [Candidate(70)])) == (0, 0, 1, 1)
    assert counts(match_for_switch([Candidate(1, "<>")], [Candidate(70, "<>")])) == (0, 0, 1, 1)


def test_a_key_given_twice_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="twice"):
        match_for_switch([Candidate(1), Candidate(1)], [])


SIDES = st.lists(
    st.tuples(st.sampled_from(["", "<a>", "<b>", "<c>"]), st.sampled_from(["", "A", "B", "C"])),
    max_size=12,
)


@given(SIDES, SIDES, st.randoms(use_true_random=False))
def test_every_message_is_accounted_for_exactly_once(left, right, rng: random.Random):
    here = [Candidate(("pop", n), *values) for n, values in enumerate(left)]
    there = [Candidate(("imap", n), *values) for n, values in enumerate(right)]
    found = match_for_switch(here, there)
    assert sorted([*(pair.pop for pair in found.pairs), *found.only_pop]) == sorted(
        one.key for one in here
    )
    assert sorted([*(pair.imap for pair in found.pairs), *found.only_imap]) == sorted(
        one.key for one in there
    )
    by_key = {one.key: one for one in [*here, *there]}
    for pair in found.pairs:
        pop, imap = by_key[pair.pop], by_key[pair.imap]
        same_id = bool(pop.message_id) and pop.message_id == imap.message_id
        assert same_id if pair.by == "id" else pop.content == imap.content != ""
    # What is left on both sides has nothing in common any more.
    for pop in found.only_pop:
        for imap in found.only_imap:
            assert not by_key[pop].message_id or (
                by_key[pop].message_id != by_key[imap].message_id
            )
            assert not by_key[pop].content or by_key[pop].content != by_key[imap].content
    rng.shuffle(here)
    again = match_for_switch(here, there)
    assert again.by_id == found.by_id
