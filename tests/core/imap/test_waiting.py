"""The server tells of new mail by itself, as long as somebody waits for it."""

import threading

import pytest

from core.imap import MailServerError, Session
from tests.core.dovecot import mail


@pytest.fixture
def waiting(dovecot):
    """``(session, endpoint)``: a mailbox of its own with its INBOX open."""
    endpoint = dovecot.account()
    with Session.open(endpoint) as session:
        session.select("INBOX")
        yield session, endpoint


def later(work, seconds=0.3):
    timer = threading.Timer(seconds, work)
    timer.start()
    return timer


def test_mail_that_comes_while_one_waits_ends_the_waiting(waiting):
    session, endpoint = waiting
    with Session.open(endpoint) as other:
        later(lambda: other.append("INBOX", mail(1))).join(0)
        assert session.wait(20)
    session.select("INBOX")
    assert session.uids() == [1]


def test_a_flag_changed_elsewhere_ends_the_waiting_too(waiting):
    session, endpoint = waiting
    session.append("INBOX", mail(1))
    session.select("INBOX")
    with Session.open(endpoint) as other:
        other.select("INBOX", readonly=False)
        later(lambda: other.add_flags([1], ["\\Seen"])).join(0)
        assert session.wait(20)
    assert session.flags() == {1: {"\\Seen"}}


def test_waiting_in_vain_ends_and_the_session_goes_on(waiting):
    session, _endpoint = waiting
    for _ in range(3):
        assert not session.wait(0.2)
    assert session.select("INBOX").exists == 0


def test_a_waiting_session_can_be_ended_from_another_thread(waiting):
    session, _endpoint = waiting
    timer = later(session.interrupt)
    with pytest.raises(MailServerError) as failure:
        session.wait(60)
    timer.join()
    assert failure.value.kind == "closed"
    assert not session.usable


def test_a_server_that_ends_the_session_meanwhile_is_noticed(dovecot):
    endpoint = dovecot.account()
    with Session.open(endpoint) as session:
        session.select("INBOX")
        later(lambda: dovecot.doveadm("kick", endpoint.login))
        with pytest.raises(MailServerError) as failure:
            session.wait(60)
    assert failure.value.kind == "closed"


def test_a_server_without_idle_is_not_waited_for(plain_dovecot):
    with Session.open(plain_dovecot.account(password="secret")) as session:
        session.select("INBOX")
        assert not session.can_wait
        with pytest.raises(MailServerError) as failure:
            session.wait(5)
        assert failure.value.kind == "refused"
        assert session.usable
