"""Connections that break at every step, servers that lie or attack: what may be sent again."""

import base64
import hashlib
import hmac
import socket
import threading
import time

import pytest

from core.smtp import Endpoint, MailServerError, Session
from tests.core.certs import Authority, self_signed
from tests.core.rawserver import RawServer, smtp

PASSWORD = "plant3d-s3cret"
MAIL = b"Subject: x\r\n\r\nText\r\n"
TWO = ["b@example.com", "c@example.com"]


def endpoint(server, **changes):
    values = {"host": "localhost", "address": server.host, "port": server.port,
              "security": "none", "timeout": 2.0}
    return Endpoint(**{**values, **changes})


def send(answers, recipients=TWO, features=(), **changes):
    """(attempt, lines that the server received, whether another mail leaves afterwards)."""
    with RawServer(smtp(answers, features=features)) as server, \
            Session.open(endpoint(server, **changes)) as session:
        attempt = session.send("a@example.com", recipients, MAIL)
        assert session.usable == attempt.connection_usable
        assert list(attempt.results) == recipients
        return attempt, b"".join(server.received)


def states(attempt):
    return [result.state for result in attempt.results.values()]


def reasons(attempt):
    return {result.reason_code for result in attempt.results.values()}


def cut(peer):
    return False


def silent(peer):
    peer.wait_for_end()
    return False


def garbage(peer):
    peer.send(b"\x16\x03\x01 what?\r\n")
    return True


def contradiction(peer):
    peer.send(b"250-yes\r\n550 no\r\n")
    return True


BREAKS = [cut, silent, garbage, contradiction, b"99 short\r\n", b"\r\n"]


@pytest.fixture(params=[(), (b"PIPELINING",)], ids=["one by one", "pipelining"])
def features(request):
    return request.param


@pytest.mark.parametrize("fault", BREAKS)
@pytest.mark.parametrize(("step", "phase"), [("MAIL", "mail"), ("RCPT", "rcpt"), ("DATA", "rcpt")])
def test_a_connection_that_breaks_before_the_content_leaves_the_mail_to_be_tried_again(
    step, phase, fault, features
):
    attempt, received = send({step: fault}, timeout=0.3, features=features)
    assert states(attempt) == ["deferred", "deferred"]
    assert (attempt.phase, attempt.connection_usable) == (phase, False)
    assert attempt.error.protocol == "smtp"
    assert b"Text" not in received


@pytest.mark.parametrize("fault", BREAKS)
def test_a_connection_that_breaks_after_the_final_dot_leaves_the_mail_in_doubt(fault):
    attempt, received = send({".": fault}, timeout=0.3)
    assert states(attempt) == ["uncertain", "uncertain"]
    assert (attempt.phase, attempt.connection_usable) == ("content", False)
    assert received.endswith(b"Text\r\n.\r\n")


def test_a_connection_that_breaks_in_the_content_leaves_the_mail_to_be_tried_again():
    def data(peer):
        peer.send(b"354 go\r\n")
        peer.read(1000)
        return False

    raw = b"Subject: x\r\n\r\n" + b"x" * 20_000_000 + b"\r\n"
    with RawServer(smtp({"DATA": data})) as server, \
            Session.open(endpoint(server)) as session:
        attempt = session.send("a@example.com", TWO, raw)
    assert states(attempt) == ["deferred", "deferred"]
    assert (attempt.phase, attempt.connection_usable) == ("data", False)


def test_a_server_that_stops_taking_a_large_mail_is_believed_about_why():
    def data(peer):
        peer.send(b"354 go\r\n")
        peer.read(100_000)
        peer.send(b"552 5.3.4 too big\r\n")
        time.sleep(5)  # reads no more
        return False

    raw = b"Subject: x\r\n\r\n" + b"x" * 50_000_000 + b"\r\n"
    with RawServer(smtp({"DATA": data})) as server, \
            Session.open(endpoint(server, timeout=0.5)) as session:
        attempt = session.send("a@example.com", TWO, raw)
    assert (states(attempt), reasons(attempt)) == (["failed", "failed"], {"too_big"})


def test_a_server_that_wants_a_mail_for_nobody_gets_none():
    """With PIPELINING DATA goes along with the recipients; an empty mail would end what it asks."""
    stored = []

    def conversation(peer):
        peer.send(b"220 careless\r\n")
        for line in peer.lines():
            if line.startswith(b"RCPT"):
                peer.send(b"550 5.1.1 no such user\r\n")
            elif line == b"DATA":
                peer.send(b"354 go on\r\n")
            elif line == b".":
                stored.append(line)
                peer.send(b"250 thank you\r\n")
            else:
                peer.send(b"250-ok\r\n250 PIPELINING\r\n" if line[:4] == b"EHLO" else b"250 ok\r\n")

    with RawServer(conversation) as server, Session.open(endpoint(server)) as session:
        attempt = session.send("a@example.com", TWO, MAIL)
    assert states(attempt) == ["failed", "failed"]
    assert not attempt.connection_usable
    assert not stored


