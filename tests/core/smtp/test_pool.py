"""A session that stays open from one batch to the next."""

import pytest

from core.smtp import Endpoint, MailServerError, Pool, Session
from core.smtp import pool as pools
from tests.core.rawserver import RawServer, smtp

MAIL = b"Subject: x\r\n\r\nText\r\n"


def connector(server):
    endpoint = Endpoint(
        host="localhost", address=server.host, port=server.port, security="none", timeout=2.0
    )
    return lambda: Session.open(endpoint)


def send(session):
    return session.send("a@example.com", ["b@example.com"], MAIL).results["b@example.com"].state


def test_the_next_batch_goes_over_the_same_connection():
    with RawServer(smtp()) as server, Pool() as pool:
        first, is_new = pool.take(1, "way", connector(server))
        assert (is_new, send(first)) == (True, "sent")
        pool.keep(1, "way", first)
        second, is_new = pool.take(1, "way", connector(server))
        assert second is first
        assert (is_new, send(second)) == (False, "sent")
        pool.keep(1, "way", second)
    assert not first.usable, "closed at the end"


@pytest.mark.parametrize("key", [2, 1])
def test_another_account_or_a_changed_one_gets_a_connection_of_its_own(key):
    with RawServer(smtp()) as server, Pool() as pool:
        first, _new = pool.take(1, "way", connector(server))
        pool.keep(1, "way", first)
        second, is_new = pool.take(key, "other way", connector(server))
        assert (is_new, second is first) == (True, False)
        assert first.usable == (key == 2)
        second.close()


@pytest.mark.parametrize("farewell", [b"", b"421 4.4.2 idle for too long\r\n"])
def test_a_server_that_has_closed_meanwhile_costs_no_mail_its_attempt(farewell):
    def closes(peer):
        peer.send(b"250 taken\r\n" + farewell)
        return False

    with RawServer(smtp({".": [closes, b"250 taken\r\n"]})) as server, Pool() as pool:
        first, _new = pool.take(1, "way", connector(server))
        send(first)
        assert first._connection.readable(2)
        pool.keep(1, "way", first)
        second, is_new = pool.take(1, "way", connector(server))
        assert (is_new, send(second)) == (True, "sent")
        second.close()


def test_after_a_while_the_server_is_asked_whether_it_is_still_there(monkeypatch):
    monkeypatch.setattr(pools, "UNASKED", -1)
    with RawServer(smtp({"RSET": b"421 4.4.2 gone\r\n"})) as server, Pool() as pool:
        first, _new = pool.take(1, "way", connector(server))
        pool.keep(1, "way", first)
        second, is_new = pool.take(1, "way", connector(server))
        assert (is_new, first.usable) == (True, False)
        second.close()


def test_a_connection_that_nobody_needs_is_closed_in_time_and_not_too_many_stay_open(monkeypatch):
    with RawServer(smtp()) as server, Pool() as pool:
        sessions = []
        for key in range(pools.MOST + 1):
            session, _new = pool.take(key, "way", connector(server))
            pool.keep(key, "way", session)
            sessions.append(session)
        assert [one.usable for one in sessions] == [False, *[True] * pools.MOST]
        monkeypatch.setattr(pools, "IDLE", -1)
        pool.take("new", "way", connector(server))[0].close()
        assert not any(one.usable for one in sessions)


def test_a_server_that_is_away_is_told_as_ever():
    with Pool() as pool:
        with RawServer(smtp()) as server:
            connect = connector(server)
        with pytest.raises(MailServerError):
            pool.take(1, "way", connect)
