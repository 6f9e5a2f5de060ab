"""POP3 servers that break off, lie or attack: a clear error, and the password stays secret."""


import pytest

from core.pop3 import Endpoint, MailServerError, Session
from tests.core.certs import Authority
from tests.core.rawserver import RawServer, pop3

PASSWORD = "plant3d-s3cret"


def endpoint(server, security="none", **changes):
    values = {
        "host": "localhost", "address": server.host, "port": server.port, "security": security,
        "login": "anna@example.com", "password": PASSWORD, "timeout": 3.0,
    }
    return Endpoint(**{**values, **changes})


def failure_of(conversation, use=lambda session: None, tls=None, **changes):
    """The error that opening a session (and using it) ends in; the password is not in it."""
    with RawServer(conversation, tls) as server:
        with pytest.raises(MailServerError) as caught, \
                Session.open(endpoint(server, **changes)) as session:
            use(session)
        error = caught.value
        error.received = b"".join(server.received)
    assert PASSWORD not in f"{error} {error!r} {error.server_text}"
    assert error.protocol == "pop3"
    return error


def no_password_sent(error):
    return PASSWORD.encode() not in error.received and b"USER" not in error.received


# -- encryption -------------------------------------------------------------------------------


def test_a_server_without_starttls_gets_no_password():
    error = failure_of(pop3(), security="starttls")
    assert (error.kind, error.reason) == ("tls", "no_starttls")
    assert no_password_sent(error)


def test_plaintext_pushed_in_front_of_the_encryption_is_refused():
    error = failure_of(
        pop3({"STLS": b"+OK go\r\n+OK injected\r\n"}), security="starttls", verify=False
    )
    assert error.kind == "tls"
    assert no_password_sent(error)


def test_nothing_said_before_the_encryption_counts_after_it():
    authority = Authority()
    context = authority.context()

    def secure(peer, _line):
        peer.send(b"+OK go\r\n")
        peer.start_tls(context)

    # In plaintext a man in the middle may say anything about capabilities: nobody asks.
    with RawServer(pop3({"STLS": secure})) as server, Session.open(
        endpoint(server, "starttls", ca_pem=authority.pem)
    ) as session:
        assert session.uidl() == {"a": 1, "b": 2}
    assert [line.split()[0] for line in server.received[:2]] == [b"STLS", b"CAPA"]


def test_a_certificate_of_nobody_knows_whom_is_refused():
    error = failure_of(pop3(), tls=Authority().context(), security="tls")
    assert error.kind == "certificate"
    assert no_password_sent(error)


def test_old_tls_is_refused():
    authority = Authority()
    error = failure_of(pop3(), tls=authority.old_context(), security="tls", ca_pem=authority.pem)
    assert error.kind == "tls"


# -- the login --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"-ERR wrong\r\n", "auth"),
        (b"-ERR [AUTH] wrong\r\n", "auth"),
        (b"-ERR [IN-USE] locked by another session\r\n", "throttled"),
        (b"-ERR [LOGIN-DELAY] wait\r\n", "throttled"),
        (b"-ERR [SYS/TEMP] later\r\n", "throttled"),
        (b"hello?\r\n", "protocol"),
        (b"-ERR you said plant3d-s3cret\r\n", "auth"),
    ],
)
def test_a_refused_login_is_told_apart_from_a_busy_server(answer, kind):
    error = failure_of(pop3({"PASS": answer}))
    assert error.kind == kind


def test_a_token_logs_in_in_a_line_of_its_own():
    def ask(peer, line):
        assert line == b"AUTH XOAUTH2"
        peer.send(b"+ \r\n")
        peer.line()
        peer.send(b"+OK\r\n")

    with RawServer(pop3({"AUTH": ask})) as server, Session.open(
        endpoint(server, auth="xoauth2", password="t" * 3000)
    ) as session:
        assert session.usable


def test_a_refused_token_is_told_and_not_shown():
    def refuse(peer, _line):
        peer.send(b"+ \r\n")
        peer.line()
        peer.send(b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")
        assert peer.line() == b""
        peer.send(b"-ERR invalid token\r\n")

    error = failure_of(pop3({"AUTH": refuse}), auth="xoauth2")
    assert error.kind == "auth"


def test_login_and_password_can_not_smuggle_a_command():
    for changes in ({"login": "a\r\nDELE 1"}, {"password": "a\nDELE 1"}):
        with RawServer(pop3()) as server, pytest.raises(ValueError, match="line break"):
            Session.open(endpoint(server, **changes))


# -- broken answers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        b"+OK\r\nx a\r\n.\r\n", b"+OK\r\n1\r\n.\r\n", b"+OK\r\n0 a\r\n.\r\n",
        b"+OK\r\n-1 a\r\n.\r\n", b"+OK\r\n1 a b\r\n.\r\n", b"+OK\r\n1 \xff\r\n.\r\n",
        b"+OK\r\n1 " + b"a" * 600 + b"\r\n.\r\n", b"+OK\r\n99999999999 a\r\n.\r\n",
    ],
)
def test_unique_ids_that_make_no_sense_are_not_believed(answer):
    assert failure_of(pop3({"UIDL": answer}), lambda session: session.uidl()).kind == "protocol"


