"""A logged-in POP3 session that only reads: no message is ever deleted on the server.

RFC 1939 (POP3), 2449 (CAPA, extended response codes), 2595 (STLS), 5034 (AUTH). poplib speaks the
protocol; where bytes come from, how many, and how the session becomes encrypted is decided by
:class:`core.net.Connection`.
"""

from __future__ import annotations

import poplib
from base64 import b64encode
from contextlib import suppress

from .. import net
from ..net import Connection, Endpoint, MailServerError, Security
from ..session import NetworkSession

ANSWER_BUDGET = 64 * 1024  # bytes of a one-line answer, or of capabilities
LISTING_BUDGET = 64 * 1024 * 1024  # bytes of UIDL and LIST: some 700,000 messages
MAX_MESSAGE = 150 * 1024 * 1024
ALL_LINES = 99_999_999  # more than any message has
MAX_UID = 500  # RFC 1939 says 70; some servers don't keep to it
# After these the state of the conversation isn't known: nothing more can be read.
_FATAL = frozenset({"closed", "timeout", "protocol", "limit", "tls", "certificate"})
_CODES = {
    "AUTH": "auth", "IN-USE": "throttled", "LOGIN-DELAY": "throttled", "SYS/TEMP": "throttled",
}


class _Client(poplib.POP3):
    """poplib over a connection that exists already."""

    def __init__(self, connection: Connection):
        # poplib's own constructor would connect, without our limits and checks.
        self._connection = connection
        self.sock = self.file = connection
        self._debugging = 0
        self._tls_established = connection.encrypted
        self.welcome = self._getresp()

    def _getline(self):
        line = self._connection.readline()
        return line.rstrip(b"\r\n"), len(line)

    def _putline(self, line):
        if b"\r" in line or b"\n" in line or b"\0" in line:
            raise ValueError("A POP3 command can't contain a line end.")
        self._connection.sendall(line + b"\r\n")

    def command(self, line: str | bytes) -> bytes:
        """Send one line; the status line that comes back. Raises poplib.error_proto on -ERR."""
        self._putline(line.encode() if isinstance(line, str) else line)
        return self._getresp()


