"""An SMTP submission session (RFC 5321, 6409) that always knows how far a mail has come."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from .. import net
from ..net import Connection, Endpoint, MailServerError, Security
from ..session import NetworkSession
from . import envelope as envelopes
from .outcome import FAILED, Outcome, Reply, classify, classify_error, outcome_of
from .wire import Wire

# Commands sent at once where the server takes them so (RFC 2920): their replies fit into any
# socket's buffer.
PIPELINE = 50


@dataclass(frozen=True)
class RecipientResult:
    """What became of one recipient; ``reply`` is None when no reply decided it."""

    state: str
    reply: Reply | None = None
    reason_code: str = ""
    advice: str = ""
    scope: str = "recipient"
    throttled: bool = False

    @classmethod
    def of(cls, outcome: Outcome, reply: Reply | None = None) -> RecipientResult:
        return cls(outcome.state, reply, outcome.reason_code, outcome.advice, outcome.scope,
                   outcome.throttled)


@dataclass(frozen=True)
class Attempt:
    """One attempt at sending one mail.

    ``phase``: how far it came: *mail*, *rcpt*, *data* (the content, without its end),
    *content* (the final dot may have reached the server), *done* (the server has answered for
    all). ``results``: every recipient as given → its result. ``connection_usable``: whether
    the session can send another mail. ``error``: why the connection was lost, if it was.
    """

    phase: str
    results: dict[str, RecipientResult] = field(default_factory=dict)
    connection_usable: bool = True
    error: MailServerError | None = None

    @property
    def scope(self) -> str:
        """*account* or *server* when the result of all recipients is owed to it, else empty."""
        scopes = {result.scope for result in self.results.values()}
        return scopes.pop() if len(scopes) == 1 and scopes <= {"account", "server"} else ""

    @property
    def throttled(self) -> bool:
        return any(result.throttled for result in self.results.values())


@dataclass(frozen=True)
class _Ahead:
    """A mail whose envelope is with the server already, and the replies to it as they are read."""

    mail: envelopes.Envelope
    replies: Iterator[Reply]


class Session(NetworkSession):
    """One SMTP connection, logged in, for many mails. Not for several threads at once."""

    _ahead: _Ahead | None = None
    # Whether the server takes the next envelope in one group with the end of a mail.
    _takes_ahead = True

    def __init__(self, connection: Connection, wire: Wire):
        self._connection = connection
        self._wire = wire

    # -- opening and closing --------------------------------------------------------------

    @classmethod
    def open(
        cls, endpoint: Endpoint, local_hostname: str = "", *, deadline: float | None = None
    ) -> Session:
        """Connect, encrypt, log in (where ``endpoint.login`` is set).

        ``local_hostname``: what to call ourselves in EHLO; the own IP address if empty.
        Raises MailServerError; ValueError for a host name that can't be one.
        """
        session = cls.start(
            net.connect(endpoint, protocol="smtp", deadline=deadline), local_hostname
        )
        try:
            session.authenticate()
        except BaseException:
            session._drop()
            raise
        return session

    @classmethod
    def start(cls, connection: Connection, local_hostname: str = "") -> Session:
        """Greeting, EHLO and encryption; :meth:`authenticate` comes next.

        ``connection``: fresh, or encrypted already where the endpoint's security is *tls*.
        """
        try:
            wire = Wire(connection, local_hostname)
            if connection.endpoint.security == Security.TLS and not connection.encrypted:
                connection.start_tls()
            wire.greeting()
            wire.ehlo()
            if connection.endpoint.security == Security.STARTTLS:
                wire.starttls()
                wire.ehlo()
        except BaseException:
            connection.close()
            raise
        return cls(connection, wire)

    def authenticate(self) -> None:
        """Log in. Raises MailServerError of kind *auth* when the credentials are refused."""
        endpoint = self._connection.endpoint
        if not endpoint.login:
            return
        if not self._connection.encrypted and endpoint.security != Security.NONE:
            raise self._connection.error("tls", "Logging in without encryption is refused.")
        self._wire.login()

    @property
    def features(self) -> dict[str, str]:
        """EHLO keywords in capitals → their parameters (RFC 5321 section 4.1.1.1)."""
        return dict(self._wire.features)

    @property
    def max_size(self) -> int | None:
        """The largest mail in bytes that the server takes (RFC 1870), None if it doesn't say."""
        size = self._wire.features.get("SIZE", "")
        return int(size) if re.fullmatch(r"\d{1,15}", size) and int(size) else None

    def is_alive(self, ask: bool = False) -> bool:
        """Whether the server is still there after a pause; with ``ask`` it has to say so."""
        if self._ahead or (self.usable and self._connection.is_gone()):
            # It waits for a mail that does not come; or its farewell, or nothing at all is there.
            self._drop()
        if self.usable and ask:
            self._reset()
        return self.usable

    def _goodbye(self) -> None:
        if self._ahead:
            return  # there it would be the first line of a mail
        with suppress(MailServerError):
            self._wire.command("QUIT")

    # -- sending --------------------------------------------------------------------------

    def probe(self, address: str) -> list[tuple[str, Reply]]:
        """MAIL FROM and RCPT TO of ``address``, then RSET: nothing is sent.

        Returns the commands tried with their replies, up to the first refusal.
        """
        mail = envelopes.Envelope(address, [address], b"\r\n", self._wire.features)
        replies = []
        for name, line in (("mail", mail.mail_command()), ("rcpt", mail.rcpt_command(address))):
            replies.append((name, self._wire.command(line)))
            if replies[-1][1].code // 100 != 2:
                break
        self._reset()
        return replies

    def send(
        self,
        envelope_from: str,
        recipients: Iterable[str],
        raw: bytes,
        on_phase: Callable[[str], None] = lambda phase: None,
        following: tuple[str, Iterable[str], bytes] | None = None,
    ) -> Attempt:
        """Send ``raw`` (complete, CRLF line ends) to ``recipients``. Never raises for what the
        server does: that is in the Attempt.

        ``on_phase`` is called before each phase begins, with *content* before the final dot can
        reach the server: what the caller commits there is on disk before the mail can be out.
        If it raises, the mail is not sent, the connection is cut, and the exception goes on.

        ``following``: sender, recipients and content of the mail that is sent next, if there is
        one. A server that takes commands in groups gets its envelope together with the end of
        this mail (RFC 2920 section 3.1), which saves a round trip. When another mail comes then,
        or none, the connection is lost.

        ValueError, before anything is sent: a bare CR or LF in ``raw`` (SMTP smuggling),
        control characters or spaces in an address, no recipient.
        """
        recipients = list(recipients) if not isinstance(recipients, str) else recipients
        ahead, self._ahead = self._ahead, None
        if ahead and not ahead.mail.is_of(envelope_from, recipients, raw):
            self._drop()
            ahead = None
        mail = ahead.mail if ahead else self._envelope(envelope_from, recipients, raw)
        if self._closed:
            lost = classify_error("closed", content_sent=False)
            return Attempt("mail", {r: RecipientResult.of(lost) for r in mail.recipients}, False)
        return _Delivery(self, mail, on_phase, ahead and ahead.replies, following).run()

    def _envelope(self, envelope_from, recipients, raw) -> envelopes.Envelope:
        return envelopes.Envelope(envelope_from, recipients, raw, self._wire.features)

    @property
    def _group(self) -> int:
        """How many commands may go out at once."""
        return PIPELINE if "PIPELINING" in self._wire.features else 1

    def _commands(self, mail: envelopes.Envelope, recipients: list[str]) -> list[str]:
        """The envelope of a mail; as the last of a group DATA may go along (RFC 2920, 3.1)."""
        lines = [mail.mail_command(), *map(mail.rcpt_command, recipients)]
        if self._group > 1 and "CHUNKING" not in self._wire.features:
            lines.append("DATA")
        return lines

    def _look_ahead(self, following) -> tuple[envelopes.Envelope | None, list[str]]:
        """What of the mail that ``following`` is may go out before this one was answered."""
        if not following or not self._takes_ahead:
            return None, []
        try:
            mail = self._envelope(*following)
        except ValueError:
            return None, []  # said when its turn comes
        lines = self._commands(mail, mail.recipients)
        if len(lines) >= self._group or mail.impossible(self.max_size):
            return None, []
        return mail, lines

    def _reset(self) -> None:
        if self._closed:
            return
        try:
            reply = self._wire.command("RSET")
        except MailServerError:
            self._drop()
            return
        if reply.code // 100 != 2:
            self._drop()


