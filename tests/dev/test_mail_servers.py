"""The mail sandbox behaves as a provider does. On the running one, except where it is restarted."""

from __future__ import annotations

import imaplib
import poplib
import smtplib
import ssl
import uuid
from datetime import datetime, timezone

import pytest
from imapclient import imap_utf7

from dev import mailboxes, sandbox_mail
from dev.console import DevError
from dev.sandbox import HOST, Sandbox
from tests.dev.own_sandbox import own_sandbox

PASSWORD = "secret"
LETTER = b"Subject: Hello\r\n\r\nA line\r\n.dotted\r\n"


@pytest.fixture(scope="module")
def sandbox():
    return Sandbox.from_env()


@pytest.fixture
def boxes(sandbox):
    domain = f"{uuid.uuid4().hex[:10]}.example"
    addresses = [f"{name}@{domain}" for name in ("anna", "jan")]
    for address in addresses:
        sandbox.add_mailbox(address, PASSWORD)
    return addresses


@pytest.fixture
def tls(sandbox):
    return ssl.create_default_context(cafile=sandbox.ca_file)


@pytest.fixture
def smtp(sandbox, boxes, tls):
    """Logged in as the first mailbox."""
    with smtplib.SMTP_SSL("localhost", sandbox.ports["smtps"], context=tls) as client:
        client.login(boxes[0], PASSWORD)
        yield client


def reply(call, *arguments) -> tuple[int, bytes]:
    try:
        return call(*arguments)
    except smtplib.SMTPResponseException as error:
        return error.smtp_code, error.smtp_error


class TestSubmission:
    def test_nobody_sends_without_a_login(self, sandbox, boxes):
        with smtplib.SMTP(HOST, sandbox.ports["smtp"]) as client:
            client.ehlo()
            assert client.mail(boxes[0])[0] == 530

    def test_a_wrong_password_is_refused_as_servers_do(self, sandbox, boxes):
        with smtplib.SMTP(HOST, sandbox.ports["smtp"]) as client:
            code, text = reply(client.login, boxes[0], "wrong")
        assert (code, text[:5]) == (535, b"5.7.8")

    def test_starttls_is_offered_and_verifies(self, sandbox, boxes, tls):
        with smtplib.SMTP("localhost", sandbox.ports["smtp"]) as client:
            client.starttls(context=tls)
            client.login(boxes[0], PASSWORD)
            assert client.sendmail(boxes[0], [boxes[1]], LETTER) == {}
        (_uid, _flags, raw), = sandbox.messages(boxes[1])
        assert b"with ESMTPSA" in raw
        assert raw.endswith(b"\r\n\r\nA line\r\n.dotted\r\n")

    def test_nobody_sends_under_anothers_address(self, smtp, boxes):
        code, text = smtp.mail(boxes[1])
        assert (code, text[:5]) == (553, b"5.7.1")

    def test_notices_may_have_an_empty_sender(self, sandbox, smtp, boxes):
        smtp.sendmail("", [boxes[1]], LETTER)
        (_uid, _flags, raw), = sandbox.messages(boxes[1])
        assert raw.startswith(b"Return-Path: <>\r\n")

    @pytest.mark.parametrize(
        ("address", "status"), [("nobody@{domain}", b"5.1.1"), ("x@elsewhere.example", b"5.1.2")]
    )
    def test_unknown_recipients_are_refused_by_name_or_by_domain(
        self, smtp, boxes, address, status
    ):
        smtp.mail(boxes[0])
        code, text = smtp.rcpt(address.format(domain=boxes[0].partition("@")[2]))
        assert (code, text[:5]) == (550, status)

    def test_detail_after_a_plus_reaches_the_mailbox(self, sandbox, smtp, boxes):
        local, _, domain = boxes[1].partition("@")
        smtp.sendmail(boxes[0], [f"{local}+offers@{domain}"], LETTER)
        (_uid, _flags, raw), = sandbox.messages(boxes[1])
        assert f"Delivered-To: {local}+offers@{domain}".encode() in raw

    def test_a_mail_over_the_limit_is_refused_by_its_announced_size(self, smtp, boxes):
        code, _text = smtp.mail(boxes[0], [f"SIZE={36 * 1024 * 1024}"])
        assert code == 552