class Session(NetworkSession):
    """One POP3 connection, logged in.

    All errors of network and server are MailServerError with protocol ``pop3``; after *closed*,
    *timeout*, *tls*, *protocol* and *limit* the session is closed (``usable`` is False).
    """

    def __init__(self, connection: Connection):
        self._connection = connection
        self.capabilities: dict[str, list[str]] = {}
        # Whether TOP brings whole messages; None: as far as is known.
        self._top: bool | None = None

    # -- opening and closing ---------------------------------------------------------------

    @classmethod
    def open(cls, endpoint: Endpoint, *, deadline: float | None = None) -> Session:
        """Connect, encrypt as the endpoint says, log in.

        ``deadline``: ``time.monotonic()`` by which everything must end. Without encryption
        nothing is ever sent to log in, unless the endpoint's security is *none*.
        """
        session = cls.start(net.connect(endpoint, protocol="pop3", deadline=deadline))
        try:
            session.authenticate()
        except BaseException:
            session._drop()
            raise
        return session

    @classmethod
    def start(cls, connection: Connection) -> Session:
        """Greeting and encryption; :meth:`authenticate` comes next.

        ``connection``: fresh, or encrypted already where the endpoint's security is *tls*.
        """
        session = cls(connection)
        try:
            session._greet()
        except BaseException:
            session._drop()
            raise
        return session

    def _greet(self) -> None:
        connection = self._connection
        security = Security(connection.endpoint.security)
        connection.begin(ANSWER_BUDGET)
        if security == Security.TLS and not connection.encrypted:
            connection.start_tls()
        with self._translated("the greeting"):
            self._client = _Client(connection)
        if security == Security.STARTTLS:
            try:
                with self._command("STLS"):
                    self._client.command("STLS")
            except MailServerError as exc:
                if exc.kind != "refused":
                    raise
                raise connection.error(
                    "tls",
                    "The server does not offer STARTTLS (STLS). Logging in without encryption is "
                    "refused.",
                    exc.server_text,
                    "no_starttls",
                ) from None
            connection.start_tls()
        # Asked after the encryption only: what was said in plaintext counts for nothing.
        self.ask_capabilities()

    def ask_capabilities(self) -> None:
        """Ask what the server can do (CAPA), into :attr:`capabilities`: name → arguments.

        The answer may be another one after the login (RFC 2449 section 5).
        """
        try:
            with self._command("CAPA"):
                self.capabilities = self._client.capa()
        except MailServerError as exc:
            if exc.kind != "refused":
                raise
            self.capabilities = {}  # a server of before RFC 2449

    def authenticate(self) -> None:
        """Log in with the endpoint's credentials.

        Never in plaintext unless the endpoint's security is *none*. Raises MailServerError of
        kind *auth* when they are refused, *throttled* when the server says later.
        """
        endpoint = self._connection.endpoint
        if not self._connection.encrypted and endpoint.security != Security.NONE:
            raise self._connection.error("tls", "Logging in without encryption is refused.")
        ways = {name.upper() for name in self.capabilities.get("SASL", [])}
        try:
            with self._command("the login"):
                if endpoint.auth == "xoauth2":
                    self._authenticate(
                        "XOAUTH2",
                        f"user={endpoint.login}\1auth=Bearer {endpoint.password}\1\1",
                    )
                elif "PLAIN" in ways and (
                    "USER" not in self.capabilities
                    or not (endpoint.login + endpoint.password).isascii()
                ):
                    self._authenticate("PLAIN", f"\0{endpoint.login}\0{endpoint.password}")
                else:
                    self._client.user(endpoint.login)
                    self._client.pass_(endpoint.password)
        except MailServerError as exc:
            if exc.kind not in ("refused", "auth"):
                raise
            # Tried all the same, since CAPA does not list everything everywhere.
            offered = not self.capabilities or "USER" in self.capabilities or "PLAIN" in ways
            reason = "" if offered or self._connection.encrypted else "not_offered"
            raise self._connection.error(
                "auth", "The server refuses the login or the password.", exc.server_text, reason
            ) from None

    def _authenticate(self, mechanism: str, secret: str) -> None:
        # The secret goes in a line of its own: tokens don't fit into a command (RFC 5034).
        answer = self._client.command(f"AUTH {mechanism}")
        if answer.startswith(b"+OK"):
            raise self._connection.error("protocol", "The server logs in without credentials.")
        answer = self._client.command(b64encode(secret.encode()))
        if not answer.startswith(b"+OK"):
            # XOAUTH2 explains a refusal in a challenge, to be answered by an empty line.
            answer = self._client.command("")
        if not answer.startswith(b"+OK"):
            raise self._connection.error("auth", "The server refuses the login.", answer)

    def _goodbye(self) -> None:
        with suppress(MailServerError, ValueError), self._command("QUIT"):
            self._client.command("QUIT")

    # -- reading ---------------------------------------------------------------------------

    def status(self) -> tuple[int, int]:
        """``(messages, octets)`` in the mailbox, as the server says (STAT)."""
        with self._command("STAT"):
            words = self._client.command("STAT").split(b" ")
            if len(words) < 3 or not all(w.isdigit() and len(w) <= 15 for w in words[1:3]):
                raise ValueError("STAT")
            return int(words[1]), int(words[2])

    def uidl(self) -> dict[str, int]:
        """``{unique id: message number}`` of all messages, in the server's order.

        A unique id stays with its message over sessions; the number is good for this session
        only. Two identical copies may share a unique id (RFC 1939 section 7): the first is given.
        """
        found: dict[str, int] = {}
        for number, uid in self._listing("UIDL"):
            if not 0 < len(uid) <= MAX_UID or any(not 0x21 <= byte <= 0x7E for byte in uid):
                raise self._broken("UIDL")
            found.setdefault(uid.decode("ascii"), number)
        return found

    def sizes(self) -> dict[int, int]:
        """``{message number: octets}`` as the server says."""
        sizes: dict[int, int] = {}
        for number, size in self._listing("LIST"):
            digits = size.split(b" ")[0]
            if not digits.isdigit() or len(digits) > 15:
                raise self._broken("LIST")
            sizes[number] = int(digits)
        return sizes

    def _listing(self, command: str) -> list[tuple[int, bytes]]:
        try:
            with self._command(command, LISTING_BUDGET):
                lines = self._client._longcmd(command)[1]
        except MailServerError as exc:
            if exc.kind != "refused" or command != "UIDL":
                raise
            raise self._connection.error(
                "refused",
                "The server can't tell its messages apart (no UIDL), so new ones can't be known. "
                "Use IMAP for this mailbox.",
                exc.server_text,
            ) from None
        found = []
        for line in lines:
            number, _space, value = line.strip().partition(b" ")
            if not number.isdigit() or not 0 < len(number) <= 9 or int(number) < 1:
                raise self._broken(command)
            found.append((int(number), value.strip()))
        return found

    def fetch(self, number: int, *, size: int = 0, max_size: int = MAX_MESSAGE) -> bytes:
        """The whole message as the server keeps it: dots unstuffed, line ends as they came.

        The message is not deleted. Some servers mark as read what is fetched by RETR. With
        ``size`` (see :meth:`sizes`) TOP is used instead where it is offered, which marks nothing,
        unless it turns out that it does not bring the whole message.

        Raises MailServerError of kind *limit* (and closes) when it is larger than ``max_size``
        octets, *refused* when there is no such message.
        """
        if type(number) is not int or number < 1:
            raise ValueError("A message number is a whole number from 1 on.")
        if size > 0 and "TOP" in self.capabilities and self._top is not False:
            try:
                raw = self._retrieve(f"TOP {number} {ALL_LINES}", max_size)
            except MailServerError as exc:
                if exc.kind != "refused":
                    raise
            else:
                if len(raw) >= size or self._top:
                    return raw
                # Either the size was not exact, or TOP does not bring everything.
                whole = self._retrieve(f"RETR {number}", max_size)
                self._top = len(whole) <= len(raw)
                return whole
        return self._retrieve(f"RETR {number}", max_size)

    def _retrieve(self, command: str, max_size: int) -> bytes:
        # Stuffed dots can double it at most; a line may be as long as the message.
        budget = 2 * max_size + ANSWER_BUDGET
        connection = self._connection
        with self._command(command.split(" ")[0], budget):
            connection.max_line = budget
            try:
                self._client.command(command)
                return self._read_message(max_size)
            finally:
                connection.max_line = connection.MAX_LINE

    def _read_message(self, max_size: int) -> bytes:
        connection = self._connection
        lines: list[bytes] = []
        size = 0
        while True:
            line = connection.readline()
            if line in (b".\r\n", b".\n"):
                return b"".join(lines)
            if line.startswith(b".."):
                line = line[1:]
            size += len(line)
            if size > max_size:
                raise connection.error(
                    "limit", f"The message is larger than {max_size} bytes, the most we accept."
                )
            lines.append(line)

    # -- errors ----------------------------------------------------------------------------

    def _command(self, what: str, budget: int = ANSWER_BUDGET):
        if self._closed:
            raise self._connection.error("closed", "The connection to the server is closed.")
        self._connection.begin(budget)
        return self._translated(what)

    def _translated(self, what: str):
        return _Translated(self, what)

    def _broken(self, command: str) -> MailServerError:
        self._drop()
        return self._connection.error(
            "protocol", f"The server's answer to {command} can't be understood."
        )


