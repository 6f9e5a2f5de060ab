"""The connection test as a person sees it: how far it comes, why it stops, what to try next."""

import socket
import threading
import time
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest

from core.imap import Endpoint, Session
from core.probe import STEPS, TEXTS, Policy, probe_imap, probe_pop3, probe_smtp
from tests.core.certs import Authority, self_signed
from tests.core.probe.climbing import MANAGER, PASSWORD, climb, last, raw_endpoint
from tests.core.rawserver import RawServer, imap, smtp


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_a_good_imap_account_reaches_the_top(sandbox, security):
    endpoint = sandbox.account(security, password=PASSWORD)
    with Session.open(endpoint) as session:
        session.append("INBOX", b"Subject: x\r\n\r\n")
    steps = climb(probe_imap(endpoint, MANAGER))
    assert [step.name for step in steps] == list(STEPS["imap"])
    assert all(step.ok for step in steps)
    assert steps[2].code == ("tls_off" if security == "none" else "tls_ok")
    assert steps[2].warning == (security == "none")
    assert (steps[5].params["messages"], steps[5].params["count"]) == ("1", "6")


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_good_smtp_account_reaches_the_top_and_nothing_is_sent(sandbox, security):
    mailbox = sandbox.account(password=PASSWORD)
    port = sandbox.ports["smtps" if security == "tls" else "smtp"]
    steps = climb(
        probe_smtp(replace(mailbox, security=security, port=port), mailbox.login, MANAGER)
    )
    assert [step.code for step in steps][-1] == "sender_ok"
    with Session.open(mailbox) as session:
        assert session.select("INBOX").exists == 0


def test_a_sender_that_is_not_the_accounts_is_found_out(sandbox):
    mailbox = sandbox.account(password=PASSWORD)
    endpoint = replace(mailbox, port=sandbox.ports["smtps"])
    step = climb(probe_smtp(endpoint, "boss@example.com", MANAGER))[-1]
    assert (step.name, step.code) == ("sender", "sender_refused")
    assert "not owned by" in step.detail
    step = climb(probe_smtp(endpoint, "no address", MANAGER))[-1]
    assert step.code == "sender_invalid"


def test_the_certificate_is_shown_with_its_names_and_expiry(sandbox):
    step = climb(probe_imap(sandbox.account(password=PASSWORD), MANAGER))[2]
    assert "localhost" in step.params["names"]
    assert step.params["issuer"] == "mail_center sandbox CA"
    assert step.params["expires"] in step.detail


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_wrong_name_says_which_names_the_certificate_has(sandbox, security):
    endpoint = sandbox.account(security, password=PASSWORD, host="mail.example.com")
    step = climb(probe_imap(endpoint, MANAGER))[-1]
    assert (step.name, step.code) == ("tls", "certificate_hostname")
    assert "localhost" in step.detail


def test_a_certificate_that_is_not_checked_is_a_warning(sandbox):
    endpoint = sandbox.account(password=PASSWORD, verify=False, host="mail.example.com")
    step = climb(probe_imap(endpoint, MANAGER))[2]
    assert (step.ok, step.warning, step.code) == (True, True, "tls_unverified")


@pytest.mark.parametrize(
    ("context", "code"),
    [
        (lambda ca: self_signed(), "certificate_self_signed"),
        (lambda ca: Authority("Other CA").context(), "certificate_unknown_issuer"),
        (lambda ca: ca.context(days=(-9, -1)), "certificate_expired"),
        (lambda ca: ca.context(days=(1, 9)), "certificate_not_yet_valid"),
    ],
)
def test_each_fault_of_a_certificate_has_its_own_words(context, code):
    authority = Authority()
    step = last(imap(), tls=context(authority), security="tls", ca_pem=authority.pem)
    assert (step.name, step.code) == ("tls", code)
    assert "?" not in step.detail


def test_a_certificate_that_expires_soon_is_a_warning():
    authority = Authority()
    with RawServer(imap({"LIST": b"%TAG OK x\r\n"}), authority.context(days=(-9, 5))) as server:
        endpoint = raw_endpoint(server, security="tls", ca_pem=authority.pem)
        step = list(probe_imap(endpoint, MANAGER))[2]
    assert (step.ok, step.warning, step.code) == (True, True, "tls_expires_soon")


