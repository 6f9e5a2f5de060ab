"""Networks and servers that attack the login or the encryption: nothing is given away."""

import base64
import ssl

import pytest

from core.imap import Endpoint, MailServerError, Session
from tests.core.certs import Authority, self_signed
from tests.core.imap.test_faults import PASSWORD, endpoint, failure_of
from tests.core.rawserver import RawServer, imap

# -- the network attacks ----------------------------------------------------------------------


def test_a_login_that_the_network_skips_is_refused_before_starttls():
    error = failure_of(imap(greeting=b"* PREAUTH welcome\r\n", capabilities=b"IMAP4rev1 STARTTLS"),
                       security="starttls")
    assert error.kind == "tls"
    assert "PREAUTH" in str(error)


def test_a_login_that_the_server_skips_is_refused_under_tls():
    authority = Authority()
    error = failure_of(imap(greeting=b"* PREAUTH welcome\r\n"), tls=authority.context(),
                       security="tls", ca_pem=authority.pem)
    assert "PREAUTH" in str(error)


@pytest.mark.parametrize(
    "answers", [{}, {"STARTTLS": b"%TAG NO later\r\n"}, {"STARTTLS": b"%TAG BAD no\r\n"}]
)
def test_the_password_is_not_sent_when_starttls_is_taken_away(answers):
    capabilities = b"IMAP4rev1 STARTTLS" if answers else b"IMAP4rev1"
    error = failure_of(imap(answers, capabilities=capabilities), security="starttls")
    assert (error.kind, error.reason) == ("tls", "no_starttls")
    assert b"LOGIN" not in error.received
    assert PASSWORD.encode() not in error.received


def test_answers_smuggled_in_front_of_the_encryption_are_refused():
    def inject(peer, tag):
        peer.send(tag + b" OK begin TLS\r\n* CAPABILITY IMAP4rev1 INJECTED\r\n")
        peer.wait_for_end()

    error = failure_of(imap({"STARTTLS": inject}, capabilities=b"IMAP4rev1 STARTTLS"),
                       security="starttls")
    assert error.kind == "tls"
    assert "ahead of the encryption" in str(error)


def test_what_was_offered_in_plaintext_counts_for_nothing_after_starttls():
    authority = Authority()
    context = authority.context()
    offers = [b"IMAP4rev1 STARTTLS ESEARCH", b"IMAP4rev1"]

    def capability(peer, tag):
        offer = offers[0] if len(offers) == 1 else offers.pop(0)
        peer.send(b"* CAPABILITY " + offer + b"\r\n" + tag + b" OK done\r\n")

    def starttls(peer, tag):
        peer.send(tag + b" OK done\r\n")
        peer.start_tls(context)

    answers = {"CAPABILITY": capability, "STARTTLS": starttls}
    with RawServer(imap(answers)) as server:
        secure = endpoint(server, "starttls", ca_pem=authority.pem)
        with Session.open(secure) as session:
            assert session.capabilities == {"IMAP4REV1"}


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        (lambda ca: self_signed(), "self_signed"),
        (lambda ca: Authority("Somebody else").context(), "unknown_issuer"),
        (lambda ca: ca.context(host="mail.example.com"), "hostname"),
        (lambda ca: ca.context(days=(-90, -1)), "expired"),
        (lambda ca: ca.context(days=(1, 90)), "not_yet_valid"),
    ],
)
def test_a_bad_certificate_is_refused_with_its_reason(context, reason):
    authority = Authority()
    error = failure_of(imap(), tls=context(authority), security="tls", ca_pem=authority.pem)
    assert (error.kind, error.reason, error.retryable) == ("certificate", reason, False)
    assert error.received == b""


def test_a_self_signed_server_is_trusted_once_its_certificate_is_pinned():
    context = self_signed()
    with RawServer(imap(), context) as server:
        blind = endpoint(server, "tls", verify=False)
        with Session.open(blind) as session:
            pem = ssl.DER_cert_to_PEM_cert(session._connection.peer_certificate())
        Session.open(endpoint(server, "tls", ca_pem=pem)).close()
        with pytest.raises(MailServerError, match="another name"):
            Session.open(endpoint(server, "tls", ca_pem=pem, host="mail.example.com"))


def test_old_tls_is_refused():
    authority = Authority()
    error = failure_of(imap(), tls=authority.old_context(), security="tls", ca_pem=authority.pem)
    assert error.kind == "tls"


def test_tls_with_a_server_that_speaks_plaintext_is_an_error_of_tls():
    assert failure_of(imap(), security="tls").kind == "tls"


def test_a_server_that_repeats_the_password_does_not_get_it_into_the_error():
    def echo(peer, tag):
        peer.send(tag + b" NO wrong: " + peer.server.received[-1])

    error = failure_of(imap({"LOGIN": echo}))
    assert error.kind == "auth"
    assert "***" in error.server_text


def test_a_server_that_has_trouble_is_not_mistaken_for_a_wrong_password():
    error = failure_of(imap({"LOGIN": b"%TAG NO [UNAVAILABLE] database is down\r\n"}))
    assert (error.kind, error.retryable) == ("throttled", True)


def test_a_server_text_can_not_flood_or_forge_the_log():
    answer = b"%TAG NO \x1b[31mred\x00 " + b"y" * 10_000 + b"\r\n"
    error = failure_of(imap({"LOGIN": answer}))
    assert len(error.server_text) <= 500
    assert error.server_text.isprintable()


def test_a_login_that_contains_a_quote_can_not_become_a_command():
    with RawServer(imap()) as server:
        evil = endpoint(server, login='anna" "x')
        Session.open(evil).close()
        login = next(line for line in server.received if b"LOGIN" in line)
    assert login.endswith(b'LOGIN "anna\\" \\"x" "' + PASSWORD.encode() + b'"\r\n')


@pytest.mark.parametrize("field", ["login", "password"])
@pytest.mark.parametrize("bad", ["a\r\nb", "a\nb", "a\0b"])
def test_line_ends_in_login_and_password_are_refused_without_repeating_them(field, bad):
    with pytest.raises(ValueError, match="line break") as caught:
        Endpoint("localhost", 993, "tls", **{field: bad})
    assert bad not in str(caught.value)


def test_no_login_by_password_is_tried_where_the_server_forbids_it():
    error = failure_of(imap(capabilities=b"IMAP4rev1 LOGINDISABLED"))
    assert error.kind == "auth"
    assert PASSWORD.encode() not in error.received


def test_a_token_logs_in_with_xoauth2():
    def authenticate(peer, tag):
        peer.send(b"+ \r\n")
        if base64.b64decode(peer.line()) == (
            f"user=anna@example.com\1auth=Bearer {PASSWORD}\1\1".encode()
        ):
            peer.send(tag + b" OK done\r\n")

    with RawServer(imap({"AUTHENTICATE": authenticate})) as server, \
            Session.open(endpoint(server, auth="xoauth2")) as session:
        assert session.select("INBOX").uidvalidity == 7
