"""A busy mailbox is looked into often, a quiet one seldom, and none is forgotten."""

from hypothesis import given
from hypothesis import strategies as st

from core.imap import poll_seconds


@given(st.floats(0, 1e8), st.floats(0, 1e8), st.booleans())
def test_the_quieter_a_mailbox_the_longer_the_pause_and_never_over_five_minutes(one, other, told):
    quick, slow = sorted((one, other))
    assert 30 <= poll_seconds(quick, told) <= poll_seconds(slow, told) <= 300


def test_a_mailbox_with_mail_in_the_last_hour_is_looked_into_every_minute():
    assert poll_seconds(10) == 60
    assert poll_seconds(None) == poll_seconds(1e8)


@given(st.none() | st.floats(0, 1e8))
def test_a_server_that_tells_by_itself_is_asked_least(quiet):
    assert poll_seconds(quiet, told=True) >= poll_seconds(quiet)