class TestMailboxes:
    def test_special_folders_are_there_from_the_start(self, sandbox, boxes, tls):
        with imaplib.IMAP4_SSL("localhost", sandbox.ports["imaps"], ssl_context=tls) as client:
            client.login(boxes[0], PASSWORD)
            listed = b" ".join(client.list()[1])
        for use in (rb"\Sent", rb"\Drafts", rb"\Trash", rb"\Junk", rb"\Archive"):
            assert use in listed

    def test_a_new_password_counts_at_once_and_the_old_one_no_more(self, sandbox, boxes):
        with imaplib.IMAP4(HOST, sandbox.ports["imap"]) as client:
            client.login(boxes[0], PASSWORD)
        sandbox.set_password(boxes[0], "another")
        with imaplib.IMAP4(HOST, sandbox.ports["imap"]) as client:
            with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
                client.login(boxes[0], PASSWORD)
            client.login(boxes[0], "another")

    def test_pop3_reads_the_same_mailbox(self, sandbox, boxes, tls):
        sandbox.deliver(boxes[0], LETTER)
        client = poplib.POP3_SSL("localhost", sandbox.ports["pop3s"], context=tls)
        client.user(boxes[0])
        client.pass_(PASSWORD)
        assert client.stat()[0] == 1
        client.quit()

    def test_delivery_to_nobody_fails(self, sandbox, boxes):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            sandbox.deliver(f"nobody@{boxes[0].partition('@')[2]}", LETTER)

    def test_a_message_is_put_into_a_folder_as_it_was(self, sandbox, boxes):
        when = datetime(2020, 2, 3, 4, 5, 6, tzinfo=timezone.utc)
        folder = "Zażółć/日本 & co"
        sandbox.deliver(boxes[0], LETTER, folder, flags=["\\Seen", "$label"], date=when)
        (uid, flags, raw), = sandbox.messages(boxes[0], folder)
        assert raw == LETTER
        assert {"\\Seen", "$label"} <= flags
        assert folder in sandbox.folders(boxes[0])
        sandbox.store_flags(boxes[0], uid, "+FLAGS (\\Flagged)", folder)
        assert "\\Flagged" in sandbox.messages(boxes[0], folder)[0][1]
        sandbox.expunge(boxes[0], uid, folder)
        assert sandbox.status(boxes[0], folder)["messages"] == 0

    def test_a_folder_gets_another_uidvalidity(self, sandbox, boxes):
        sandbox.deliver(boxes[0], LETTER)
        sandbox.set_uidvalidity(boxes[0], 4242)
        assert sandbox.status(boxes[0])["uidvalidity"] == 4242

    def test_a_removed_mailbox_takes_no_mail(self, sandbox, boxes):
        sandbox.remove_mailbox(boxes[1])
        assert boxes[1] not in sandbox.mailboxes()
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            sandbox.deliver(boxes[1], LETTER)

    @pytest.mark.parametrize("address", ["anna", "a@b/../c", "../a@b.example", "a b@c.example"])
    def test_what_is_no_address_makes_no_mailbox(self, tmp_path, address):
        with pytest.raises(ValueError, match="not a mailbox address"):
            mailboxes.write_mailbox(tmp_path, address, PASSWORD)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        "name", ["INBOX", "a&b", "Zażółć gęślą", "日本/東京", 'say "x"', "a\\b"]
    )
    def test_folder_names_are_coded_as_imapclient_does(self, name):
        coded = imap_utf7.encode(name).decode().replace("\\", "\\\\").replace('"', '\\"')
        assert sandbox_mail.quote(name) == f'"{coded}"'


class TestRestart:
    @pytest.fixture
    def own(self):
        with own_sandbox() as instance:
            yield instance

    def test_mail_ports_and_logins_survive_a_restart(self, own):
        assert own.start() == "started"
        own.add_mailbox("anna@example.com", PASSWORD)
        own.deliver("anna@example.com", LETTER)
        before = (own.ports, own.messages("anna@example.com"))
        assert own.start() == "already running"
        assert own.stop() is True
        assert own.running() is False
        assert Sandbox(own.home).start() == "started"
        assert (own.ports, own.messages("anna@example.com")) == before

    def test_a_port_taken_meanwhile_is_told(self, own):
        own.start()
        own.stop_smtp()
        with smtplib.socket.socket() as other:
            other.setsockopt(smtplib.socket.SOL_SOCKET, smtplib.socket.SO_REUSEADDR, 1)
            other.bind((HOST, own.ports["smtp"]))
            other.listen()
            with pytest.raises(DevError, match=f"Port {own.ports['smtp']}.* is taken"):
                own.start()

    def test_one_that_was_never_started_is_told(self, tmp_path):
        with pytest.raises(DevError, match="was never started"):
            Sandbox(tmp_path).ports  # noqa: B018
