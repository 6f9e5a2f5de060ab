"""Reading a POP3 mailbox of a real Dovecot."""

from dataclasses import replace

import pytest

from core.imap import Session as ImapSession
from core.pop3 import MailServerError, Session, match_for_switch
from core.pop3.match import Candidate
from tests.core.dovecot import PASSWORD, mail

AWKWARD = {
    "dots": b"Subject: dots\r\n\r\n.\r\n..\r\n...\r\n.x\r\na.\r\n",
    "no body": b"Subject: empty\r\n\r\n",
    "long line": b"Subject: long\r\n\r\n" + b"x" * 3_000_000 + b"\r\n",
    "8 bit": "Subject: zażółć\r\n\r\nżółw 🐢\r\n".encode(),
    "NUL and controls": b"Subject: nul\r\n\r\n\x01\x02\x0b\xff\xfe\r\n",
    "many lines": b"Subject: many\r\n\r\n" + b".\r\n" * 20_000,
    "end of listing": b"Subject: end\r\n\r\n+OK\r\n-ERR\r\n.\r\nQUIT\r\n",
}


def pop(dovecot, endpoint):
    """The same mailbox by POP3."""
    service = "pop3s" if endpoint.security == "tls" else "pop3"
    return replace(endpoint, port=dovecot.ports[service])


def fill(endpoint, messages):
    with ImapSession.open(endpoint) as session:
        for message in messages:
            session.append("INBOX", message)


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_a_mailbox_is_read_over_every_kind_of_security(dovecot, security):
    account = dovecot.account(security)
    fill(account, [mail(1), mail(2)])
    with Session.open(pop(dovecot, account)) as session:
        uids = session.uidl()
        assert sorted(uids.values()) == [1, 2]
        assert [session.fetch(number) for number in uids.values()] == [mail(1), mail(2)]
        assert session.sizes() == {1: len(mail(1)), 2: len(mail(2))}
        assert session._connection.encrypted == (security != "none")
    assert not session.usable


@pytest.mark.parametrize("name", AWKWARD)
def test_a_message_arrives_byte_for_byte(dovecot, name):
    account = dovecot.account()
    fill(account, [AWKWARD[name]])
    with ImapSession.open(account) as session:
        status = session.select("INBOX")
        (stored,) = session.fetch(list(range(1, status.uidnext)))
    with Session.open(pop(dovecot, account)) as session:
        assert session.fetch(1) == stored.raw
        assert session.fetch(1) == AWKWARD[name]


def test_reading_deletes_nothing_and_unique_ids_stay(dovecot):
    account = dovecot.account()
    fill(account, [mail(number) for number in range(1, 6)])
    with Session.open(pop(dovecot, account)) as session:
        before = session.uidl()
        for number in before.values():
            session.fetch(number)
    with Session.open(pop(dovecot, account)) as session:
        assert session.uidl() == before
    with ImapSession.open(account) as session:
        assert session.select("INBOX").exists == 5


def test_reading_marks_nothing_as_read(dovecot):
    account = dovecot.account()
    fill(account, [mail(1), AWKWARD["dots"]])
    with Session.open(pop(dovecot, account)) as session:
        sizes = session.sizes()
        assert session.fetch(1, size=sizes[1]) == mail(1)
        assert session.fetch(2, size=sizes[2]) == AWKWARD["dots"]
    with ImapSession.open(account) as session:
        session.select("INBOX")
        assert set(session.flags().values()) == {frozenset()}


def test_an_empty_mailbox_is_empty(dovecot):
    with Session.open(pop(dovecot, dovecot.account())) as session:
        assert (session.uidl(), session.sizes()) == ({}, {})


def test_a_wrong_password_is_told_and_not_repeated(dovecot):
    account = pop(dovecot, dovecot.account(password="s3cret-planted"))
    for security in ("tls", "starttls"):
        wrong = replace(
            account, password="wr0ng-planted", security=security,
            port=dovecot.ports["pop3s" if security == "tls" else "pop3"],
        )
        with pytest.raises(MailServerError) as caught:
            Session.open(wrong)
        assert (caught.value.kind, caught.value.protocol) == ("auth", "pop3")
        assert "planted" not in f"{caught.value} {caught.value!r} {caught.value.__dict__}"


def test_a_password_of_any_letters_logs_in(dovecot):
    assert not PASSWORD.isascii()
    with Session.open(pop(dovecot, dovecot.account(password=PASSWORD))) as session:
        assert session.usable


def test_a_foreign_certificate_is_refused_unless_told_otherwise(dovecot):
    account = pop(dovecot, dovecot.account())
    with pytest.raises(MailServerError) as caught:
        Session.open(replace(account, ca_pem=""))
    assert caught.value.kind == "certificate"
    with pytest.raises(MailServerError) as caught:
        Session.open(replace(account, host="mail.example.org"))
    assert (caught.value.kind, caught.value.reason) == ("certificate", "hostname")
    with Session.open(replace(account, host="mail.example.org", verify=False)) as session:
        assert session.usable


def test_a_message_that_is_not_there_is_refused_and_the_session_goes_on(dovecot):
    account = dovecot.account()
    fill(account, [mail(1)])
    with Session.open(pop(dovecot, account)) as session:
        with pytest.raises(MailServerError) as caught:
            session.fetch(7)
        assert caught.value.kind == "refused"
        assert session.fetch(1) == mail(1)
        for number in (0, -1, "1", "1\r\nDELE 1", True, 1.0):
            with pytest.raises(ValueError, match="number"):
                session.fetch(number)
        assert session.fetch(1) == mail(1)


def test_a_message_over_the_limit_is_not_read_and_others_can_be(dovecot):
    account = dovecot.account()
    fill(account, [mail(1), AWKWARD["long line"]])
    with Session.open(pop(dovecot, account)) as session:
        assert session.fetch(1, max_size=len(mail(1))) == mail(1)
        with pytest.raises(MailServerError) as caught:
            session.fetch(2, max_size=1_000_000)
        assert caught.value.kind == "limit"
        assert not session.usable
        with pytest.raises(MailServerError) as caught:
            session.fetch(1)
        assert caught.value.kind == "closed"


def test_a_mailbox_of_500_messages_switches_with_nothing_lost_or_doubled(dovecot):
    from core.mime import parse

    account = dovecot.account()
    messages = [mail(number, f"body {number}") for number in range(1, 501)]
    messages[10] = messages[10].replace(b"Message-ID: <11@example.com>\r\n", b"")
    messages[20] = messages[19]
    fill(account, messages)
    with Session.open(pop(dovecot, account)) as session:
        stored = {}
        for uid, number in session.uidl().items():
            parsed = parse(session.fetch(number))
            stored[uid] = Candidate(uid, parsed.message_id, parsed.content_hash)
    fill(account, [mail(1001), mail(1002)])
    with ImapSession.open(account) as session:
        status = session.select("INBOX")
        there = []
        for message in session.fetch(list(range(1, status.uidnext))):
            parsed = parse(message.raw)
            there.append(Candidate(message.uid, parsed.message_id, parsed.content_hash))
    found = match_for_switch(stored.values(), there)
    assert (found.by_id, found.by_content, found.only_here, found.only_there) == (499, 1, 0, 2)
    assert found.differing == 0
    assert len({pair.imap for pair in found.pairs}) == 500
