"""The envelope of the next mail goes out together with the end of the one before (RFC 2920)."""

import pytest

from core.smtp import Endpoint, Pool, Session, manners
from tests.core.rawserver import RawServer, smtp

FIRST, SECOND = (
    ("a@example.com", [f"{name}@example.com"], f"Subject: {name}\r\n\r\nText\r\n".encode())
    for name in ("first", "second")
)
FEATURES = (b"PIPELINING",)


def cut(_peer):
    return False


def connect(server):
    return Session.open(
        Endpoint("localhost", server.port, "none", address=server.host, timeout=1.0)
    )


def send(answers, mails=(FIRST, SECOND), features=FEATURES):
    """(state of each mail, lines that the server received, the connection is still good)."""
    with RawServer(smtp(answers, features=features)) as server, connect(server) as session:
        states = []
        for mail, following in zip(mails, (*mails[1:], None), strict=True):
            attempt = session.send(*mail, following=following)
            states.append([result.state for result in attempt.results.values()])
        usable = session.usable
    return states, server.received, usable


class Waits:
    """A server that answers the end of a mail only when the next command has come."""

    def __init__(self, chunking):
        self.chunking, self.contents = chunking, []

    def __call__(self, peer):
        peer.send(b"220 hello\r\n")
        content, owed = b"", b""
        for line in peer.lines():
            verb, *words = line.split()
            peer.send(owed)
            owed = b""
            if verb == b"EHLO":
                offers = b"250-PIPELINING\r\n" + b"250-CHUNKING\r\n" * self.chunking
                peer.send(b"250-hi\r\n" + offers + b"250 HELP\r\n")
            elif verb == b"BDAT":
                content += peer.read(int(words[0]))
                owed = b"250 2.0.0 ok\r\n"
                if words[1:]:
                    self.contents.append(content)
                    content = b""
                else:
                    peer.send(owed)
                    owed = b""
            elif verb == b"DATA":
                peer.send(b"354 go\r\n")
                self.contents.append(b"".join(one + b"\r\n" for one in iter(peer.line, b".")))
                owed = b"250 2.0.0 ok\r\n"
            else:
                peer.send(b"250 2.0.0 ok\r\n")
            if len(self.contents) == 2:
                peer.send(owed)
                owed = b""


@pytest.mark.parametrize("chunking", [False, True])
def test_what_a_later_mail_needs_is_done_while_the_server_is_busy(chunking):
    """It answers the end of the first mail only when something else has come."""
    waits, seen = Waits(chunking), []

    def meanwhile():
        seen.append(list(waits.contents))
        session.prepare(*SECOND)
        raise OSError("no such file")  # is said when that mail is to be sent

    with RawServer(waits) as server, connect(server) as session:
        session.send(*FIRST, following=SECOND, meanwhile=meanwhile)
        attempt = session.send(*SECOND)
    assert len(seen) == 1
    assert [one.state for one in attempt.results.values()] == ["sent"]
    assert waits.contents[1] == SECOND[2]


def test_what_was_looked_at_before_is_sent_only_for_the_very_same_mail():
    other = (SECOND[0], ["other@example.com"], SECOND[2])
    with RawServer(smtp({}, features=FEATURES)) as server, connect(server) as session:
        session.prepare(*SECOND)
        session.send(*other)
    assert b"RCPT TO:<other@example.com>" in b"".join(server.received)
    assert b"second@example.com" not in b"".join(server.received)


@pytest.mark.parametrize("chunking", [False, True])
def test_no_round_trip_lies_between_two_mails(chunking):
    waits = Waits(chunking)
    with RawServer(waits) as server, connect(server) as session:
        first = session.send(*FIRST, following=SECOND)
        second = session.send(*SECOND)
    assert [one.state for one in (*first.results.values(), *second.results.values())] == [
        "sent", "sent"
    ]
    assert waits.contents == [FIRST[2], SECOND[2]]


@pytest.mark.parametrize("features", [(), FEATURES])
@pytest.mark.parametrize(
    ("answer", "first", "second"),
    [
        (b"250 2.0.0 taken\r\n", "sent", "sent"),
        (b"451 4.3.0 later\r\n", "deferred", "sent"),
        (b"554 5.6.0 never\r\n", "failed", "sent"),
        (b"421 4.3.2 closing\r\n", "deferred", "deferred"),
        (b"what?\r\n", "uncertain", "deferred"),
        (cut, "uncertain", "deferred"),
    ],
)
def test_what_becomes_of_a_mail_does_not_touch_the_next_one(answer, first, second, features):
    states, received, _usable = send({".": [answer, b"250 2.0.0 taken\r\n"]}, features=features)
    assert states == [[first], [second]]
    assert received.count(b".\r\n") == 1 + (second == "sent")


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "state"),
    [(b"450 4.2.0 later\r\n", "deferred"), (b"550 5.7.1 never\r\n", "failed"),
     (b"421 4.3.2 closing\r\n", "deferred"), (cut, "deferred")],
)
def test_what_is_said_of_the_next_envelope_counts_as_ever(verb, answer, state):
    usual = b"354 go\r\n" if verb == "DATA" else b"250 ok\r\n"
    states, received, usable = send({verb: [usual, answer]})
    assert states == [["sent"], [state]]
    assert usable == (answer not in (cut, b"421 4.3.2 closing\r\n"))
    assert received.count(b".\r\n") == 1


