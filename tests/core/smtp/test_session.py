"""Sending over a real SMTP server (aiosmtpd): what arrives, and what is refused before."""

import socket

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.smtp import Endpoint, MailServerError, Session
from core.smtp.envelope import Envelope, wire_address
from tests.core.certs import Authority

MAIL = b"From: a@example.com\r\nSubject: Hello\r\n\r\nText.\r\n"
PASSWORD = 'hasło "x" \\ y'


class Mailboxes:
    """An aiosmtpd handler: keeps what arrives, refuses recipients that begin with ``no``."""

    def __init__(self):
        self.mails = []
        self.resets = 0
        self.options = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("no"):
            return "550 5.1.1 No such mailbox"
        if address.startswith("later"):
            return "450 4.2.0 Greylisted, come back"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_RSET(self, server, session, envelope):  # noqa: N802
        self.resets += 1
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.options.append(list(envelope.mail_options))
        self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return "250 2.0.0 Queued"


def authenticate(server, session, envelope, mechanism, auth_data):
    good = auth_data.password.decode() == PASSWORD
    return AuthResult(success=good, handled=False,
                      message=None if good else "535 5.7.8 Bad credentials")


class Server(Controller):
    """aiosmtpd on a free port. ``mode``: plain, starttls or tls."""

    def __init__(self, authority, mode="plain", **options):
        self.mode = mode
        self._options = {"decode_data": False, "enable_SMTPUTF8": True, **options}
        self._context = authority.context()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        super().__init__(
            Mailboxes(), hostname="127.0.0.1", port=port,
            ssl_context=self._context if mode == "tls" else None,
        )

    def factory(self):
        if self.mode == "starttls":
            self._options.update(tls_context=self._context, require_starttls=True)
        return SMTP(self.handler, hostname="localhost", **self._options)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_exc):
        self.stop()


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture
def server(authority):
    with Server(authority) as running:
        yield running


def endpoint(server, authority=None, **changes):
    values = {"host": "localhost", "address": "127.0.0.1", "port": server.port,
              "security": "none", "timeout": 10.0}
    if authority:
        values.update(ca_pem=authority.pem)
    return Endpoint(**{**values, **changes})


@pytest.fixture
def session(server):
    with Session.open(endpoint(server)) as opened:
        yield opened


def states(attempt):
    return {address: result.state for address, result in attempt.results.items()}


def test_a_mail_arrives_as_it_was_with_its_envelope(server, session):
    attempt = session.send("a@example.com", ["b@example.com", "c@example.com"], MAIL)
    assert states(attempt) == {"b@example.com": "sent", "c@example.com": "sent"}
    assert (attempt.phase, attempt.connection_usable) == ("done", True)
    assert attempt.results["b@example.com"].reply.enhanced == "2.0.0"
    assert server.handler.mails == [
        ("a@example.com", ["b@example.com", "c@example.com"], MAIL)
    ]


def test_a_recipient_named_twice_gets_one_mail(server, session):
    session.send("a@example.com", ["b@example.com", "b@example.com"], MAIL)
    assert server.handler.mails[0][1] == ["b@example.com"]


def test_the_others_get_the_mail_when_some_recipients_are_refused(server, session):
    attempt = session.send(
        "a@example.com", ["no@example.com", "b@example.com", "later@example.com"], MAIL
    )
    assert states(attempt) == {
        "no@example.com": "failed", "b@example.com": "sent", "later@example.com": "deferred"
    }
    assert attempt.results["no@example.com"].reason_code == "no_such_user"
    assert attempt.results["later@example.com"].reason_code == "greylisted"
    assert server.handler.mails[0][1] == ["b@example.com"]


def test_nothing_is_sent_when_all_recipients_are_refused_and_the_next_mail_leaves(
    server, session
):
    attempt = session.send("a@example.com", ["no@example.com"], MAIL)
    assert states(attempt) == {"no@example.com": "failed"}
    assert (server.handler.mails, server.handler.resets) == ([], 1)
    assert attempt.connection_usable
    assert states(session.send("a@example.com", ["b@example.com"], MAIL)) == {
        "b@example.com": "sent"
    }


def test_one_connection_carries_many_mails(server, session):
    for number in range(50):
        session.send("a@example.com", [f"b{number}@example.com"], MAIL)
    assert [rcpt for _from, (rcpt,), _raw in server.handler.mails] == [
        f"b{number}@example.com" for number in range(50)
    ]


