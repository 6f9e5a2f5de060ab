"""Changed here and on the server: what holds in the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imap.conflicts import Change, settled, steps, storable

FLAGS = st.sampled_from(["\\Seen", "\\Flagged", "\\Answered", "$Label1"])


@given(st.frozensets(FLAGS), st.dictionaries(FLAGS, st.booleans()))
def test_what_waits_here_wins_and_the_server_is_right_in_the_rest(server, waiting):
    result = settled(server, waiting)
    for flag, added in waiting.items():
        assert (flag in result) == added
    assert result - waiting.keys() == server - waiting.keys()


@given(st.frozensets(FLAGS), st.dictionaries(FLAGS, st.booleans()))
def test_once_the_server_has_it_both_say_the_same(server, waiting):
    on_server = settled(server, waiting)
    assert settled(on_server, {}) == settled(on_server, waiting)


def test_marks_are_brought_before_the_mail_moves_away():
    changes = [
        Change(1, 5, "move", "Archive"), Change(2, 5, "flag", "\\Seen"),
        Change(3, 4, "flag", "\\Seen"), Change(4, 4, "flag", "\\Flagged", added=False),
        Change(5, 4, "move", "Archive"), Change(6, 9, "delete"),
    ]  # fmt: skip
    found = steps(changes)
    assert [(step.kind, step.what, step.added, step.uids) for step in found] == [
        ("flag", "\\Seen", True, (4, 5)), ("flag", "\\Flagged", False, (4,)),
        ("move", "Archive", True, (4, 5)), ("delete", "", True, (9,)),
    ]  # fmt: skip


@given(
    st.lists(
        st.builds(
            Change, st.integers(), st.integers(1, 9), st.sampled_from(["flag", "move", "delete"]),
            st.sampled_from(["a", "b"]), st.booleans(),
        ),
        unique_by=lambda change: change.key,
    )
)
def test_every_change_is_in_one_step_and_no_other(changes):
    keys = [key for step in steps(changes) for key in step.keys]
    assert sorted(keys) == sorted(change.key for change in changes)


def test_a_kind_of_change_that_nobody_knows_is_not_ignored():
    with pytest.raises(ValueError, match="rename"):
        steps([Change(1, 1, "rename")])


@pytest.mark.parametrize(
    ("flag", "permanent", "expected"),
    [
        ("\\Seen", {"\\Seen", "\\Flagged"}, True), ("\\seen", {"\\Seen"}, True),
        ("\\Answered", {"\\Seen"}, False), ("$Forwarded", {"\\Seen", "\\*"}, True),
        ("$Forwarded", {"\\Seen"}, False), ("\\Answered", {"\\*"}, False), ("\\Seen", set(), True),
    ],
)  # fmt: skip
def test_a_mark_is_sent_only_where_the_folder_keeps_it(flag, permanent, expected):
    assert storable(flag, permanent) == expected
