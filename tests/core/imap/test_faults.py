"""Servers that break off, lie, flood or attack: a clear error, nothing leaked, nothing mixed up."""

import time

import pytest

from core.imap import Endpoint, MailServerError, Session, wire
from tests.core.rawserver import RawServer, imap

PASSWORD = "plant3d-s3cret"


def endpoint(server, security="none", **changes):
    values = {
        "host": "localhost", "address": server.host, "port": server.port, "security": security,
        "login": "anna@example.com", "password": PASSWORD, "timeout": 5.0,
    }
    return Endpoint(**{**values, **changes})


def failure_of(conversation, use=lambda session: None, tls=None, **changes):
    """The error that opening a session (and using it) ends in; the password is not in it."""
    with RawServer(conversation, tls) as server:
        with pytest.raises(MailServerError) as caught, \
                Session.open(endpoint(server, **changes)) as session:
            session.select("INBOX")
            use(session)
        error = caught.value
        error.received = b"".join(server.received)
    assert PASSWORD not in f"{error} {error!r} {error.server_text}"
    assert error.protocol == "imap"
    return error


def fetch(answer):
    """A server that answers UID FETCH with ``answer``."""
    return imap({"UID FETCH": answer})


def read_all(session):
    return list(session.fetch([1, 2]))


# -- the connection breaks off ----------------------------------------------------------------


def cut_in_literal(peer, _tag):
    peer.send(b"* 1 FETCH (UID 1 BODY[] {1000}\r\nSubject: half")
    return False


def test_a_connection_cut_in_the_middle_of_a_mail_brings_no_half_mail():
    error = failure_of(fetch(cut_in_literal), read_all)
    assert (error.kind, error.retryable) == ("closed", True)


def test_a_connection_cut_between_two_mails_is_noticed():
    def cut(peer, _tag):
        peer.send(b"* 1 FETCH (UID 1 BODY[] {2}\r\nab)\r\n")
        return False

    assert failure_of(fetch(cut), read_all).kind == "closed"


def test_a_goodbye_during_a_fetch_is_a_closed_connection():
    error = failure_of(fetch(b"* BYE shutting down\r\n"), read_all)
    assert error.kind == "closed"
    assert "shutting down" in error.server_text


def test_a_goodbye_for_too_many_connections_asks_to_come_back_later():
    error = failure_of(fetch(b"* BYE Too many simultaneous connections\r\n"), read_all)
    assert (error.kind, error.retryable) == ("throttled", True)


def test_a_session_is_over_after_a_broken_exchange():
    with RawServer(fetch(cut_in_literal)) as server, \
            Session.open(endpoint(server)) as session:
        session.select("INBOX")
        with pytest.raises(MailServerError):
            read_all(session)
        assert not session.usable
        with pytest.raises(MailServerError, match="closed"):
            session.noop()


@pytest.mark.parametrize(
    "greeting",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 smtp.example.com ESMTP\r\n", b"\0\xff\r\n",
     b"* \r\n", b"* OK\n", b"+OK POP3\r\n"],
)
def test_what_is_no_imap_server_is_said_to_be_none(greeting):
    assert failure_of(imap(greeting=greeting)).kind == "protocol"


def test_a_server_that_refuses_the_connection_is_quoted():
    error = failure_of(imap(greeting=b"* BYE Not from there\r\n"))
    assert error.kind == "refused"
    assert "Not from there" in str(error)


def test_a_silent_server_does_not_hold_the_worker():
    assert failure_of(lambda peer: peer.wait_for_end(), timeout=0.2).kind == "timeout"


def test_a_server_that_drips_bytes_does_not_hold_the_worker():
    def drip(peer, _tag):
        while True:
            peer.send(b"*")
            time.sleep(0.05)

    error = failure_of(fetch(drip), read_all, timeout=0.3)
    assert error.kind == "timeout"


def test_nothing_listens():
    with RawServer(imap()) as server:
        gone = endpoint(server)
    with pytest.raises(MailServerError) as caught:
        Session.open(gone)
    assert caught.value.kind == "connect"


def test_an_unknown_name():
    with pytest.raises(MailServerError) as caught:
        Session.open(Endpoint("no-such-host.invalid", 993, "tls", timeout=5))
    assert caught.value.kind == "name"


# -- the server sends too much ----------------------------------------------------------------


def test_an_announced_mail_of_two_gigabytes_is_not_read():
    def lie(peer, _tag):
        peer.send(b"* 1 FETCH (UID 1 BODY[] {2147483648}\r\n")
        peer.wait_for_end()

    error = failure_of(fetch(lie), read_all)
    assert (error.kind, error.retryable) == ("limit", False)