class _Delivery:
    """The course of one mail."""

    def __init__(self, session: Session, mail, on_phase, ahead, following):
        self.session = session
        self.wire = session._wire
        self.mail = mail
        self.on_phase = on_phase
        self.ahead = ahead  # the replies to an envelope that the server has already
        self.following = following
        self.phase = "mail"
        self.asked: Reply | None = None  # the reply to a DATA that went along with RCPT
        self.refused_by_caller = False
        self.results: dict[str, RecipientResult] = {}

    def run(self) -> Attempt:
        for recipient, reason in self.mail.impossible(self.session.max_size).items():
            self.results[recipient] = RecipientResult.of(outcome_of(FAILED, reason))
        if not self.open():
            return self.attempt("done")
        try:
            self.transact()
        except MailServerError as exc:
            if self.refused_by_caller:
                self.session._drop()
                raise
            # The end of the content may be out: only then is there a doubt.
            in_doubt = self.phase == "content" and self.wire.ended
            is_content = self.phase in ("data", "content")
            reply = self.last_words() if is_content and not in_doubt else None
            self.session._drop()
            if reply:
                self.settle(classify(reply, "content"), reply)
            else:
                self.settle(classify_error(exc.kind, content_sent=in_doubt))
            return self.attempt(self.phase, exc)
        except BaseException:
            # The caller could not record the phase: without the final dot, nothing is sent.
            self.session._drop()
            raise
        return self.attempt("done")

    def transact(self) -> None:
        wire, mail = self.wire, self.mail
        if not self.offer_envelope():
            return
        if "CHUNKING" in wire.features:
            self.enter("data")
            reply = wire.send_chunk(mail.raw)
            if reply.code // 100 != 2:
                self.refuse(reply, "content")
                return
            reply = self.finish(wire.finish_chunks)
        else:
            reply = self.asked or wire.command("DATA")
            if reply.code != 354:
                self.refuse(reply, "data")
                return
            self.enter("data")
            wire.send_content(mail.raw)
            reply = self.finish(wire.finish_content)
        self.settle(classify(reply, "content"), reply)
        if reply.code // 100 not in (2, 4, 5) or reply.code == 421:
            self.session._drop()

    def finish(self, end: Callable[[list[str]], Reply]) -> Reply:
        """The end of the content, and the envelope of the next mail along with it."""
        mail, lines = self.session._look_ahead(self.following)
        self.enter("content")
        reply = end(lines)
        if mail:
            self.session._ahead = _Ahead(mail, self.wire.replies(len(lines)))
        return reply

    def offer_envelope(self) -> bool:
        """MAIL and RCPT. True if the server takes the mail for anybody."""
        recipients = self.open()
        batch = self.session._group
        lines = self.session._commands(self.mail, recipients)
        with_data = lines[-1] == "DATA"
        replies = self.replies(lines, batch)
        if self.ahead:
            told = self.told_ahead(with_data)
            replies = iter(told) if told else replies
        self.enter("mail")
        sender = next(replies)
        if sender.code // 100 == 2:
            self.enter("rcpt")
        elif batch == 1:
            self.refuse(sender, "mail")
            return False
        closing = sender if sender.code == 421 else None
        for recipient, reply in zip(recipients, replies, strict=False):
            if reply.code == 421:
                closing = reply
            if closing:
                break  # it closes, and answers the rest no more
            if reply.code // 100 != 2 and sender.code // 100 == 2:
                self.results[recipient] = RecipientResult.of(classify(reply, "rcpt"), reply)
        if closing:
            self.session._drop()
        elif with_data:
            self.asked = next(replies)
            if self.asked.code == 354 and (sender.code // 100 != 2 or not self.open()):
                # It waits for a mail to nobody. Some would take the empty one that has to end
                # this; they get none.
                self.session._drop()
        if sender.code // 100 != 2:
            self.refuse(sender, "mail")
        elif closing:
            self.refuse(closing, "rcpt")
        elif not self.open():
            self.session._reset()
        return self.session.usable and bool(self.open())

    def told_ahead(self, with_data: bool) -> list[Reply]:
        """The replies to the envelope that the server has; none when it is to be asked again.

        Some server may not like what the standard allows: no mail must fail of that.
        """
        told: list[Reply] = []
        for reply in self.ahead:
            told.append(reply)
            if reply.code == 421:
                return told  # it closes, and answers the rest no more
        taken = told[0].code // 100 == 2
        wanted = taken and any(one.code // 100 == 2 for one in told[1 : len(told) - with_data])
        if told[-1].code == 354 or (taken and not (with_data and wanted)):
            return told
        self.session._takes_ahead = False
        self.session._reset()
        return []

    def replies(self, lines: list[str], batch: int) -> Iterator[Reply]:
        for start in range(0, len(lines), batch):
            yield from self.wire.commands(lines[start : start + batch])

    def last_words(self) -> Reply | None:
        """What the server said when it stopped taking the content, because of its size say."""
        with suppress(MailServerError), self.session._connection.patience(1.0):
            reply = self.wire.read_reply()
            return reply if reply.code // 100 in (4, 5) else None
        return None

    def enter(self, phase: str) -> None:
        self.refused_by_caller = True
        self.on_phase(phase)
        self.refused_by_caller = False
        self.phase = phase

    def open(self) -> list[str]:
        return [r for r in self.mail.recipients if r not in self.results]

    def settle(self, outcome: Outcome, reply: Reply | None = None) -> None:
        for recipient in self.open():
            self.results[recipient] = RecipientResult.of(outcome, reply)

    def refuse(self, reply: Reply, command: str) -> None:
        """The server takes the mail for nobody who is still open."""
        self.settle(classify(reply, command), reply)
        if reply.code == 421 or reply.code // 100 not in (4, 5):
            # 421: it closes. A strange answer: don't guess what it will make of the rest.
            self.session._drop()
        else:
            self.session._reset()

    def attempt(self, phase: str, error: MailServerError | None = None) -> Attempt:
        results = {r: self.results[r] for r in self.mail.recipients}
        return Attempt(phase, results, self.session.usable, error)