def test_a_pinned_authority_that_is_no_certificate_is_said_so():
    step = last(imap(), tls=Authority().context(), security="tls", ca_pem="hello")
    assert step.code == "ca_broken"


def test_a_wrong_password_is_explained(sandbox):
    endpoint = sandbox.account(password=PASSWORD)
    sandbox.add_mailbox(endpoint.login, "another")
    step = climb(probe_imap(endpoint, MANAGER))[-1]
    assert (step.name, step.code) == ("login", "login_refused")
    step = climb(
        probe_smtp(replace(endpoint, port=sandbox.ports["smtps"]), endpoint.login, MANAGER)
    )[-1]
    assert (step.protocol, step.name, step.code) == ("smtp", "login", "login_refused")


@pytest.mark.parametrize(
    ("script", "changes", "name", "code"),
    [
        (imap(greeting=b"220 mail ESMTP\r\n"), {}, "login", "not_a_mail_server"),
        (imap(greeting=b"* BYE not you\r\n"), {}, "login", "greeting_refused"),
        (lambda peer: peer.wait_for_end(), {"timeout": 0.2}, "login", "greeting_timeout"),
        (lambda peer: peer.wait_for_end(), {"timeout": 0.2, "security": "tls"}, "tls",
         "tls_timeout"),
        (lambda peer: None, {}, "login", "closed"),
        (imap(), {"security": "starttls"}, "tls", "starttls_missing"),
        (imap(), {"security": "tls"}, "tls", "tls_failed"),
        (imap(capabilities=b"IMAP4rev1 LOGINDISABLED"), {}, "login", "login_not_offered"),
        (imap({"LOGIN": b"%TAG NO [UNAVAILABLE] later\r\n"}), {}, "login", "login_later"),
        (imap({"LIST": b"%TAG OK none\r\n"}), {}, "folders", "folders_none"),
        (imap({"LIST": b'* LIST () "/" INBOX\r\n%TAG OK x\r\n',
               "EXAMINE": b"%TAG NO damaged\r\n"}), {}, "folders", "inbox_refused"),
        (imap({"LIST": b"%TAG BAD what\r\n"}), {}, "folders", "refused"),
    ],
)
def test_each_way_to_fail_with_imap_has_its_own_words(script, changes, name, code):
    step = last(script, **changes)
    assert (step.name, step.code) == (name, code)


@pytest.mark.parametrize(
    ("script", "changes", "name", "code"),
    [
        (smtp(greeting=b"* OK IMAP\r\n"), {}, "login", "not_a_mail_server"),
        (smtp(greeting=b"554 no\r\n"), {}, "login", "greeting_refused"),
        (smtp(), {}, "login", "login_not_offered"),
        (smtp({"STAR": b"220 x\r\n250 injected\r\n"}, features=[b"STARTTLS"]),
         {"security": "starttls"}, "tls", "plaintext_injected"),
        (smtp({"AUTH": b"535 5.7.8 no: " + PASSWORD.encode() + b"\r\n"},
              features=[b"AUTH PLAIN"]), {}, "login", "login_refused"),
        (smtp({"MAIL": b"421 4.7.0 later\r\n"}), {"login": ""}, "sender", "sender_later"),
        (smtp({"MAIL": b"550 5.7.1 not yours\r\n"}), {"login": ""}, "sender", "sender_refused"),
        (smtp({"RCPT": b"550 5.1.1 unknown\r\n"}), {"login": ""}, "sender", "recipient_refused"),
        (smtp(), {"login": ""}, "sender", "sender_ok"),
    ],
)
def test_each_way_to_fail_with_smtp_has_its_own_words(script, changes, name, code):
    step = last(script, probe_smtp, **changes)
    assert (step.protocol, step.name, step.code) == ("smtp", name, code)


def test_an_account_without_its_password_is_not_blamed_on_a_wrong_one(sandbox):
    endpoint = replace(sandbox.account(password=PASSWORD), password="")
    for steps in (
        probe_imap(endpoint, MANAGER),
        probe_smtp(replace(endpoint, port=sandbox.ports["smtps"]), endpoint.login, MANAGER),
    ):
        assert climb(steps)[-1].code == "password_missing"