def test_a_mail_larger_than_the_caller_allows_is_not_read():
    big = b"* 1 FETCH (UID 1 BODY[] {300000}\r\n" + b"x" * 300_000 + b")\r\n%TAG OK done\r\n"
    error = failure_of(fetch(big), lambda session: list(session.fetch([1], max_bytes=100_000)))
    assert error.kind == "limit"


def test_an_endless_line_is_not_read():
    def flood(peer, _tag):
        while True:
            peer.send(b"x" * 1_000_000)

    assert failure_of(fetch(flood), read_all).kind == "limit"


def test_a_flood_of_answers_in_front_of_the_login_is_not_read():
    def flood(peer, _tag):
        while True:
            peer.send(b"* OK still here\r\n" * 1000)

    assert failure_of(imap({"CAPABILITY": flood})).kind == "limit"


def test_a_search_that_claims_four_billion_mails_is_not_believed():
    answer = imap(
        {"UID SEARCH": b'* ESEARCH (TAG "%TAG") UID ALL 1:4294967295\r\n%TAG OK done\r\n'},
        capabilities=b"IMAP4rev1 ESEARCH",
    )
    assert failure_of(answer, lambda session: session.uids()).kind == "protocol"


def test_flags_nested_ten_thousand_deep_are_an_error_and_no_crash():
    nested = b"* 1 FETCH (UID 1 FLAGS " + b"(" * 10_000 + b")" * 10_000 + b")\r\n%TAG OK done\r\n"
    error = failure_of(fetch(nested), lambda session: session.flags([1]))
    assert error.kind == "protocol"


@pytest.mark.parametrize(
    "answer",
    [b"* 1 FETCH (UID 1 FLAGS (\\Seen)\r\n", b'* 1 FETCH (UID 1 BODY[] "open)\r\n',
     b"* 1 FETCH (UID 1 BODY[])\r\n", b"* 1 FETCH UID 1\r\n", b"* 1 FETCH\r\n",
     b"* 1 FETCH (UID 1 BODY[] {2}\r\nab\r\n"],
)
def test_an_answer_that_can_not_be_parsed_is_an_error_and_no_half_mail(answer):
    def use(session):
        with pytest.raises(MailServerError) as caught:
            session.headers([1, 2])
        assert caught.value.kind == "protocol"
        assert read_all(session) == []
        return {uid: error.kind for uid, error in session.unreadable.items()}

    unreadable = opened({"UID FETCH": answer + b"%TAG OK done\r\n"}, use)
    assert unreadable == {1: "protocol", 2: "protocol"}


# -- the server mixes things up ---------------------------------------------------------------


def opened(answers, use, capabilities=b"IMAP4rev1"):
    with RawServer(imap(answers, capabilities=capabilities)) as server, \
            Session.open(endpoint(server)) as session:
        session.select("INBOX")
        return use(session)


def test_an_unasked_flag_update_is_not_taken_for_another_mail():
    # Message number 1 is the mail with UID 4 here; its update must not reach the mail with UID 1.
    answer = (
        b"* 1 FETCH (FLAGS (\\Deleted))\r\n"
        b"* 2 FETCH (UID 1 FLAGS (\\Seen))\r\n%TAG OK done\r\n"
    )
    assert opened({"UID FETCH": answer}, lambda s: s.flags([1])) == {1: {"\\Seen"}}


def test_mails_that_were_not_asked_for_are_ignored():
    answer = (
        b"* 1 FETCH (UID 1 BODY[] {2}\r\nab FLAGS ())\r\n"
        b"* 9 FETCH (UID 999 BODY[] {4}\r\nevil FLAGS ())\r\n%TAG OK done\r\n"
    )
    assert [m.uid for m in opened({"UID FETCH": answer}, read_all)] == [1]


def test_a_mail_that_is_sent_twice_arrives_once():
    answer = b"* 1 FETCH (UID 1 BODY[] {2}\r\nab)\r\n" * 2 + b"%TAG OK done\r\n"
    assert [m.raw for m in opened({"UID FETCH": answer}, read_all)] == [b"ab"]


def test_answers_to_an_earlier_command_are_not_taken_for_the_next():
    answers = {
        "NOOP": b"* 1 FETCH (UID 1 BODY[] {3}\r\nold FLAGS (\\Flagged))\r\n%TAG OK done\r\n",
        "UID FETCH": b"%TAG OK done\r\n",
    }

    def use(session):
        session.noop()
        return read_all(session)

    assert opened(answers, use) == []


