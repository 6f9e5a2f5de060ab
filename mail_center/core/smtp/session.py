"""An SMTP submission session (RFC 5321, 6409) that always knows how far a mail has come."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress

from .. import net
from ..net import Connection, Endpoint, MailServerError, Security
from ..session import NetworkSession
from . import envelope as envelopes
from . import manners
from .attempt import Attempt, RecipientResult
from .delivery import Ahead, Delivery
from .outcome import Reply, classify_error
from .wire import Wire

# Commands sent at once where the server takes them so (RFC 2920): their replies fit into any
# socket's buffer.
PIPELINE = 50


class Session(NetworkSession):
    """One SMTP connection, logged in, for many mails. Not for several threads at once."""

    _ahead: Ahead | None = None
    # Whether the server takes the next envelope in one group with the end of a mail.
    _takes_ahead = True
    _prepared: envelopes.Envelope | None = None

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
        meanwhile: Callable[[], None] = lambda: None,
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

        ``meanwhile`` is called once all of the mail is out, while the server is busy with it: for
        what a later mail needs (see :meth:`prepare`). What goes wrong there is not said.

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
        replies = ahead and ahead.replies
        return Delivery(self, mail, on_phase, replies, following, meanwhile).run()

    def prepare(self, envelope_from: str, recipients: Iterable[str], raw: bytes) -> None:
        """Look at a mail that comes soon, so that :meth:`send` need not. ValueError as there."""
        self._prepared = self._envelope(envelope_from, recipients, raw)

    def _envelope(self, envelope_from, recipients, raw) -> envelopes.Envelope:
        if self._prepared and self._prepared.is_of(envelope_from, recipients, raw):
            mail, self._prepared = self._prepared, None
            return mail
        return envelopes.Envelope(envelope_from, recipients, raw, self._wire.features)

    @property
    def _server(self) -> tuple[str, int]:
        return self._connection.endpoint.host, self._connection.endpoint.port

    @property
    def _group(self) -> int:
        """How many commands may go out at once."""
        return PIPELINE if "PIPELINING" in self._wire.features else 1

    def _commands(self, mail: envelopes.Envelope, recipients: list[str]) -> list[str]:
        """The envelope of a mail; as the last of a group DATA may go along (RFC 2920, 3.1)."""
        lines = [mail.mail_command(), *map(mail.rcpt_command, recipients)]
        return [*lines, "DATA"] if self._asks_along else lines

    @property
    def _asks_along(self) -> bool:
        """Whether DATA is the last command of an envelope."""
        return self._group > 1 and "CHUNKING" not in self._wire.features

    def _look_ahead(self, following) -> tuple[envelopes.Envelope | None, list[str]]:
        """What of the mail that ``following`` is may go out before this one was answered."""
        if not following or not self._takes_ahead or not manners.takes_ahead(self._server):
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