def test_an_unknown_name_and_a_closed_port():
    endpoint = Endpoint("no-such-host.invalid", 993, "tls", timeout=5)
    assert climb(probe_imap(endpoint))[-1].code == "name_unknown"
    with RawServer(imap()) as server:
        closed = raw_endpoint(server)
    step = climb(probe_imap(closed, MANAGER))[-1]
    assert (step.name, step.code) == ("tcp", "tcp_refused")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_nobody_but_a_manager_reaches_the_own_network(sandbox, host):
    endpoint = sandbox.account(password=PASSWORD, host=host, address="")
    steps = climb(probe_imap(endpoint, Policy(any_port=True)))
    assert [step.code for step in steps] == ["address_private"]
    assert "127.0.0.1" not in steps[0].detail + steps[0].cause or host == "127.0.0.1"


def test_nobody_but_a_manager_reaches_other_ports():
    with RawServer(imap()) as server:
        steps = climb(probe_imap(raw_endpoint(server), Policy(allow_private=True)))
        assert [step.code for step in steps] == ["port_forbidden"]
        assert server.connections == 0


def test_a_name_with_a_public_and_a_private_address_is_for_managers(monkeypatch):
    real = socket.getaddrinfo

    def mixed(host, port, *args, **kwargs):
        if host != "mixed.example.com":
            return real(host, port, *args, **kwargs)
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("8.8.8.8", port)), (*kind, ("10.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", mixed)
    endpoint = Endpoint("mixed.example.com", 993, "tls", timeout=1)
    assert [step.code for step in climb(probe_imap(endpoint))] == ["address_private"]


def test_the_address_that_was_judged_is_the_one_that_is_connected_to(sandbox, monkeypatch):
    """A name server that answers differently the second time (DNS rebinding) gains nothing."""
    answers = []
    real = socket.getaddrinfo

    def rebinding(host, *args, **kwargs):
        if host == "rebind.example.com":
            answers.append(host)
            return real("127.0.0.1" if len(answers) == 1 else "127.0.0.66", *args, **kwargs)
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    endpoint = sandbox.account(password=PASSWORD, host="rebind.example.com", address="")
    steps = climb(probe_imap(endpoint, MANAGER))
    assert steps[1].params["address"] == "127.0.0.1"
    assert steps[-1].code == "certificate_hostname"  # through two connections
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("probe", "greeting"), [(probe_imap, b"* OK I am "), (probe_pop3, b"+OK I am ")]
)
def test_the_whole_test_ends_in_time_however_slow_the_server_is(probe, greeting):
    def slow(peer):
        peer.send(greeting)
        while True:
            peer.send(b"so ")
            time.sleep(0.1)

    with RawServer(slow) as server:
        steps = climb(probe(raw_endpoint(server, timeout=10.0), MANAGER, seconds=1.0))
    assert steps[-1].code == "out_of_time"


def test_a_test_that_is_given_up_half_way_leaves_no_connection_open():
    ended = threading.Event()

    def conversation(peer):
        imap()(peer)
        ended.set()

    with RawServer(conversation) as server:
        steps = probe_imap(raw_endpoint(server), MANAGER)
        for step in steps:
            if step.name == "login":
                break
        steps.close()
        assert ended.wait(10)


def test_every_text_can_be_filled_in():
    given = {"host", "port", "protocol", "seconds", "server_text", "addresses", "ports", "reason",
             "address", "version", "names", "issuer", "expires", "days", "login", "features",
             "missing", "size", "count", "tls_port", "starttls_port", "messages", "uses",
             "sender", "why"}
    for text in TEXTS.values():
        for template in text:
            used = {name for _, name, _, _ in Formatter().parse(template) if name}
            assert used <= given


def test_every_text_is_in_use():
    folder = Path(__file__).parents[3] / "mail_center" / "core" / "probe"
    source = "".join(
        path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "texts.py"
    )
    unused = [code for code in TEXTS
              if f'"{code}"' not in source and not code.startswith("certificate_")
              and code != "internal"]
    assert unused == []