@pytest.mark.parametrize("verb", ["MAIL", "DATA"])
def test_a_server_that_dislikes_it_is_asked_again_and_no_mail_fails(verb):
    usual = b"354 go\r\n" if verb == "DATA" else b"250 ok\r\n"
    answers = {verb: [usual, b"554 5.5.0 SMTP synchronization error\r\n", usual]}
    states, received, _usable = send(answers, mails=(FIRST, SECOND, FIRST))
    assert states == [["sent"], ["sent"], ["sent"]]
    assert received.count(b"RSET\r\n") == 1


def test_one_refused_recipient_of_the_next_mail_keeps_the_others_from_nothing():
    two = (SECOND[0], ["b@example.com", "c@example.com"], SECOND[2])
    ok = b"250 ok\r\n"
    states, _received, usable = send(
        {"RCPT": [ok, b"550 5.1.1 unknown\r\n", ok]}, mails=(FIRST, two)
    )
    assert (states, usable) == ([["sent"], ["failed", "sent"]], True)


def test_when_nothing_follows_after_all_the_server_gets_no_empty_mail():
    with RawServer(smtp(features=FEATURES)) as server:
        with connect(server) as session:
            session.send(*FIRST, following=SECOND)
        assert server.received[-1] == b"DATA\r\n"
        with connect(server) as session, Pool() as pool:
            session.send(*FIRST, following=SECOND)
            pool.keep("account", "way", session)
            assert not session.usable, "it can carry no other mail"
    assert server.received.count(b".\r\n") == 2
    assert b"QUIT\r\n" not in server.received


def test_another_mail_than_the_one_that_was_to_follow_does_not_get_its_envelope():
    other = ("a@example.com", ["other@example.com"], FIRST[2])
    with RawServer(smtp(features=FEATURES)) as server, connect(server) as session:
        session.send(*FIRST, following=SECOND)
        attempt = session.send(*other)
    assert [result.state for result in attempt.results.values()] == ["deferred"]
    assert server.received.count(b".\r\n") == 1


def test_a_mail_whose_content_may_not_go_out_does_not_though_its_envelope_has():
    class Lost(Exception):
        pass

    def refuse(phase):
        if phase == "content":
            raise Lost

    with RawServer(smtp(features=FEATURES)) as server, connect(server) as session:
        session.send(*FIRST, following=SECOND)
        with pytest.raises(Lost):
            session.send(*SECOND, on_phase=refuse)
    assert server.received.count(b".\r\n") == 1


@pytest.mark.parametrize(
    "following",
    [("a@example.com", ["b c@example.com"], FIRST[2]), ("a@example.com", ["b@x"], b"bare\n"),
     ("a@example.com", [f"p{number}@example.com" for number in range(60)], FIRST[2]),
     ("ä@example.com", ["b@example.com"], FIRST[2])],
)
def test_a_mail_that_can_not_go_ahead_harms_none(following):
    with RawServer(smtp(features=FEATURES)) as server, connect(server) as session:
        attempt = session.send(*FIRST, following=following)
        assert session.usable
    assert [result.state for result in attempt.results.values()] == ["sent"]
    assert server.received[-1] == b"QUIT\r\n"


def _cuts_at_once(peer):
    """A server that can't bear it: it cuts the line when anything stands behind a mail's end."""
    peer.send(b"220 hello\r\n")
    lines = peer.lines()
    for line in lines:
        if line.startswith(b"EHLO"):
            peer.send(b"250-hi\r\n250 PIPELINING\r\n")
        elif line.startswith(b"DATA"):
            peer.send(b"354 go\r\n")
            for _one in iter(peer.line, b"."):
                pass
            peer.sock.settimeout(0.3)
            try:
                if peer._file.peek(1):
                    return
            except TimeoutError:
                peer.sock.settimeout(5)
                peer._file = peer.sock.makefile("rb")
            peer.send(b"250 2.0.0 taken\r\n")
        else:
            peer.send(b"250 2.0.0 ok\r\n")


def test_a_server_that_cuts_the_line_for_it_leaves_two_mails_in_doubt_and_no_third():
    states = []
    with RawServer(_cuts_at_once) as server:
        for _connection in range(4):
            with connect(server) as session:
                attempt = session.send(*FIRST, following=SECOND)
            states += [result.state for result in attempt.results.values()]
    assert states == ["uncertain", "uncertain", "sent", "sent"]


def test_a_line_that_is_lost_once_in_a_while_changes_nothing():
    ok = b"250 2.0.0 ok\r\n"
    answers = [cut, ok, ok, cut, ok, ok, cut, ok, ok]
    with RawServer(smtp({".": answers}, features=FEATURES)) as server:
        for _connection in range(6):
            with connect(server) as session:
                session.send(*FIRST, following=SECOND)
                session.send(*SECOND)
        assert manners.takes_ahead(("localhost", server.port))
    assert server.received.count(b".\r\n") == 9
