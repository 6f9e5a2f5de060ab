"""Our session against a real server that many mails in the world pass: Postfix."""

import re
from pathlib import Path

import pytest

from core.mime import parse
from core.smtp import Endpoint, MailServerError, Session
from dev import postfix

pytestmark = pytest.mark.skipif(bool(postfix.unusable()), reason=postfix.unusable() or "it is here")

DOMAIN = "postfix.example"
ANNA, JAN = f"anna@{DOMAIN}", f"jan@{DOMAIN}"
LATE, GONE, NOBODY = f"late@{DOMAIN}", f"gone@{DOMAIN}", f"nobody@{DOMAIN}"


@pytest.fixture(scope="module")
def server():
    with postfix.Postfix(DOMAIN) as running:
        running.write([ANNA, JAN], late=[LATE], gone=[GONE])
        yield running


def open_session(server, **changes):
    values = {
        "host": "localhost", "address": "127.0.0.1", "port": server.port, "timeout": 20.0,
        "security": "starttls", "ca_pem": Path(server.ca_file).read_text(),
    }
    return Session.open(Endpoint(**{**values, **changes}), "client.example")


def mail(number, body=b"Hello\r\n", subject=b"Test"):
    lines = (
        b"From: jan@postfix.example",
        b"To: anna@postfix.example",
        b"Date: Mon, 30 Nov 2026 05:00:00 +0000",
        b"Subject: " + subject,
        b"Message-ID: <%d@client.example>" % number,
        b"",
    )
    return b"".join(line + b"\r\n" for line in lines) + body


def number_of(content):
    return int(re.search(rb"Message-ID: <(\d+)@", content)[1])


def test_it_offers_what_we_use(server):
    with open_session(server) as session:
        assert {"PIPELINING", "CHUNKING", "SMTPUTF8", "8BITMIME", "SIZE", "DSN"} <= set(
            session.features
        )
        assert session.max_size == postfix.SIZE_LIMIT


def test_mails_over_one_encrypted_connection_arrive_byte_for_byte(server):
    bodies = {
        1: b"Hello\r\n", 2: b".\r\n..\r\n.dot\r\n", 3: "Zażółć gęślą\r\n".encode(),
        4: b"x" * 900 + b"\r\n" + b"y" * 500_000 + b"\r\n",
    }
    with open_session(server) as session:
        for number, body in bodies.items():
            attempt = session.send(JAN, [ANNA], mail(number, body))
            assert attempt.results[ANNA].state == "sent", attempt
        assert session.usable
    found = {number_of(one): one for one in server.wait_for(ANNA, len(bodies))}
    assert set(found) == set(bodies)
    for number in (1, 2, 3):  # Postfix breaks lines that are longer than 998
        assert found[number].replace(b"\r\n", b"\n").endswith(
            mail(number, bodies[number]).replace(b"\r\n", b"\n")
        )
    assert b"ESMTPS" in found[1]
    assert b"with UTF8SMTPS" not in found[1]


@pytest.mark.parametrize("chunking", [True, False])
def test_each_recipient_gets_his_own_answer(server, chunking):
    with open_session(server) as session:
        if not chunking:
            session._wire.features.pop("CHUNKING")
        attempt = session.send(JAN, [JAN, NOBODY, LATE], mail(10 + chunking))
        assert {who: (one.state, one.reason_code) for who, one in attempt.results.items()} == {
            JAN: ("sent", "accepted"), NOBODY: ("failed", "no_such_user"),
            LATE: ("deferred", "greylisted"),
        }
        lost = session.send(JAN, [NOBODY], mail(99))
        assert lost.results[NOBODY].state == "failed"
        after = session.send(JAN, [JAN], mail(20 + chunking))
        assert after.results[JAN].state == "sent", "the connection is good for the next mail"
    server.wait_for(JAN, 2)


def test_a_mail_that_is_too_large_is_refused_before_it_is_sent(server):
    with open_session(server) as session:
        attempt = session.send(JAN, [ANNA], mail(30, b"x" * postfix.SIZE_LIMIT))
        assert attempt.results[ANNA].reason_code == "too_big"
        # The same when it is only the server that knows.
        session._wire.features["SIZE"] = ""
        attempt = session.send(JAN, [ANNA], mail(31, b"x" * postfix.SIZE_LIMIT))
        assert (attempt.results[ANNA].state, attempt.results[ANNA].reason_code) == (
            "failed", "too_big"
        )
        assert session.usable


def test_letters_outside_ascii_in_header_and_address(server):
    here = f"zażółć@{DOMAIN}"
    server.write([ANNA, JAN, here], late=[LATE], gone=[GONE])
    with open_session(server) as session:
        attempt = session.send(JAN, [here], mail(40, subject="Zażółć".encode()))
        assert attempt.results[here].state == "sent", attempt
    (found,) = server.wait_for(here)
    assert "Zażółć".encode() in found


def test_what_it_does_not_relay_is_told_as_a_matter_of_the_account(server):
    with open_session(server) as session:
        attempt = session.send(JAN, ["x@elsewhere.example"], mail(41))
    result = attempt.results["x@elsewhere.example"]
    assert (result.state, result.reason_code, result.scope) == ("failed", "no_relay", "account")


def test_a_certificate_of_an_unknown_authority_is_refused(server):
    with pytest.raises(MailServerError) as caught:
        open_session(server, ca_pem="")
    assert caught.value.kind == "certificate"


def test_what_it_cannot_deliver_comes_back_and_names_the_mail_and_the_recipient(server):
    number = 50
    with open_session(server) as session:
        attempt = session.send(JAN, [GONE], mail(number))
        assert attempt.results[GONE].state == "sent", "accepted at first"
    bounces = []
    for count in range(1, 10):
        bounces = [one for one in server.wait_for(JAN, count) if b"MAILER-DAEMON" in one]
        if bounces:
            break
    report = parse(bounces[0].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")).report
    assert (report.kind, report.original_message_id) == ("bounce", f"<{number}@client.example>")
    (recipient,) = report.recipients
    assert (recipient.address, recipient.action, recipient.status) == (GONE, "failed", "5.1.1")
    assert "closed yesterday" in recipient.diagnostic
