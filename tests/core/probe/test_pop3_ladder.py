"""The connection test of a legacy POP3 account."""

from dataclasses import replace

import pytest

from core.imap import Session as ImapSession
from core.probe import STEPS, Policy, probe_pop3
from tests.core.certs import Authority, self_signed
from tests.core.dovecot import mail
from tests.core.probe.climbing import MANAGER, PASSWORD, climb, last, raw_endpoint
from tests.core.rawserver import RawServer, pop3


def mailbox(sandbox, security="tls", **changes):
    """The same mailbox by IMAP and by POP3."""
    endpoint = sandbox.account(security, password=PASSWORD, **changes)
    service = "pop3s" if security == "tls" else "pop3"
    return endpoint, replace(endpoint, port=sandbox.ports[service])


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_a_good_account_reaches_the_top_and_nothing_is_fetched(sandbox, security):
    by_imap, by_pop3 = mailbox(sandbox, security)
    with ImapSession.open(by_imap) as session:
        session.append("INBOX", mail(1))
        session.append("INBOX", mail(2))
    steps = climb(probe_pop3(by_pop3, MANAGER))
    assert [step.name for step in steps] == list(STEPS["pop3"])
    assert all(step.ok for step in steps)
    assert steps[2].code == ("tls_off" if security == "none" else "tls_ok")
    assert steps[2].warning == (security == "none")
    assert "UIDL" in steps[4].params["features"]
    assert steps[5].params["messages"] == "2"
    with ImapSession.open(by_imap) as session:
        status = session.select("INBOX")
        assert status.exists == 2
        flags = [found.flags for found in session.fetch(list(range(1, status.uidnext)))]
    assert not any("\\Seen" in each for each in flags)


def test_an_empty_mailbox_is_a_good_one(sandbox):
    step = climb(probe_pop3(mailbox(sandbox)[1], MANAGER))[-1]
    assert (step.code, step.params["messages"]) == ("messages_found", "0")


def test_a_wrong_and_a_missing_password_are_told_apart(sandbox):
    endpoint = mailbox(sandbox)[1]
    step = climb(probe_pop3(replace(endpoint, password=PASSWORD + "x"), MANAGER))[-1]
    assert (step.protocol, step.name, step.code) == ("pop3", "login", "login_refused")
    step = climb(probe_pop3(replace(endpoint, password=""), MANAGER))[-1]
    assert step.code == "password_missing"


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_wrong_name_says_which_names_the_certificate_has(sandbox, security):
    endpoint = mailbox(sandbox, security, host="mail.example.com")[1]
    step = climb(probe_pop3(endpoint, MANAGER))[-1]
    assert (step.name, step.code) == ("tls", "certificate_hostname")
    assert "localhost" in step.detail


@pytest.mark.parametrize(
    ("context", "code"),
    [
        (lambda ca: self_signed(), "certificate_self_signed"),
        (lambda ca: Authority("Other CA").context(), "certificate_unknown_issuer"),
        (lambda ca: ca.context(days=(-9, -1)), "certificate_expired"),
    ],
)
def test_each_fault_of_a_certificate_has_its_own_words(context, code):
    authority = Authority()
    step = last(
        pop3(), probe_pop3, tls=context(authority), security="tls", ca_pem=authority.pem
    )
    assert (step.name, step.code) == ("tls", code)


def test_a_certificate_that_expires_soon_is_a_warning():
    authority = Authority()
    with RawServer(pop3(), authority.context(days=(-9, 5))) as server:
        endpoint = raw_endpoint(server, security="tls", ca_pem=authority.pem)
        steps = climb(probe_pop3(endpoint, MANAGER))
    assert (steps[2].ok, steps[2].warning, steps[2].code) == (True, True, "tls_expires_soon")
    assert steps[-1].code == "messages_found"


OLD = b"-ERR unknown command\r\n"


@pytest.mark.parametrize(
    ("script", "changes", "name", "code"),
    [
        (pop3(greeting=b"* OK IMAP\r\n"), {}, "login", "not_a_mail_server"),
        (pop3(greeting=b"220 mail ESMTP\r\n"), {}, "login", "not_a_mail_server"),
        (pop3(greeting=b"-ERR not you\r\n"), {}, "login", "greeting_refused"),
        (lambda peer: peer.wait_for_end(), {"timeout": 0.2}, "login", "greeting_timeout"),
        (lambda peer: peer.wait_for_end(), {"timeout": 0.2, "security": "tls"}, "tls",
         "tls_timeout"),
        (lambda peer: None, {}, "login", "closed"),
        (pop3(), {"security": "tls"}, "tls", "tls_failed"),
        (pop3({"STLS": OLD}), {"security": "starttls"}, "tls", "starttls_missing"),
        (pop3({"STLS": b"+OK go\r\n+OK injected\r\n"}), {"security": "starttls"}, "tls",
         "plaintext_injected"),
        (pop3({"CAPA": b"+OK\r\nUIDL\r\nSTLS\r\n.\r\n", "USER": b"-ERR not here\r\n"}), {},
         "login", "login_not_offered"),
        (pop3({"PASS": b"-ERR [AUTH] no: " + PASSWORD.encode() + b"\r\n"}), {}, "login",
         "login_refused"),
        (pop3({"PASS": b"-ERR [IN-USE] another program reads it\r\n"}), {}, "login",
         "login_later"),
        (pop3({"UIDL": OLD}), {}, "capabilities", "pop3_no_uidl"),
        (pop3({"UIDL": b"+OK\r\nwhat\r\n.\r\n"}), {}, "capabilities", "protocol"),
        (pop3({"STAT": b"+OK many\r\n"}), {}, "messages", "protocol"),
        (pop3({"STAT": b"+OK " + b"9" * 5000 + b" 1\r\n"}), {}, "messages", "protocol"),
        (pop3({"STAT": b"-ERR damaged\r\n"}), {}, "messages", "refused"),
        (pop3({"STAT": lambda peer, line: False}), {}, "messages", "closed"),
        (pop3({"CAPA": OLD}), {}, "messages", "messages_found"),
    ],
)
def test_each_way_to_end_has_its_own_words(script, changes, name, code):
    step = last(script, probe_pop3, **changes)
    assert (step.protocol, step.name, step.code) == ("pop3", name, code)


def test_the_advice_names_the_ports_of_pop3():
    for script, changes, port in (
        (pop3({"STLS": OLD}), {"security": "starttls"}, "995"),
        (pop3(), {"security": "tls"}, "110"),
    ):
        advice = last(script, probe_pop3, **changes).advice
        assert port in advice
        assert "993" not in advice


def test_nobody_but_a_manager_reaches_the_own_network_or_other_ports(sandbox):
    endpoint = replace(mailbox(sandbox)[1], address="")
    assert [step.code for step in climb(probe_pop3(endpoint, Policy(any_port=True)))] == [
        "address_private"
    ]
    with RawServer(pop3()) as server:
        steps = climb(probe_pop3(raw_endpoint(server), Policy(allow_private=True)))
        assert [step.code for step in steps] == ["port_forbidden"]
        assert server.connections == 0