def test_hundreds_of_recipients_each_get_their_own_answer(features):
    answers = {"RCPT": [b"250 ok\r\n", b"550 5.1.1 no\r\n"] * 200 + [b"250 ok\r\n"]}
    everybody = [f"r{number}@example.com" for number in range(400)]
    attempt, received = send(answers, everybody, features)
    assert states(attempt) == ["sent", "failed"] * 200
    assert received.count(b"RCPT TO") == 400


def test_an_answer_later_than_the_timeout_leaves_the_mail_in_doubt():
    def late(peer):
        time.sleep(1.5)
        peer.send(b"250 ok\r\n")
        return True

    attempt, _received = send({".": late}, timeout=0.1)
    assert states(attempt) == ["uncertain", "uncertain"]
    assert reasons(attempt) == {"no_answer"}


def test_a_refused_recipient_stays_refused_when_the_connection_breaks_afterwards():
    attempt, _received = send({"RCPT": [b"550 5.1.1 unknown\r\n", b"250 ok\r\n"], ".": cut})
    assert states(attempt) == ["failed", "uncertain"]


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize(
    ("reply", "state"), [(b"450 4.3.0 later\r\n", "deferred"), (b"554 5.6.0 no\r\n", "failed")]
)
def test_every_command_can_be_put_off_or_refused_and_the_connection_stays_good(
    step, reply, state, features
):
    answers = {step: [reply, reply, {"DATA": b"354 go\r\n"}.get(step, b"250 ok\r\n")]}
    if step in ("MAIL", "DATA", "."):
        answers[step] = answers[step][1:]
    with RawServer(smtp(answers, features=features)) as server, \
            Session.open(endpoint(server)) as session:
        first = session.send("a@example.com", TWO, MAIL)
        second = session.send("a@example.com", TWO, MAIL)
    assert states(first) == [state, state]
    assert (first.phase, first.connection_usable) == ("done", True)
    assert states(second) == ["sent", "sent"]


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
def test_a_server_that_is_closing_defers_the_mail_and_is_left(step, features):
    attempt, _received = send({step: b"421 4.3.2 shutting down\r\n"}, features=features)
    assert states(attempt) == ["deferred", "deferred"]
    assert (attempt.throttled, attempt.connection_usable) == (True, False)


def test_a_server_that_closes_among_the_recipients_gets_no_content(features):
    attempt, received = send({"RCPT": [b"250 ok\r\n", b"421 busy\r\n"]}, features=features)
    assert states(attempt) == ["deferred", "deferred"]
    assert b"Text" not in received


def test_a_250_in_place_of_354_does_not_count_as_sent():
    attempt, received = send({"DATA": b"250 thanks\r\n"})
    assert states(attempt) == ["deferred", "deferred"]
    assert b"Text" not in received
    assert not attempt.connection_usable


def test_a_login_that_expires_in_mid_run_is_no_fault_of_the_mail():
    attempt, _received = send({"MAIL": b"535 5.7.8 token expired\r\n"})
    assert states(attempt) == ["deferred", "deferred"]
    assert attempt.scope == "account"


def test_long_answers_of_many_lines_are_read_and_shortened():
    reply = b"".join(b"550-5.7.1 line %d of the law\r\n" % n for n in range(100)) + b"550 end\r\n"
    attempt, _received = send({".": reply})
    result = attempt.results[TWO[0]]
    assert result.state == "failed"
    assert result.reply.enhanced == "5.7.1"
    assert len(result.reply.text) <= 1000


@pytest.mark.parametrize(
    "flood", [lambda peer: peer.send(b"250-" + b"x" * 1_000_000),
              lambda peer: [peer.send(b"250-x\r\n") for _ in range(100_000)]]
)
def test_an_endless_answer_is_cut_off(flood):
    def endless(peer):
        while True:
            flood(peer)

    attempt, _received = send({"MAIL": endless})
    assert states(attempt) == ["deferred", "deferred"]
    assert attempt.error.kind == "limit"


def test_a_server_that_drips_bytes_does_not_hold_the_worker():
    def drip(peer):
        while True:
            peer.send(b"2")
            time.sleep(0.05)

    attempt, _received = send({"MAIL": drip}, timeout=0.3)
    assert attempt.error.kind == "timeout"