class _Translated:
    """Turns poplib's errors into MailServerError and closes what can't be used any more."""

    def __init__(self, session: Session, what: str):
        self.session = session
        self.what = what

    def __enter__(self):
        return self

    def __exit__(self, _kind, exc, _traceback):
        session = self.session
        if isinstance(exc, poplib.error_proto):
            failure = self._failure(exc)
        elif isinstance(exc, MailServerError):
            failure = exc
        elif isinstance(exc, (ValueError, LookupError, UnicodeError, TypeError)):
            failure = session._connection.error(
                "protocol", f"The server's answer to {self.what} can't be understood."
            )
        else:
            if exc is not None:
                session._drop()  # interrupted in the middle of an answer
            return False
        if failure.kind in _FATAL:
            session._drop()
        if failure is exc:
            return False
        raise failure from None

    def _failure(self, exc: poplib.error_proto) -> MailServerError:
        error = self.session._connection.error
        said = exc.args[0] if exc.args else b""
        said = said if isinstance(said, bytes) else str(said).encode()
        if not said.upper().startswith(b"-ERR"):
            return error("protocol", f"The server's answer to {self.what} makes no sense.", said)
        text = said[4:].strip()
        code = text[1:].split(b"]")[0].decode("ascii", "replace").upper() if (
            text.startswith(b"[")
        ) else ""
        kind = _CODES.get(code, "refused")
        message = {
            "auth": "The server refuses the login or the password.",
            "throttled": "The server can't open the mailbox at present.",
        }.get(kind, f"The server refuses: {self.what}.")
        return error(kind, message, text)