def test_identical_copies_may_share_a_unique_id():
    with RawServer(pop3({"UIDL": b"+OK\r\n1 a\r\n2 a\r\n3 b\r\n.\r\n"})) as server, Session.open(
        endpoint(server)
    ) as session:
        assert session.uidl() == {"a": 1, "b": 3}


def test_a_server_without_unique_ids_can_not_be_used():
    error = failure_of(pop3({"UIDL": b"-ERR unknown\r\n"}), lambda session: session.uidl())
    assert error.kind == "refused"
    assert "IMAP" in str(error)


def test_a_server_without_capabilities_can_be_used():
    with RawServer(pop3({"CAPA": b"-ERR unknown\r\n"})) as server, Session.open(
        endpoint(server)
    ) as session:
        assert session.sizes() == {1: 10, 2: 20}


def test_line_ends_stay_as_they_came():
    answer = b"+OK\r\nA: b\n\n..x\r\n\rfoo\r\n..\r\n.\r\n"
    with RawServer(pop3({"RETR": answer})) as server, Session.open(endpoint(server)) as session:
        assert session.fetch(1) == b"A: b\n\n.x\r\n\rfoo\r\n.\r\n"


def test_a_message_cut_in_the_middle_is_no_message():
    def cut(peer, _line):
        peer.send(b"+OK\r\nSubject: x\r\n\r\nhalf of")
        return False

    error = failure_of(pop3({"RETR": cut}), lambda session: session.fetch(1))
    assert (error.kind, error.retryable) == ("closed", True)


TOP_OFFERED = b"+OK\r\nTOP\r\nUIDL\r\n.\r\n"
WHOLE = b"+OK\r\nSubject: x\r\n\r\nhello\r\nworld\r\n.\r\n"


@pytest.mark.parametrize(
    "top", [b"-ERR not today\r\n", b"+OK\r\nSubject: x\r\n\r\nhello\r\n.\r\n"]
)
def test_a_server_whose_top_brings_not_everything_is_asked_for_the_message_itself(top):
    answers = {"CAPA": TOP_OFFERED, "TOP": top, "RETR": WHOLE}
    with RawServer(pop3(answers)) as server, Session.open(endpoint(server)) as session:
        for _number in range(2):
            assert session.fetch(1, size=28) == b"Subject: x\r\n\r\nhello\r\nworld\r\n"


def test_a_server_that_tells_wrong_sizes_is_found_out_only_once():
    answers = {"CAPA": TOP_OFFERED, "TOP": WHOLE, "RETR": WHOLE}
    with RawServer(pop3(answers)) as server, Session.open(endpoint(server)) as session:
        for _number in range(3):
            assert session.fetch(1, size=99) == b"Subject: x\r\n\r\nhello\r\nworld\r\n"
    assert sum(line.startswith(b"RETR") for line in server.received) == 1


def test_a_server_that_goes_silent_is_left():
    def silent(peer, _line):
        peer.wait_for_end()

    error = failure_of(pop3({"RETR": silent}), lambda session: session.fetch(1), timeout=0.3)
    assert (error.kind, error.retryable) == ("timeout", True)


@pytest.mark.parametrize("command", ["UIDL", "RETR", "CAPA", "PASS"])
def test_an_endless_answer_is_cut_off(command):
    def flood(peer, _line):
        peer.send(b"+OK ")
        while True:
            peer.send(b"x" * 65536 if command in ("CAPA", "PASS") else b"9 a\r\n" * 20000)

    def use(session):
        if command == "RETR":
            session.fetch(1, max_size=10_000_000)
        session.uidl()

    assert failure_of(pop3({command: flood}), use).kind == "limit"


def test_a_greeting_that_is_none_is_told():
    assert failure_of(pop3(greeting=b"-ERR busy\r\n")).kind == "refused"
    assert failure_of(pop3(greeting=b"* OK IMAP4rev1\r\n")).kind == "protocol"
    assert failure_of(pop3(greeting=b""), timeout=0.3).kind in ("closed", "timeout")


def test_nothing_is_ever_deleted():
    with RawServer(pop3()) as server:
        with Session.open(endpoint(server)) as session:
            for number in session.uidl().values():
                session.fetch(number)
        received = b"".join(server.received).upper()
    assert b"DELE" not in received
    assert received.endswith(b"QUIT\r\n")
