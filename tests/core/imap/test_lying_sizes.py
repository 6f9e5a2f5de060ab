"""A server that announces small mails and sends large ones: neither memory nor mail is lost."""

import gc
import tracemalloc

import pytest

from core import gather as gathering
from core.imap import MailServerError, Session, partly, reading, wire
from core.imap.transport import Transport
from tests.core.imap.test_faults import endpoint, fetch
from tests.core.rawserver import RawServer

BIG, MORE = 300_000, 1_000_000
LITERAL, QUOTED = b"BODY[] {%(size)d}\r\n%(text)s)\r\n", b'BODY[] "%(text)s")\r\n'


def sends(size, reply=b"OK done", shape=LITERAL, before=b"", most=1000, sent=None):
    """UID FETCH: of ``most`` mails that are asked for ``size(uid)`` bytes, then ``reply``."""

    def answer(peer, tag):
        asked = wire.expand_set(peer.server.received[-1].split()[3].decode(), 1000)
        if sent is not None:
            sent.append(asked)
        for uid in asked[:most]:
            body = shape % {b"size": size(uid), b"text": b"x" * size(uid)}
            peer.send(b"* %d FETCH (UID %d RFC822.SIZE 1 %s%s" % (uid, uid, before, body))
        peer.send(tag + b" " + reply + b"\r\n")

    return fetch(answer)


def gathered(session, uids, told=1, **options):
    return gathering.gather(
        session, list(uids), dict.fromkeys(uids, told), whole=10**8, largest=10**8, **options
    )


@pytest.fixture
def room(monkeypatch):
    monkeypatch.setattr(gathering, "MORE_BYTES", MORE)
    return MORE


@pytest.fixture
def opened():
    def use(conversation, work):
        with RawServer(conversation) as server, Session.open(endpoint(server)) as session:
            session.select("INBOX")
            return work(session)

    return use


@pytest.mark.parametrize("before", [b"", b'ENVELOPE ("a" NIL) '])
@pytest.mark.parametrize("reply", [b"OK done", b"NO some are damaged"])
def test_of_mails_that_are_larger_than_told_only_so_many_are_held(opened, room, reply, before):
    def work(session):
        batch = gathered(session, range(1, 21))
        intakes = batch.intakes()
        session.noop()
        return batch, intakes

    batch, intakes = opened(sends(lambda _uid: BIG, reply, before=before), work)
    assert sum(len(intake.raw) for intake in intakes) == batch.held <= room
    assert {intake.uid for intake in intakes} == {1, 2, 3}
    assert batch.larger == dict.fromkeys(range(4, 21), BIG)
    assert not batch.refused


def test_a_server_that_gives_one_mail_an_answer_and_then_says_no_fills_no_memory(opened, room):
    server = sends(lambda _uid: BIG, b"NO more is damaged", most=1)
    batch = opened(server, lambda session: gathered(session, range(1, 21)))
    assert batch.held <= room
    assert batch.held + sum(batch.larger.values()) == 20 * BIG


def test_all_answers_to_one_request_have_one_budget(opened, monkeypatch):
    monkeypatch.setattr(reading, "FETCH_BUDGET", 5 * BIG)
    sent = []

    server = sends(lambda _uid: BIG, b"NO more is damaged", most=1, sent=sent)
    with pytest.raises(MailServerError) as caught:
        opened(server, lambda session: list(session.fetch(range(1, 21))))
    assert caught.value.kind == "limit"
    assert len(sent) <= 6


def test_mails_in_lines_instead_of_literals_fill_no_memory_either(opened, room, monkeypatch):
    monkeypatch.setattr(Transport, "LINES", MORE)
    sent = []
    server = sends(lambda _uid: BIG, b"NO damaged", QUOTED, sent=sent)
    with pytest.raises(MailServerError) as caught:
        opened(server, lambda session: gathered(session, range(1, 21)))
    assert caught.value.kind == "limit"
    assert len(sent) == 1


def test_answers_that_make_no_sense_are_not_held_by_what_is_said_of_them(opened, room):
    nonsense = sends(lambda _uid: BIG, before=b"FLAGS ((( ")

    def work(session):
        gc.disable()
        tracemalloc.start()
        try:
            batch = gathered(session, range(1, 9))
            session.noop()
            return batch, tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
            gc.enable()

    batch, held = opened(nonsense, work)
    assert batch.refused.keys() == set(range(1, 9))
    assert held < room


def test_sizes_that_are_a_little_off_cost_no_mail(opened, room):
    def work(session):
        batch = gathered(session, range(1, 21), told=100_000)
        return batch.larger, [len(intake.raw) for intake in batch.intakes()]

    larger, sizes = opened(sends(lambda uid: 100_000 + uid * 4000), work)
    assert not larger
    assert sizes == [100_000 + uid * 4000 for uid in range(1, 21)]


def test_what_found_no_room_arrives_when_it_is_asked_for_by_its_real_size(opened, room):
    def work(session):
        first = gathered(session, [1, 2, 3, 4, 5])
        second = [gathered(session, [uid], told=size) for uid, size in first.larger.items()]
        return [len(one.raw) for batch in (first, *second) for one in batch.intakes()]

    sizes = [uid * MORE // 2 for uid in range(1, 6)]
    assert opened(sends(lambda uid: uid * MORE // 2), work) == sizes


def test_a_header_that_is_much_larger_than_asked_for_is_not_kept(opened, monkeypatch):
    monkeypatch.setattr(partly, "ROOM", MORE)
    structure = b'BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" 3 1) '
    flood = sends(
        lambda _uid: 2 * MORE, shape=LITERAL.replace(b"[]", b"[HEADER]<0>"), before=structure
    )

    def work(session):
        batch = gathering.gather(session, [1], {1: 10**9}, whole=10**8, largest=10**8)
        session.noop()
        return batch

    batch = opened(flood, work)
    assert [error.kind for error in batch.refused.values()] == ["protocol"]
    assert batch.intakes() == []


def test_headers_without_end_are_left_out(opened, monkeypatch):
    monkeypatch.setattr(reading, "HEADERS_ROOM", MORE)
    server = sends(lambda _uid: BIG, shape=LITERAL.replace(b"[]", b"[HEADER]"))
    assert opened(server, lambda session: sorted(session.headers(range(1, 21)))) == [1, 2, 3]
