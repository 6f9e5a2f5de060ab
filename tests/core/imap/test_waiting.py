"""The server tells of new mail by itself, as long as somebody waits for it."""

import threading

import pytest

from core.imap import MailServerError, Session
from tests.core.dovecot import mail
from tests.core.imap.test_faults import endpoint
from tests.core.rawserver import RawServer, imap


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


# -- servers that are not what they should be ---------------------------------------------------


def idle(talk):
    """A server that calls ``talk(peer, tag)`` while one waits for news."""
    def answer(peer, tag):
        peer.send(b"+ idling\r\n")
        return talk(peer, tag)

    return imap({"IDLE": answer}, capabilities=b"IMAP4rev1 IDLE")


def wait_at(server, seconds=30):
    with Session.open(endpoint(server)) as session:
        session.select("INBOX")
        try:
            return session.wait(seconds), session._imap.untagged_responses
        except MailServerError as error:
            return error.kind, session._imap.untagged_responses


@pytest.mark.parametrize("word", [b"* OK Still here\r\n", b"* OK " + b"x" * 9000 + b"\r\n"])
def test_a_server_that_chatters_without_end_while_one_waits_is_left(word):
    def chatter(peer, _tag):
        while True:
            peer.send(word * 50)

    with RawServer(idle(chatter)) as server:
        ended, kept = wait_at(server)
    assert ended == "limit"
    assert not kept.get("OK"), "what nobody reads fills no memory"


def test_a_word_now_and_then_is_no_reason_to_leave():
    def words(peer, tag):
        for _ in range(20):
            peer.send(b"* OK Still here\r\n")
        peer.send(b"* 3 EXISTS\r\n")
        peer.line()  # DONE
        peer.send(tag + b" OK done\r\n")

    with RawServer(idle(words)) as server:
        changed, _kept = wait_at(server)
    assert changed is True


def test_a_line_without_an_end_while_one_waits_is_not_kept():
    def endless(peer, _tag):
        while True:
            peer.send(b"x" * 65536)

    with RawServer(idle(endless)) as server:
        assert wait_at(server)[0] in ("limit", "protocol")
