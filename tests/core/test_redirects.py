"""A server that sends us to another one is not followed: nothing is said to that other."""

import time

import pytest

from core.imap import Session as ImapSession
from core.net import Endpoint, MailServerError
from core.pop3 import Session as Pop3Session
from core.providers.fetch import FetchError, fetch
from core.smtp import Session as SmtpSession
from tests.core.rawserver import RawServer, imap, pop3, smtp

PASSWORD = "plant3d-s3cret"
LOGIN = {"login": "anna@example.com", "password": PASSWORD}


def endpoint(server, **changes):
    return Endpoint(**{"host": "localhost", "address": server.host, "port": server.port,
                       "security": "none", "timeout": 5.0, **changes})  # fmt: skip


@pytest.fixture
def trap():
    """A server that nobody is to talk to."""
    with RawServer(lambda peer: peer.wait_for_end()) as server:
        yield server
        assert server.connections == 0
        assert server.received == []


def referrals(trap):
    """Answers by which IMAP servers send elsewhere (RFC 2193, RFC 2221)."""
    url = f"imap://anna@localhost:{trap.port}/INBOX".encode()
    return [
        imap({"LOGIN": b"%TAG NO [REFERRAL " + url + b"] Try there.\r\n"}),
        imap({"LOGIN": b"%TAG OK [REFERRAL " + url + b"] Go on there.\r\n",
              "EXAMINE": b"%TAG NO [REFERRAL " + url + b"] It is there.\r\n"}),
        imap(greeting=b"* BYE [REFERRAL " + url + b"] Moved.\r\n"),
        imap({"EXAMINE": b"* BYE [REFERRAL " + url + b"] Moved.\r\n"}),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(4))
def test_an_imap_referral_ends_the_session(trap, number):
    with RawServer(referrals(trap)[number]) as server, \
            pytest.raises(MailServerError) as caught, \
            ImapSession.open(endpoint(server, **LOGIN)) as session:
        session.select("INBOX")
    assert PASSWORD not in repr(caught.value)
    assert server.connections == 1


@pytest.mark.parametrize("answer", [
    b"551 5.7.1 User not local; please try <eve@elsewhere.example>\r\n",
    b"251 2.1.5 User not local; will forward to <eve@elsewhere.example>\r\n",
    b"421 4.3.2 Please use localhost:%d\r\n",
    b"550 5.1.6 Mailbox has moved to smtp://localhost:%d\r\n",
])  # fmt: skip
def test_an_smtp_server_that_names_another_place_changes_no_recipient(trap, answer):
    answer = answer.replace(b"%d", str(trap.port).encode())
    with RawServer(smtp({"RCPT": answer})) as server, \
            SmtpSession.open(endpoint(server)) as session:
        attempt = session.send("a@example.com", ["b@example.com"], b"Subject: x\r\n\r\nText\r\n")
    assert list(attempt.results) == ["b@example.com"]
    said = b"".join(server.received)
    assert b"elsewhere" not in said
    assert server.connections == 1
    # 251 is a yes: the server passes the mail on, and is responsible for it (RFC 5321, 3.4).
    assert (attempt.results["b@example.com"].state == "sent") is answer.startswith(b"251")


@pytest.mark.parametrize("answer", [b"-ERR [SYS/PERM] use localhost:%d\r\n",
                                    b"-ERR moved to pop3://localhost:%d\r\n"])  # fmt: skip
def test_a_pop3_server_that_names_another_place_is_left(trap, answer):
    answer = answer.replace(b"%d", str(trap.port).encode())
    with RawServer(pop3({"PASS": answer})) as server, pytest.raises(MailServerError) as caught:
        Pop3Session.open(endpoint(server, **LOGIN))
    assert PASSWORD not in repr(caught.value)
    assert server.connections == 1


@pytest.mark.parametrize("url", [
    "http://localhost:%d/x", "ftp://localhost:%d/x", "file:///etc/passwd", "https://localhost:%d/x",
    "https://user:secret@localhost/x", "gopher://localhost:%d/x", "//localhost:%d/x", "",
])  # fmt: skip
def test_settings_are_looked_up_by_https_on_its_own_port_alone(trap, url):
    with pytest.raises(FetchError):
        fetch(url.replace("%d", str(trap.port)), allows_address=lambda address: True,
              max_size=1000, deadline=time.monotonic() + 5)  # fmt: skip