LINES = st.lists(
    st.sampled_from([b"", b".", b"..", b".x", b"x.", b" .", b". .", b"QUIT", b"MAIL FROM:<x@y>"])
    | st.binary(max_size=30).map(lambda b: b.replace(b"\r", b"").replace(b"\n", b"")),
    max_size=12,
)


@settings(max_examples=150, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, ended=st.booleans())
def test_any_content_arrives_byte_for_byte_whatever_dots_it_has(server, session, lines, ended):
    raw = b"Subject: x\r\n\r\n" + b"\r\n".join(lines) + (b"\r\n" if ended else b"")
    before = len(server.handler.mails)
    assert states(session.send("a@example.com", ["b@example.com"], raw)) == {
        "b@example.com": "sent"
    }
    assert len(server.handler.mails) == before + 1
    arrived = server.handler.mails[-1][2]
    assert arrived == raw + (b"" if raw.endswith(b"\r\n") else b"\r\n")


# Letters that look like a bracket, a blank, a slash: they become these on the way to ASCII.
@pytest.mark.parametrize("letter", "＞＜¨´℀⑴；＝\ufe64\u2047\ufe6b\u2048\u00af\u037a")
def test_no_domain_ends_its_address_in_the_middle_of_a_command(letter):
    for domain in (f"evil.example{letter}", f"a{letter}NOTIFY=NEVER.example", f"{letter}.example"):
        address = f"x@{domain}"
        for features in ({}, {"SMTPUTF8": ""}):
            mail = Envelope("me@x.example", [address], b"Subject: x\r\n\r\n", features)
            inner = mail.rcpt_command(address).removeprefix("RCPT TO:<").removesuffix(">")
            assert not set(inner) & set("<> \t"), inner
            assert wire_address(address) == address
        assert mail.impossible(None) == {}
        assert Envelope("me@x.example", [address], b"\r\n", {}).impossible(None) == {
            address: "no_smtputf8"
        }


@pytest.mark.parametrize(
    "raw",
    [b"A: b\n\nbare", b"A: b\r\n\r\nx\n.\nMAIL FROM:<evil@example.com>\r\n",
     b"A: b\r\n\r\nx\r\n.\rMAIL\r\n", b"A: b\r\n\r\nx\n.\r\nMAIL\r\n", b"A: b\r\n\r\r\n\r\n",
     b"\n", b"\r"],
)
def test_line_ends_that_could_smuggle_in_a_second_mail_are_refused(server, session, raw):
    with pytest.raises(ValueError, match="CR LF"):
        session.send("a@example.com", ["b@example.com"], raw)
    assert states(session.send("a@example.com", ["b@example.com"], MAIL))
    assert len(server.handler.mails) == 1


BAD = ["", "b", "@example.com", "b@", "b@example.com\r\nRCPT TO:<c@example.com>", "b@x\n", "b@x\0",
       "b c@example.com", "b@example.com SIZE=1", "<b@example.com>", "b@example.com>",
       "b@exa\u2028mple.com", "b@exam\u200bple.com", "b\t@example.com", "b@example.com\x7f",
       "x" * 400 + "@example.com"]


@pytest.mark.parametrize("address", BAD)
def test_an_address_can_not_carry_a_second_command(server, session, address):
    with pytest.raises(ValueError, match="address"):
        session.send("a@example.com", ["b@example.com", address], MAIL)
    if address:
        with pytest.raises(ValueError, match="address"):
            session.send(address, ["b@example.com"], MAIL)
    assert server.handler.mails == []


def test_a_notification_goes_out_with_an_empty_sender(server, session):
    assert states(session.send("", ["b@example.com"], MAIL)) == {"b@example.com": "sent"}


def test_a_mail_without_recipients_is_an_error(session):
    for nobody in ([], "b@example.com"):
        with pytest.raises(ValueError, match="recipient"):
            session.send("a@example.com", nobody, MAIL)


@pytest.mark.parametrize("name", ["a b", "x\r\nMAIL FROM:<a@b>", "ż"])
def test_the_own_host_name_can_not_carry_a_second_command(server, name):
    with pytest.raises(ValueError, match="host name"):
        Session.open(endpoint(server), name)


def test_a_mail_that_is_too_large_is_refused_before_it_is_sent(authority):
    with Server(authority, data_size_limit=1000) as server, \
            Session.open(endpoint(server)) as session:
        assert session.max_size == 1000
        phases = []
        attempt = session.send("a@example.com", ["b@example.com"], b"x" * 1001, phases.append)
        result = attempt.results["b@example.com"]
        assert (result.state, result.reason_code, phases) == ("failed", "too_big", [])
        assert states(session.send("a@example.com", ["b@example.com"], b"x" * 900)) == {
            "b@example.com": "sent"
        }