def test_what_the_server_can_not_transport_is_said_before_it_is_sent():
    with RawServer(smtp()) as server, Session.open(endpoint(server)) as session:
        eight_bit = session.send("a@example.com", TWO, MAIL + "ż\r\n".encode())
        header = session.send("a@example.com", TWO, "Subject: ż\r\n\r\n".encode())
        sender = session.send("ż@example.com", TWO, MAIL)
        mixed = session.send("a@example.com", ["ż@example.com", "b@przykład.pl"], MAIL)
    assert (states(eight_bit), reasons(eight_bit)) == (["failed"] * 2, {"no_8bitmime"})
    assert (states(header), reasons(header)) == (["failed"] * 2, {"no_smtputf8"})
    assert (states(sender), reasons(sender)) == (["failed"] * 2, {"no_smtputf8"})
    assert states(mixed) == ["failed", "sent"]
    assert server.received.count(b"DATA\r\n") == 1


# -- opening a session ------------------------------------------------------------------------


def failure_of(conversation, tls=None, **changes):
    with RawServer(conversation, tls) as server:
        with pytest.raises(MailServerError) as caught:
            Session.open(endpoint(server, login="anna", password=PASSWORD, **changes))
        error = caught.value
        error.received = b"".join(server.received)
    shown = f"{error} {error!r} {error.server_text}"
    assert PASSWORD not in shown
    assert base64.b64encode(f"\0anna\0{PASSWORD}".encode()).decode() not in shown
    return error


@pytest.mark.parametrize(
    ("greeting", "kind"),
    [(b"554 go away\r\n", "refused"), (b"421 too busy\r\n", "throttled"),
     (b"* OK IMAP4rev1\r\n", "protocol"), (b"SSH-2.0-OpenSSH\r\n", "protocol"),
     (b"", "closed")],
)
def test_a_server_that_does_not_want_us_is_quoted(greeting, kind):
    def conversation(peer):
        peer.send(greeting)

    assert failure_of(conversation).kind == kind


@pytest.mark.parametrize(
    ("answers", "features"),
    [({}, ()), ({"STAR": b"454 not now\r\n"}, (b"STARTTLS",)),
     ({"STAR": b"501 no\r\n"}, (b"STARTTLS",))],
)
def test_the_password_is_not_sent_when_starttls_is_taken_away(answers, features):
    error = failure_of(smtp(answers, features=(*features, b"AUTH PLAIN")), security="starttls")
    assert error.kind == "tls"
    assert b"AUTH" not in error.received


def test_answers_smuggled_in_front_of_the_encryption_are_refused():
    def inject(peer):
        peer.send(b"220 go\r\n250-injected\r\n250 AUTH PLAIN\r\n")
        peer.wait_for_end()
        return False

    error = failure_of(smtp({"STAR": inject}, features=[b"STARTTLS"]), security="starttls")
    assert error.kind == "tls"
    assert "ahead of the encryption" in str(error)


def test_what_was_offered_in_plaintext_counts_for_nothing_after_starttls():
    authority = Authority()
    context = authority.context()

    def starttls(peer):
        peer.send(b"220 go\r\n")
        peer.start_tls(context)
        return True

    ehlo = [b"250-x\r\n250-STARTTLS\r\n250-SIZE 5\r\n250 AUTH PLAIN\r\n", b"250 x\r\n"]
    with RawServer(smtp({"EHLO": ehlo, "STAR": starttls})) as server, \
            Session.open(endpoint(server, security="starttls", ca_pem=authority.pem)) as session:
        assert session.features == {}
        assert session.max_size is None


def test_a_bad_certificate_is_refused_before_the_login():
    error = failure_of(smtp(features=[b"AUTH PLAIN"]), tls=self_signed(), security="tls")
    assert (error.kind, error.reason, error.received) == ("certificate", "self_signed", b"")


def test_old_tls_is_refused_before_the_login():
    authority = Authority()
    conversation = smtp(features=[b"AUTH PLAIN"])
    error = failure_of(conversation, tls=authority.old_context(), security="tls",
                       ca_pem=authority.pem)  # fmt: skip
    assert (error.kind, error.received) == ("tls", b"")


