"""What a server can tell in one answer: LIST-STATUS, QRESYNC; and COMPRESS, LITERAL+, ID."""

import dataclasses
import os
import zlib

import pytest

from core.imap import FolderState, MailServerError, Session, Told, plan, resync_from
from tests.core.dovecot import mail
from tests.core.imap.test_faults import endpoint
from tests.core.rawserver import RawServer, imap


def commands(session) -> int:
    """How many commands the session has sent."""
    return session._imap.tagnum


def lines(session) -> list[bytes]:
    """The session's lines to the server from now on."""
    said, send = [], session._imap.send

    def listen(data):
        said.append(data)
        send(data)

    session._imap.send = listen
    return said


def state_of(status, uids):
    return FolderState.after(status, len(uids), max(uids, default=0))


# ---- the list of folders -----------------------------------------------------------------


def test_where_nothing_is_new_fifty_folders_cost_one_round_trip(dovecot):
    account = dovecot.account()
    with Session.open(account) as session:
        paths = ["INBOX", *(f"Klienci/Nº {number}" for number in range(50))]
        for path in paths[1:]:
            session.create_folder(path)
        for path in paths:
            session.append(path, mail(1))
        states = {}
        for path in paths:
            status = session.select(path)
            states[path] = state_of(status, session.uids())
    with Session.open(account) as session:
        assert commands(session) == 1  # the login
        listed = {folder.path: folder.status for folder in session.folders()}
        assert commands(session) == 2
        assert all(plan(states[path], listed[path]).idle for path in paths)
        session.close()
        assert commands(session) == 3


@pytest.mark.parametrize("name", ["2024", "NIL", 'with "quotes" and \\ back', "日本語", "a{3}"])
def test_the_list_tells_the_state_of_folders_of_any_name(dovecot, name):
    with Session.open(dovecot.account()) as session:
        session.create_folder(name)
        session.append(name, mail(1))
        listed = {folder.path: folder.status for folder in session.folders()}
        selected = session.select(name)
        assert listed[name] == dataclasses.replace(selected, permanent_flags=frozenset())


def test_a_folder_that_can_not_be_opened_has_no_state(dovecot):
    with Session.open(dovecot.account()) as session:
        session.create_folder("only/below")
        listed = {folder.path: folder for folder in session.folders()}
        assert not listed["only"].selectable
        assert listed["only"].status is None
        assert listed["only/below"].status.exists == 0


def test_a_server_without_extensions_is_asked_folder_by_folder(plain_dovecot):
    with Session.open(plain_dovecot.account(password="secret")) as session:
        session.append("INBOX", mail(1))
        assert {folder.status for folder in session.folders()} == {None}
        before = commands(session)
        status, told = session.resync("INBOX", (1, 1, 1))
        assert (commands(session) - before, status.exists, told) == (1, 1, None)


# ---- QRESYNC -----------------------------------------------------------------------------


@pytest.fixture
def box(dovecot):
    """(account, state after five mails, their UIDs)."""
    account = dovecot.account()
    with Session.open(account) as session:
        for number in range(5):
            session.append("INBOX", mail(number))
        status = session.select("INBOX")
        uids = session.uids()
    return account, state_of(status, uids), uids


def test_opening_a_folder_tells_what_changed_and_what_is_gone(box):
    account, state, uids = box
    with Session.open(account) as other:
        other.select("INBOX", readonly=False)
        other.add_flags(uids[:1], ["\\Flagged", "$Label"])
        other.delete(uids[2:4])
        other.append("INBOX", mail(9))
    with Session.open(account) as session:
        session.folders()
        session.select("Sent")  # says once what is understood
        before = commands(session)
        status, told = session.resync("INBOX", resync_from(state))
        assert commands(session) - before == 1
        assert told.flags == {uids[0]: {"\\Flagged", "$Label"}}
        assert told.vanished(uids) == uids[2:4]
        made = plan(state, status, told)
        assert (made.action, made.low, made.flags) == ("new", state.uidnext, "told")
        # What is known after that is all that there is: nothing has to be compared.
        assert not made.must_compare(len(uids) - 2 + 1)


