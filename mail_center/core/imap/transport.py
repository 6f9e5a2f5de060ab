"""imaplib and imapclient on top of our guarded connection.

imaplib parses; where bytes come from, how many, and how the session becomes encrypted is decided
here. imapclient adds the response parser and the command helpers.
"""

from __future__ import annotations

import imaplib

from imapclient import IMAPClient

from ..net import Connection, Security
from .exchange import is_throttling

# imaplib knows no command that it has no method for.
imaplib.Commands.setdefault("COMPRESS", ("AUTH", "SELECTED"))
GREETING_BUDGET = 64 * 1024


class Transport(imaplib.IMAP4):
    """An IMAP4 connection over a :class:`Connection` that exists already."""

    def __init__(self, connection: Connection):
        self._connection = connection
        super().__init__(connection.endpoint.host, connection.endpoint.port)

    # -- what imaplib lets a subclass decide ("overridable methods") ------------------------

    def open(self, host="", port=0, timeout=None):
        self.host, self.port = host, port
        self.sock = self._connection.sock

    def read(self, size):
        """A literal; empty when there is no room for it: see :func:`wire.fetch_responses`."""
        if self.room is None:
            return self._connection.read(size)
        if size > max(self.room, 0):
            self._connection.skip(size)
            return b""
        self.room -= size
        return self._connection.read(size)

    def readline(self):
        line = self._connection.readline()
        if self.room is not None:
            # Lines are kept as well, whole mails may be in them as quoted strings. They can't be
            # left out, the answer makes no sense then.
            self.room -= len(line)
            if self.room < -self.LINES:
                raise self._connection.error("limit", "The server sends more than was asked for.")
        return line

    def send(self, data):
        self._connection.sendall(data)

    def shutdown(self):
        self._connection.close()

    def _log(self, line):
        """imaplib keeps its last commands for debugging, the password among them: not here."""

    def _new_tag(self):
        self._connection.begin(self.next_budget)
        self.room = self.next_room
        return super()._new_tag()

    # Bytes that the answer to the next command may have; little until we're logged in.
    next_budget: int | None = GREETING_BUDGET
    # Bytes of it that are kept (None: all): a literal that finds no room is read and forgotten.
    next_room: int | None = None
    room: int | None = None
    LINES = 16 * 1024 * 1024  # that much more in lines

    def _get_capabilities(self):
        """Those of the greeting count (RFC 9051 section 7.1): one round trip less."""
        told = self.untagged_responses.pop("CAPABILITY", None)
        if not told or not told[-1]:
            return super()._get_capabilities()
        self.capabilities = tuple(str(told[-1], self._encoding).upper().split())
        return None

    def append_at_once(self, mailbox, flags, date, raw):
        """APPEND that doesn't wait for the server's "+" (LITERAL+, RFC 7888)."""
        arguments = [flags, imaplib.Time2Internaldate(date) if date else None]
        tag = self._command("APPEND", mailbox, *arguments, f"{{{len(raw)}+}}")
        self.send(raw)
        self.send(imaplib.CRLF)
        return self._command_complete("APPEND", tag)

    def compress(self):
        """COMPRESS=DEFLATE (RFC 4978). Returns (typ, data)."""
        typ, data = self._simple_command("COMPRESS", "DEFLATE")
        if typ == "OK":
            self._connection.start_compression()
            self.sock = self._connection.sock
        return typ, data

    def starttls(self, ssl_context=None):
        """RFC 9051 section 6.2.1. What was said in plaintext counts for nothing afterwards."""
        if "STARTTLS" not in self.capabilities:
            raise self._connection.error(
                "tls",
                "The server does not offer STARTTLS. Logging in without encryption is refused.",
                reason="no_starttls",
            )
        try:
            typ, data = self._simple_command("STARTTLS")
        except self.abort:
            raise
        except self.error as exc:
            typ, data = "BAD", [str(exc).encode()]
        if typ != "OK":
            raise self._connection.error(
                "tls", "The server refuses STARTTLS.", data[-1] or b"", "no_starttls"
            )
        self._connection.start_tls()
        self.sock = self._connection.sock
        self._tls_established = True
        self.untagged_responses = {}
        self._get_capabilities()
        return typ, data


class Client(IMAPClient):
    """imapclient that talks over :class:`Transport` and leaves debugging off."""

    def __init__(self, connection: Connection):
        self._connection = connection
        endpoint = connection.endpoint
        super().__init__(
            endpoint.host,
            endpoint.port,
            ssl=endpoint.security == Security.TLS,
            timeout=endpoint.timeout,
        )
        # imapclient turns imaplib's debugging on: every literal would be formatted with %r,
        # which costs five sixths of the speed.
        self._imap.debug = 0
        self.normalise_times = False

    def _create_IMAP4(self):
        return Transport(self._connection)


def greet(connection: Connection) -> Client:
    """Greeting and encryption: everything before the login.

    Raises MailServerError: *refused* for a BYE, *protocol* for what is no IMAP server, *tls* when
    the server claims that we're logged in already (PREAUTH) although encryption is asked for:
    whoever sits in between could otherwise keep us out of STARTTLS for good.
    """
    endpoint = connection.endpoint
    connection.protocol = "imap"
    if endpoint.security == Security.TLS and not connection.encrypted:
        connection.start_tls()
    connection.begin(GREETING_BUDGET)
    try:
        client = Client(connection)
    except imaplib.IMAP4.abort as exc:
        raise connection.error("protocol", "This is not an IMAP server.", str(exc)) from None
    except imaplib.IMAP4.error as exc:
        text = exc.args[0] if exc.args else ""
        text = text if isinstance(text, bytes) else str(text).encode("utf-8", "replace")
        if text.upper().startswith(b"* BYE"):
            kind = "throttled" if is_throttling(text.decode("utf-8", "replace")) else "refused"
            raise connection.error(kind, "The server refuses the connection.", text) from None
        raise connection.error("protocol", "This is not an IMAP server.", text) from None
    if client._imap.state == "AUTH" and endpoint.security != Security.NONE:
        raise connection.error(
            "tls", "The server skips the login (PREAUTH), which is not safe with encryption."
        )
    if endpoint.security == Security.STARTTLS:
        # Not imapclient's own starttls(): it makes an error of another kind of a missing offer.
        client._imap.starttls()
        client._starttls_done = True
    return client