def test_a_mail_without_date_flags_or_size_is_still_a_mail():
    answer = (
        b'* 1 FETCH (UID 1 INTERNALDATE "99-Foo-2020 99:99:99 +9999" BODY[] {2}\r\nab)\r\n'
        b"%TAG OK done\r\n"
    )
    (message,) = opened({"UID FETCH": answer}, read_all)
    assert (message.raw, message.size, message.flags) == (b"ab", 2, frozenset())
    assert message.internal_date is None


def test_an_empty_and_a_short_quoted_mail_are_read():
    answer = b'* 1 FETCH (UID 1 BODY[] "")\r\n* 2 FETCH (UID 2 BODY[] "123")\r\n%TAG OK done\r\n'
    assert [m.raw for m in opened({"UID FETCH": answer}, read_all)] == [b"", b"123"]


@pytest.mark.parametrize("manner", ["partial NO", "NO", "BAD", "nonsense"])
@pytest.mark.parametrize("damaged", [{1}, {6}, {12}, {3, 4}, set(range(1, 13))])
def test_a_damaged_mail_does_not_keep_the_others_from_arriving(manner, damaged):
    gone = {5}

    def answer(peer, tag):
        line = peer.server.received[-1]
        asked = set(wire.expand_set(line.split()[3].decode(), 100))
        good = b"".join(
            b"* %d FETCH (UID %d BODY[] {4}\r\ntext)\r\n" % (uid, uid)
            for uid in sorted(asked - damaged - gone)
        )
        if not asked & damaged:
            peer.send(good + tag + b" OK done\r\n")
        elif manner == "partial NO":
            peer.send(good + tag + b" NO some are damaged\r\n")
        elif manner == "nonsense":
            peer.send(good + b"* 1 FETCH (UID 1 FLAGS (\r\n" + tag + b" OK done\r\n")
        else:
            peer.send(tag + b" " + manner.encode() + b" damaged\r\n")

    def use(session):
        arrived = [message.uid for message in session.fetch(range(1, 13))]
        session.noop()
        return arrived, set(session.unreadable)

    everything = set(range(1, 13))
    arrived, unreadable = opened({"UID FETCH": answer}, use)
    assert sorted(arrived) == sorted(everything - damaged - gone)
    assert unreadable == damaged | (gone if damaged == everything else set())


def test_the_last_mail_is_not_taken_for_a_new_one():
    answers = {"UID SEARCH": b"* SEARCH 9\r\n%TAG OK done\r\n"}
    assert opened(answers, lambda s: s.uids(10)) == []


def test_search_results_in_any_order_and_shape_are_sorted():
    answers = {"UID SEARCH": b"* SEARCH 9 3 \r\n%TAG OK done\r\n"}
    assert opened(answers, lambda s: s.uids()) == [3, 9]
    assert opened({"UID SEARCH": b"%TAG OK done\r\n"}, lambda s: s.uids()) == []
    answers = {"UID SEARCH": b'* ESEARCH (TAG "%TAG") UID COUNT 3 ALL 7:6,2\r\n%TAG OK done\r\n'}
    assert opened(answers, lambda s: s.uids(), b"IMAP4rev1 ESEARCH") == [2, 6, 7]


def test_a_folder_without_uidvalidity_can_not_be_synchronised():
    assert failure_of(imap({"EXAMINE": b"* 2 EXISTS\r\n%TAG OK done\r\n"})).kind == "protocol"


def test_a_server_that_gives_no_uidnext_is_asked_for_the_last_uid():
    answers = {
        "EXAMINE": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n%TAG OK done\r\n",
        "UID SEARCH": b"* SEARCH 4 41\r\n%TAG OK done\r\n",
    }
    assert opened(answers, lambda s: s.select("INBOX").uidnext) == 42


def test_folders_with_impossible_names_are_left_out_and_odd_ones_can_be_opened():
    selected = []

    def examine(peer, tag):
        selected.append(peer.server.received[-1])
        peer.send(b"* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\n"
                  + tag + b" OK done\r\n")

    answers = {
        "LIST": b'* LIST () "/" "good"\r\n* LIST () "/" {12}\r\nbad\r\nA1 NOOP\r\n'
                b'* LIST () "/" "&AGEAYg-"\r\n* LIST () NIL 2024\r\n'
                b'* LIST (\\Noselect) "/" "&&broken"\r\n%TAG OK done\r\n',
        "EXAMINE": examine,
    }

    def use(session):
        folders = session.folders()
        for folder in folders:
            session.select(folder.path)
        return folders

    folders = opened(answers, use)
    assert [f.path for f in folders][:1] == ["good"]
    assert len(folders) == 4
    assert [line.split(b" ", 2)[2] for line in selected[1:]] == [
        b'"good"\r\n', b'"&AGEAYg-"\r\n', b'"2024"\r\n', b'"&&broken"\r\n'
    ]