@pytest.mark.parametrize(
    ("reply", "kind"),
    [(b"535 5.7.8 bad credentials\r\n", "auth"), (b"454 4.7.0 try later\r\n", "throttled"),
     (b"421 4.7.0 too many\r\n", "throttled"), (b"534 5.7.9 app password needed\r\n", "auth"),
     (b"535 no: " + base64.b64encode(f"\0anna\0{PASSWORD}".encode()) + b"\r\n", "auth")],
)
def test_a_refused_login_says_whether_the_account_is_at_fault(reply, kind):
    error = failure_of(smtp({"AUTH": reply}, features=[b"AUTH PLAIN LOGIN"]))
    assert error.kind == kind


def test_a_server_without_a_login_is_an_account_problem():
    assert failure_of(smtp()).kind == "auth"
    assert failure_of(smtp(features=[b"AUTH GSSAPI"])).kind == "auth"


def login(features, converse, **changes):
    with RawServer(smtp({"AUTH": converse}, features=features)) as server:
        Session.open(endpoint(server, login="anna", password=PASSWORD, **changes)).close()


def test_cram_md5_answers_the_challenge():
    def converse(peer):
        peer.send(b"334 " + base64.b64encode(b"<1@x>") + b"\r\n")
        digest = hmac.new(PASSWORD.encode(), b"<1@x>", "md5").hexdigest()
        good = base64.b64decode(peer.line()) == f"anna {digest}".encode()
        peer.send(b"235 in\r\n" if good else b"535 wrong\r\n")
        return True

    login([b"AUTH CRAM-MD5"], converse)


def test_a_token_logs_in_with_xoauth2_and_its_refusal_is_read():
    def converse(good):
        def answer(peer):
            token = base64.b64decode(peer.server.received[-1].split()[2])
            assert token == f"user=anna\1auth=Bearer {PASSWORD}\1\1".encode()
            if good:
                peer.send(b"235 in\r\n")
            else:
                peer.send(b"334 eyJzdGF0dXMiOiI0MDEifQ==\r\n")
                assert peer.sock.recv(10) == b"\r\n"
                peer.send(b"535 5.7.8 expired\r\n")
            return True
        return answer

    login([b"AUTH XOAUTH2"], converse(True), auth="xoauth2")
    with pytest.raises(MailServerError) as caught:
        login([b"AUTH XOAUTH2"], converse(False), auth="xoauth2")
    assert (caught.value.kind, "535" in caught.value.server_text) == ("auth", True)


def test_a_server_that_knows_only_helo_still_takes_mail():
    answers = {"EHLO": b"502 what\r\n", "HELO": b"250 hi\r\n"}
    attempt, received = send(answers)
    assert states(attempt) == ["sent", "sent"]
    assert b"SIZE" not in received


def test_we_give_our_address_when_we_have_no_name():
    _attempt, received = send({})
    assert received.startswith(b"EHLO [127.0.0.1]\r\n")


@pytest.mark.parametrize(
    ("last_words", "state"),
    [(b"", "deferred"), (b"452 4.3.1 no room\r\n", "deferred"), (b"552 5.3.4 big\r\n", "failed")],
)
def test_a_server_that_leaves_before_the_end_of_the_mail_leaves_no_doubt(last_words, state):
    """It has closed when the final dot is due, and the dot is not sent any more."""
    left = threading.Event()

    def read_some(peer):
        peer.send(b"354 go\r\n")
        peer.line()
        peer.send(last_words)
        peer.sock.shutdown(socket.SHUT_WR)
        left.set()
        peer.wait_for_end()
        return False

    def on_phase(phase):
        if phase == "content":
            assert left.wait(5)
            time.sleep(0.1)  # what was sent is on its way over loopback

    with RawServer(smtp({"DATA": read_some})) as server, \
            Session.open(endpoint(server)) as session:
        attempt = session.send("a@example.com", TWO, MAIL, on_phase)
        assert states(attempt) == [state, state]
        assert not session.usable


def test_a_mail_of_100_mb_arrives_whole():
    body = (b"." + b"x" * 900 + b"\r\n") * (100 * 1024 * 1024 // 903 + 1)
    raw = b"Subject: large\r\n\r\n" + body
    arrived = hashlib.sha256()

    def content(peer):
        peer.send(b"354 go\r\n")
        for line in peer.lines():
            peer.server.received.clear()  # or the test holds it a second time, line by line
            if line == b".":
                peer.send(b"250 2.0.0 taken\r\n")
                return True
            arrived.update(line.removeprefix(b".") + b"\r\n")
        return False

    with RawServer(smtp({"DATA": content})) as server, \
            Session.open(endpoint(server, timeout=20.0)) as session:
        attempt = session.send("a@example.com", TWO, raw)
    assert states(attempt) == ["sent", "sent"]
    assert arrived.digest() == hashlib.sha256(raw).digest()