def test_a_folder_in_which_nothing_happened_is_told_to_be_so(box):
    account, state, uids = box
    with Session.open(account) as session:
        status, told = session.resync("INBOX", resync_from(state))
        assert (told.flags, told.vanished(uids)) == ({}, [])
        assert plan(state, status, told).idle


def test_a_renumbered_folder_tells_nothing_of_the_old_numbers(box, dovecot):
    account, state, _uids = box
    dovecot.doveadm("mailbox", "update", "-u", account.login, "--uid-validity",
                    str(state.uidvalidity + 5), "INBOX")
    with Session.open(account) as session:
        status, told = session.resync("INBOX", resync_from(state))
        assert told is None
        assert plan(state, status, told).reason == "uidvalidity"


def test_a_folder_that_is_gone_is_refused_and_the_next_one_opens(box):
    account, state, _uids = box
    with Session.open(account) as session:
        with pytest.raises(MailServerError) as failure:
            session.resync("Nowhere", resync_from(state))
        assert failure.value.kind == "refused"
        assert session.select("INBOX").exists == 5


def test_an_expunge_told_in_mid_session_is_no_answer_to_another_command(box):
    account, state, uids = box
    with Session.open(account) as session, Session.open(account) as other:
        session.resync("INBOX", resync_from(state))
        other.select("INBOX", readonly=False)
        other.delete(uids[:2])
        session.noop()
        assert session.uids() == uids[2:]
        assert [message.uid for message in session.fetch(uids)] == uids[2:]


def test_spans_without_end_fill_no_memory():
    told = Told({}, ((1, 4294967295),))
    assert told.vanished([3, 900_000_000]) == [3, 900_000_000]
    assert Told({}, ((5, 7), (2, 2))).vanished([1, 2, 6, 8]) == [2, 6]
    # What has to be looked up for it here is no more than what it speaks of.
    told = Told(dict.fromkeys((12, 8, 9), frozenset()), ((5, 7),))
    assert sorted(told.spans) == [(5, 7), (8, 9), (12, 12)]


# ---- compression, literals, ID -----------------------------------------------------------


@pytest.mark.parametrize("security", ["tls", "none"])
def test_mail_comes_and_goes_compressed(dovecot, security):
    noise = os.urandom(200_000).hex().encode()
    large = mail(body="x" * 3_000_000)
    with Session.open(dovecot.account(security, password="secret")) as session:
        assert session.compress()
        assert session.compress()  # again: no harm
        for raw in (mail(1), large, mail(2).replace(b"hello", noise)):
            session.append("INBOX", raw)
        session.select("INBOX")
        bodies = [message.raw for message in session.fetch(session.uids())]
        assert bodies == [mail(1), large, mail(2).replace(b"hello", noise)]
        assert session.usable


def test_waiting_for_mail_works_through_compression(dovecot):
    account = dovecot.account()
    with Session.open(account) as session, Session.open(account) as other:
        session.compress()
        session.select("INBOX")
        other.append("INBOX", mail(1))
        assert session.wait(20)


def test_a_server_that_can_not_compress_is_read_as_it_is(plain_dovecot):
    with Session.open(plain_dovecot.account(password="secret")) as session:
        assert not session.compress()
        assert session.select("INBOX").exists == 0


def test_small_mail_is_stored_without_asking_first_and_large_mail_is_announced(dovecot):
    with Session.open(dovecot.account()) as session:
        said = lines(session)
        session.append("INBOX", b"Subject: a\nbare\r\n\r\nline\n")
        session.append("INBOX", mail(body="x" * 2_000_000), ["\\Seen"])
        announced = [line for line in said if b"APPEND" in line]
        assert announced[0].rstrip().endswith(b"+}")
        assert not announced[1].rstrip().endswith(b"+}")
        session.select("INBOX")
        first, second = session.fetch(session.uids())
        assert first.raw == b"Subject: a\r\nbare\r\n\r\nline\r\n"
        assert (second.size, second.flags) == (len(second.raw), {"\\Seen"})


