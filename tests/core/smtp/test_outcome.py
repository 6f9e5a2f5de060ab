"""What a server's reply means for a recipient, a mail, an account; and when to try again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import smtp
from core.smtp import Reply, classify, message_state, next_delay
from core.smtp.outcome import REASONS


@pytest.mark.parametrize(
    ("reply", "command", "state", "reason", "scope"),
    [
        ("250 2.0.0 Ok: queued as 1", "content", "sent", "accepted", "recipient"),
        # The enhanced code tells more than the plain one.
        ("550 5.1.1 <b@x>: Recipient address rejected", "rcpt", "failed", "no_such_user",
         "recipient"),
        ("550 5.2.2 Over quota", "rcpt", "failed", "mailbox_full", "recipient"),
        ("550 5.2.1 Mailbox disabled", "rcpt", "failed", "mailbox_disabled", "recipient"),
        ("554 5.1.2 Domain not found", "rcpt", "failed", "no_such_domain", "recipient"),
        ("556 no mail here", "rcpt", "failed", "no_such_domain", "recipient"),
        ("550 No such user here", "rcpt", "failed", "no_such_user", "recipient"),
        ("550 5.7.1 Unknown user", "rcpt", "failed", "no_such_user", "recipient"),
        ("554 5.7.1 <b@x>: Relay access denied", "rcpt", "failed", "no_relay", "account"),
        ("550 no", "rcpt", "failed", "recipient_refused", "recipient"),
        ("452 4.2.2 Mailbox full", "rcpt", "deferred", "mailbox_full", "recipient"),
        ("450 4.2.0 Greylisted", "rcpt", "deferred", "greylisted", "recipient"),
        ("451 4.7.1 Please try again later", "rcpt", "deferred", "greylisted", "recipient"),
        ("452 4.5.3 Too many recipients", "rcpt", "deferred", "too_many_recipients", "message"),
        ("452 too many", "rcpt", "deferred", "too_many_recipients", "message"),
        # The sender's address and the account.
        ("553 5.7.1 Sender address rejected: not owned by user", "mail", "failed",
         "sender_refused", "account"),
        ("550 5.1.8 bad sender", "mail", "failed", "sender_refused", "account"),
        ("535 5.7.8 Authentication credentials invalid", "auth", "deferred", "login_refused",
         "account"),
        ("535 whatever", "mail", "deferred", "login_refused", "account"),
        ("530 5.7.0 Authentication required", "mail", "deferred", "login_required", "account"),
        ("530 5.7.0 Must issue a STARTTLS command first", "mail", "deferred",
         "encryption_required", "account"),
        ("454 4.7.0 Temporary authentication failure", "auth", "deferred", "server_trouble",
         "server"),
        # The mail itself.
        ("552 5.3.4 Message too big", "mail", "failed", "too_big", "message"),
        ("552 too large", "content", "failed", "too_big", "message"),
        ("554 5.7.1 Message identified as SPAM", "content", "failed", "content_refused",
         "message"),
        ("550 5.7.26 This mail is unauthenticated (DMARC)", "content", "failed",
         "authentication_policy", "account"),
        ("554 5.7.1 blocked using zen.example.org", "content", "failed", "policy", "message"),
        ("554 no", "content", "failed", "content_refused", "message"),
        # The server.
        ("421 4.7.0 Try again later", "mail", "deferred", "throttled", "server"),
        ("451 4.3.0 Internal error", "content", "deferred", "server_trouble", "server"),
        ("450 4.7.28 rate limit exceeded", "content", "deferred", "throttled", "server"),
        ("452 4.3.1 Out of storage", "mail", "deferred", "server_trouble", "server"),
        ("451 daily user sending quota exceeded", "mail", "deferred", "quota", "account"),
        ("502 5.5.1 Unknown command", "data", "failed", "protocol", "server"),
    ],
)
def test_replies_of_real_servers_are_understood(reply, command, state, reason, scope):
    code, _, text = reply.partition(" ")
    outcome = classify(Reply.parse(int(code), text), command)
    assert (outcome.state, outcome.reason_code, outcome.scope) == (state, reason, scope)


@pytest.mark.parametrize("text", ["421 bye", "450 4.7.1 greylisted", "451 4.7.500 busy"])
def test_a_server_that_asks_for_patience_is_sent_to_more_slowly(text):
    code, _, rest = text.partition(" ")
    assert classify(Reply.parse(int(code), rest), "rcpt").throttled


CODES = st.integers(200, 599)
TEXTS = st.from_regex(r"([245]\.\d{1,3}\.\d{1,3} )?[a-z ]{0,30}", fullmatch=True)


@given(CODES, TEXTS, st.sampled_from(["connect", "mail", "rcpt", "data", "content", "auth"]))
def test_every_reply_means_something_and_only_a_2xx_after_the_content_means_sent(
    code, text, command
):
    outcome = classify(Reply.parse(code, text), command)
    assert (outcome.state == "sent") == (code // 100 == 2 and command == "content")
    assert (outcome.state == "uncertain") == (code // 100 == 3 and command == "content")
    if code // 100 == 4:
        assert outcome.state == "deferred"  # never given up at once
    assert outcome.advice
    assert outcome.reason_code in REASONS


@given(CODES.filter(lambda code: code // 100 == 5), TEXTS,
       st.sampled_from(["mail", "rcpt", "data", "content"]))
def test_a_permanent_refusal_is_final_unless_the_account_can_be_put_right(code, text, command):
    outcome = classify(Reply.parse(code, text), command)
    assert outcome.state == "failed" or outcome.scope == "account" or (
        outcome.reason_code == "too_many_recipients"
    )


def test_an_enhanced_code_that_contradicts_the_plain_one_is_not_believed():
    assert Reply.parse(550, "2.1.5 fine") == Reply(550, "", "2.1.5 fine")
    assert Reply.parse(250, "2.1.5 fine") == Reply(250, "2.1.5", "fine")
    assert Reply.parse(550, "5.1.1.1 odd").enhanced == ""


def test_a_reply_is_shown_as_the_server_gave_it():
    assert str(Reply.parse(550, "5.1.1 no such user")) == "550 5.1.1 no such user"


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["sent", "sent"], "sent"), (["sent", "failed"], "partly_sent"),
        (["failed"], "failed"), (["sent", "deferred"], "deferred"),
        (["sent", "failed", "uncertain", "deferred"], "deferred"),
        (["sent", "failed", "uncertain", "cancelled"], "uncertain"),
        (["sent", "cancelled"], "partly_sent"), (["cancelled"], "cancelled"), ([], "cancelled"),
        (["queued", "sent"], "queued"), (["queued"], "queued"),
    ],
)
def test_the_state_of_a_mail_follows_from_those_of_its_recipients(states, expected):
    assert message_state(states) == expected


def test_waiting_doubles_from_seven_and_a_half_minutes_up_to_four_hours():
    waits = [next_delay(n, random=lambda: 0.5) for n in range(1, 9)]
    assert waits[:3] == [450, 900, 1800]
    assert waits[-2:] == [4 * 3600, 4 * 3600]


@given(st.integers(1, 10**9), st.floats(0, 1, exclude_max=True))
def test_waiting_is_spread_but_bounded(attempts, chance):
    wait = next_delay(attempts, random=lambda: chance)
    middle = next_delay(attempts, random=lambda: 0.5)
    assert 0.8 * middle <= wait <= 1.2 * middle
    assert 360 <= wait <= 1.2 * 4 * 3600


def test_there_is_no_wait_before_the_first_attempt():
    with pytest.raises(ValueError, match="first attempt"):
        next_delay(0)


def test_a_mail_is_given_up_after_five_days():
    assert not smtp.expired(5 * 86400 - 1)
    assert smtp.expired(5 * 86400)


@pytest.mark.parametrize(
    ("state", "attempts", "wait", "shown"),
    [
        ("queued", 0, 60, "scheduled"), ("queued", 0, 0, "queued"), ("queued", 1, 60, "queued"),
        ("deferred", 0, 60, "deferred"),
    ],
)
def test_a_mail_that_waits_for_the_time_its_writer_set_is_scheduled(state, attempts, wait, shown):
    assert smtp.shown_state(state, attempts, wait) == shown