def test_a_large_mail_arrives_whole(authority):
    raw = b"Subject: large\r\n\r\n" + (b"x" * 70 + b"\r\n.") * 300_000 + b"\r\n"
    with Server(authority, data_size_limit=0) as server, \
            Session.open(endpoint(server)) as session:
        assert states(session.send("a@example.com", ["b@example.com"], raw)) == {
            "b@example.com": "sent"
        }
        assert server.handler.mails[0][2] == raw


def test_8bit_content_and_international_addresses_say_what_they_need(server, session):
    session.send("a@example.com", ["b@example.com"], MAIL + "żółw\r\n".encode())
    session.send("a@example.com", ["żółw@example.com"], MAIL)
    session.send("a@example.com", ["b@przykład.pl"], MAIL)
    session.send("a@example.com", ["b@example.com"], "Subject: ż\r\n\r\n".encode())
    sizes = [f"SIZE={len(MAIL) + 9}", f"SIZE={len(MAIL)}", f"SIZE={len(MAIL)}", "SIZE=15"]
    assert server.handler.options == [
        [sizes[0], "BODY=8BITMIME"],
        [sizes[1], "SMTPUTF8"],
        [sizes[2]],
        [sizes[3], "BODY=8BITMIME", "SMTPUTF8"],
    ]
    assert server.handler.mails[2][1] == ["b@xn--przykad-rjb.pl"]


def test_phases_are_announced_before_they_begin(server, session):
    seen = []

    def on_phase(phase):
        seen.append((phase, len(server.handler.mails)))

    session.send("a@example.com", ["b@example.com"], MAIL, on_phase)
    assert seen == [("mail", 0), ("rcpt", 0), ("data", 0), ("content", 0)]
    assert len(server.handler.mails) == 1


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data", "content"])
def test_a_mail_whose_phase_could_not_be_recorded_is_not_sent(server, session, phase):
    def on_phase(name):
        if name == phase:
            raise RuntimeError("the database is gone")

    with pytest.raises(RuntimeError, match="database"):
        session.send("a@example.com", ["b@example.com"], MAIL, on_phase)
    assert not session.usable
    with Session.open(endpoint(server)) as second:
        second.send("a@example.com", ["c@example.com"], MAIL)
    assert [recipients for _from, recipients, _raw in server.handler.mails] == [["c@example.com"]]


def test_a_session_that_is_closed_defers_instead_of_failing(session):
    session.close()
    attempt = session.send("a@example.com", ["b@example.com"], MAIL)
    assert states(attempt) == {"b@example.com": "deferred"}
    assert not attempt.connection_usable


@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_encrypted_connections_log_in_and_send(authority, mode):
    with Server(authority, mode, authenticator=authenticate, auth_require_tls=False) as server:
        account = endpoint(server, authority, security=mode, login="anna", password=PASSWORD)
        with Session.open(account) as session:
            assert "8BITMIME" in session.features
            assert states(session.send("a@example.com", ["b@example.com"], MAIL)) == {
                "b@example.com": "sent"
            }


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
@pytest.mark.parametrize("excluded", [["LOGIN"], ["PLAIN"]])
def test_each_kind_of_login_works_with_polish_letters(authority, excluded):
    with Server(authority, authenticator=authenticate, auth_require_tls=False,
                auth_exclude_mechanism=excluded, auth_required=True) as server:
        account = endpoint(server, login="anna", password=PASSWORD)
        with Session.open(account) as session:
            assert states(session.send("a@example.com", ["b@example.com"], MAIL)) == {
                "b@example.com": "sent"
            }


def test_a_wrong_password_is_an_account_problem_and_stays_secret(authority):
    with Server(authority, authenticator=authenticate, auth_require_tls=False) as server:
        account = endpoint(server, login="anna", password="wr0ng-s3cret")
        with pytest.raises(MailServerError) as failure:
            Session.open(account)
    assert (failure.value.kind, failure.value.protocol) == ("auth", "smtp")
    assert not failure.value.retryable
    assert "wr0ng-s3cret" not in f"{failure.value} {failure.value!r} {account!r}"


def test_the_test_of_an_address_sends_nothing(server, session):
    assert [(name, reply.code) for name, reply in session.probe("a@example.com")] == [
        ("mail", 250), ("rcpt", 250)
    ]
    assert session.probe("no@example.com")[-1][1].code == 550
    with pytest.raises(ValueError, match="address"):
        session.probe("")
    assert server.handler.mails == []
    session.send("a@example.com", ["b@example.com"], MAIL)
    assert len(server.handler.mails) == 1
