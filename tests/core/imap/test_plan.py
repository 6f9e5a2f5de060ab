"""What the planner says in each situation; see test_plan_model for all of them together."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imap import FolderState, FolderStatus, Told, chunks, plan, resync_from
from core.imap.plan import compare

SYNCED = FolderState(uidvalidity=7, uidnext=11, highestmodseq=50, known_uids=5, last_uid=10,
                     complete=True)
SERVER = FolderStatus(uidvalidity=7, uidnext=11, exists=5, highestmodseq=50)


def test_a_folder_in_which_nothing_happened_costs_nothing():
    made = plan(SYNCED, SERVER)
    assert (made.action, made.idle) == ("nothing", True)


def test_a_new_folder_is_read_from_the_first_mail():
    made = plan(FolderState(), SERVER)
    assert (made.action, made.low, made.high, made.reason) == ("new", 1, 10, "first")
    assert made.flags == "none"  # they come with the messages


def test_an_empty_new_folder_costs_nothing():
    assert plan(FolderState(), FolderStatus(7, 1, 0)).idle


def test_only_new_mails_are_looked_at():
    made = plan(SYNCED, replace(SERVER, uidnext=14, exists=7, highestmodseq=53))
    assert (made.action, made.low, made.high, made.reason) == ("new", 11, 13, "arrived")
    assert (made.flags, made.changed_since) == ("changed", 50)
    assert not made.must_compare(known_uids=7)
    assert made.must_compare(known_uids=8)  # one of the old ones is gone


def test_a_mail_deleted_on_the_server_is_noticed_by_the_count():
    made = plan(SYNCED, replace(SERVER, exists=4))
    assert (made.action, made.compare, made.idle) == ("nothing", True, False)


def test_a_folder_emptied_on_the_server_is_noticed():
    assert plan(SYNCED, replace(SERVER, exists=0)).compare
    assert plan(replace(SYNCED, complete=False), replace(SERVER, exists=0)).compare


def test_flags_are_read_again_in_full_where_the_server_can_not_say_what_changed():
    assert plan(SYNCED, replace(SERVER, highestmodseq=None)).flags == "all"
    assert plan(replace(SYNCED, highestmodseq=None), SERVER).flags == "all"
    assert plan(SYNCED, replace(SERVER, highestmodseq=3)).flags == "all"  # the counter was reset
    assert plan(SYNCED, replace(SERVER, highestmodseq=51)).changed_since == 50


def test_what_the_server_tells_while_it_opens_a_folder_is_not_asked_again():
    told = Told({3: frozenset()}, ((4, 5),))
    assert plan(SYNCED, replace(SERVER, highestmodseq=51), told).flags == "told"
    assert plan(SYNCED, SERVER, told).flags == "none"
    assert plan(SYNCED, replace(SERVER, highestmodseq=3), told).flags == "all"


@pytest.mark.parametrize(
    "unfit", [{"uidvalidity": 0}, {"highestmodseq": None}, {"complete": False}, {"last_uid": 0}]
)
def test_only_what_is_known_for_certain_is_a_ground_to_be_told_changes(unfit):
    assert resync_from(SYNCED) == (7, 50, 10)
    assert resync_from(replace(SYNCED, **unfit)) is None


def test_another_uidvalidity_starts_over_with_a_rematch():
    made = plan(SYNCED, replace(SERVER, uidvalidity=8))
    assert (made.action, made.reason, made.low, made.high) == ("reset", "uidvalidity", 1, 10)


@pytest.mark.parametrize("uidnext", [1, 9, 10])
def test_a_uidnext_that_goes_backwards_starts_over_with_a_rematch(uidnext):
    made = plan(SYNCED, replace(SERVER, uidnext=uidnext))
    assert (made.action, made.reason) == ("reset", "uidnext_backwards")


def test_an_interrupted_import_goes_on_and_looks_at_all_it_may_have_missed():
    made = plan(replace(SYNCED, complete=False, known_uids=2), SERVER)
    assert (made.action, made.low, made.high, made.reason) == ("new", 1, 10, "resume")


def test_arrivals_after_the_folder_was_opened_are_left_to_the_next_run():
    assert compare(known=[1, 2, 3], server=[2, 3, 4, 9], high=4) == ([4], [1])


@given(
    sizes=st.dictionaries(st.integers(1, 2**32 - 1), st.integers(0, 5000), max_size=60),
    max_bytes=st.integers(1, 6000),
    max_count=st.integers(1, 20),
    newest_first=st.booleans(),
)
def test_chunks_hold_every_mail_once_within_their_bounds(
    sizes, max_bytes, max_count, newest_first
):
    parts = list(chunks(sizes, max_bytes, max_count, newest_first))
    assert [uid for part in parts for uid in part] == sorted(sizes, reverse=newest_first)
    for part in parts:
        assert 1 <= len(part) <= max_count
        assert len(part) == 1 or sum(sizes[uid] for uid in part) <= max_bytes


def test_a_chunk_without_room_is_an_error():
    with pytest.raises(ValueError, match="at least one"):
        list(chunks({1: 1}, 0, 5))