def test_a_folder_that_is_not_there_refuses_a_mail_and_the_session_goes_on(any_dovecot):
    with Session.open(any_dovecot.account(password="secret")) as session:
        with pytest.raises(MailServerError) as failure:
            session.append("Nowhere", mail(1))
        assert failure.value.kind == "refused"
        assert session.select("INBOX").exists == 0


def test_the_server_is_told_who_asks_before_a_folder_is_opened(dovecot):
    with Session.open(dovecot.account()) as session:
        said = lines(session)
        session.folders()
        session.select("INBOX")
        session.select("Sent")
        words = [line.split()[1] for line in said]
        assert words == [b"LIST", b"ID", b"ENABLE", b"EXAMINE", b"EXAMINE"]


def test_a_server_that_offers_resync_and_refuses_it_is_read_without():
    opened = []

    def examine(peer, tag):
        opened.append(peer.server.received[-1])
        if b"QRESYNC" in opened[-1]:
            peer.send(tag + b" BAD no such thing\r\n")
        else:
            peer.send(b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 10] ok\r\n"
                      b"* OK [HIGHESTMODSEQ 9] ok\r\n" + tag + b" OK done\r\n")

    answers = {"EXAMINE": examine, "ENABLE": b"* ENABLED QRESYNC\r\n%TAG OK done\r\n"}
    capabilities = b"IMAP4rev1 ENABLE CONDSTORE QRESYNC"
    with RawServer(imap(answers, capabilities=capabilities)) as server, \
            Session.open(endpoint(server)) as session:
        for _pass in range(2):
            status, told = session.resync("INBOX", (7, 5, 9))
            assert (status.exists, status.highestmodseq, told) == (2, 9, None)
    assert [b"QRESYNC" in line for line in opened] == [True, False, False]


def test_a_mailbox_full_of_answers_that_nobody_asked_for_is_opened():
    examine = (
        b"* VANISHED (EARLIER) 1:3,5,8:4294967295\r\n"
        b"* 1 FETCH (UID 4 FLAGS (\\Seen) MODSEQ (8))\r\n"
        b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 10] ok\r\n"
        b"* OK [HIGHESTMODSEQ 9] ok\r\n%TAG OK done\r\n"
    )
    answers = {"EXAMINE": examine, "ENABLE": b"* ENABLED QRESYNC\r\n%TAG OK done\r\n"}
    with RawServer(imap(answers, capabilities=b"IMAP4rev1 ENABLE QRESYNC")) as server, \
            Session.open(endpoint(server)) as session:
        _status, told = session.resync("INBOX", (7, 5, 9))
        assert told.flags == {4: {"\\Seen"}}
        assert told.vanished([2, 4, 5, 9]) == [2, 5, 9]


@pytest.mark.parametrize("answer", [b"no deflate at all", zlib.compress(b"x" * 200_000_000)[2:-4]])
def test_compressed_nonsense_and_floods_end_in_an_error(answer):
    def compress(peer, tag):
        peer.send(tag + b" OK from now on\r\n")
        peer.sock.recv(65536)
        peer.send(answer)
        peer.wait_for_end()

    answers = {"COMPRESS": compress}
    with RawServer(imap(answers, capabilities=b"IMAP4rev1 COMPRESS=DEFLATE")) as server, \
            Session.open(endpoint(server)) as session:
        assert session.compress()
        with pytest.raises(MailServerError) as failure:
            session.noop()
        assert failure.value.kind in ("closed", "limit", "protocol")
        assert not session.usable
