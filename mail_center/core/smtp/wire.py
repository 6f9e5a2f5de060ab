"""SMTP commands and replies over a guarded connection."""

from __future__ import annotations

import base64
import re
import smtplib
from collections.abc import Callable, Iterator
from contextlib import suppress

from ..net import Connection
from .outcome import Reply, classify

_LINE = re.compile(rb"(\d{3})(?:([- ])(.*))?\Z", re.DOTALL)
_HOSTNAME = re.compile(r"[A-Za-z0-9.\-\[\]:_]{1,255}\Z")


class Wire:
    """The protocol below :class:`Session`: one command, one :class:`Reply`."""

    MAX_REPLY = 64 * 1024

    def __init__(self, connection: Connection, local_hostname: str = ""):
        if local_hostname and not _HOSTNAME.match(local_hostname):
            raise ValueError("The own host name contains characters no name can have.")
        connection.protocol = "smtp"
        connection.max_line = self.MAX_REPLY
        self._connection = connection
        self._local_hostname = local_hostname or _own_address(connection)
        self.features: dict[str, str] = {}
        self.ended = True  # whether the end of the last content may have been sent

    # -- replies --------------------------------------------------------------------------

    def command(self, line: str) -> Reply:
        """Send one command and read its reply.

        Raises ValueError for a line that would be two, MailServerError for a lost connection or
        an answer that is no SMTP.
        """
        return next(self.commands([line]))

    def commands(self, lines: list[str]) -> Iterator[Reply]:
        """Send several commands at once and read a reply for each (PIPELINING, RFC 2920).

        All replies have to be read before the next command. Few lines at a time, or both ends
        wait for the other to read.
        """
        self._connection.begin()
        self._connection.sendall(self._as_bytes(lines))
        yield from self.replies(len(lines))

    def replies(self, count: int) -> Iterator[Reply]:
        """The next ``count`` replies, to what was sent already."""
        self._connection.begin(self.MAX_REPLY * count)
        for _ in range(count):
            yield self.read_reply()

    def _as_bytes(self, lines: list[str]) -> bytes:
        for line in lines:
            if re.search(r"[\r\n\0]", line):
                raise ValueError("A command must not contain line ends.")
        return "".join(f"{line}\r\n" for line in lines).encode("utf-8")

    def read_reply(self) -> Reply:
        """The next reply. Raises MailServerError."""
        code, lines = self._read_reply()
        text = self._connection.endpoint.redact(" ".join(lines))
        return Reply.parse(code, text)

    def _read_reply(self) -> tuple[int, list[str]]:
        lines: list[str] = []
        first = None
        while True:
            line = self._connection.readline().rstrip(b"\r\n")
            match = _LINE.match(line)
            if not match or (first is not None and match[1] != first):
                raise self._error("protocol", "The server's answer is no SMTP.", line)
            first = match[1]
            lines.append((match[3] or b"").decode("utf-8", "replace"))
            if match[2] != b"-":
                return int(first), lines

    def _error(self, kind, message, server_text="", reason=""):
        return self._connection.error(kind, message, server_text, reason)

    # -- the opening of a session ---------------------------------------------------------

    def greeting(self) -> None:
        """RFC 5321 section 3.1."""
        self._connection.begin(self.MAX_REPLY)
        reply = self.read_reply()
        if reply.code != 220:
            kind = "throttled" if reply.code // 100 == 4 else "refused"
            raise self._error(kind, "The server refuses the connection.", str(reply))

    def ehlo(self) -> None:
        """EHLO, or HELO for a server that knows no extensions. What it offered before is void."""
        self.features = {}
        self._connection.begin(self.MAX_REPLY)
        self._connection.sendall(f"EHLO {self._local_hostname}\r\n".encode("ascii"))
        code, lines = self._read_reply()
        if code // 100 == 2:
            for line in lines[1:]:
                # "AUTH=LOGIN" is how servers older than RFC 2554 wrote it.
                keyword, _, parameters = line.replace("AUTH=", "AUTH ", 1).partition(" ")
                known = self.features.get(keyword.upper(), "")
                self.features[keyword.upper()] = f"{known} {parameters}".strip()
            return
        if code // 100 == 5:
            reply = self.command(f"HELO {self._local_hostname}")
            if reply.code // 100 == 2:
                return
            code, lines = reply.code, [reply.text]
        kind = "throttled" if code // 100 == 4 else "refused"
        raise self._error(kind, "The server refuses to talk to us.", f"{code} {' '.join(lines)}")

    def starttls(self) -> None:
        """RFC 3207. Raises *tls* when it isn't offered: somebody may have taken it away."""
        if "STARTTLS" not in self.features:
            raise self._error(
                "tls",
                "The server does not offer STARTTLS. Logging in without encryption is refused.",
                reason="no_starttls",
            )
        reply = self.command("STARTTLS")
        if reply.code != 220:
            raise self._error("tls", "The server refuses STARTTLS.", str(reply), "no_starttls")
        self._connection.start_tls()

    def login(self) -> None:
        """AUTH (RFC 4954) with XOAUTH2, PLAIN, LOGIN or CRAM-MD5."""
        endpoint = self._connection.endpoint
        offered = self.features.get("AUTH", "").upper().split()
        if "AUTH" not in self.features:
            raise self._error(
                "auth",
                "The server offers no login on this connection. "
                "Choose STARTTLS or TLS, or leave the login empty.",
                reason="not_offered",
            )
        plain = f"\0{endpoint.login}\0{endpoint.password}"
        if endpoint.auth == "xoauth2":
            bearer = f"user={endpoint.login}\1auth=Bearer {endpoint.password}\1\1"
            reply = self.command(f"AUTH XOAUTH2 {_b64(bearer)}")
            if reply.code == 334:  # the reason of the refusal, to be acknowledged
                reply = self.command("")
        elif "PLAIN" in offered:
            reply = self.command(f"AUTH PLAIN {_b64(plain)}")
        elif "LOGIN" in offered:
            reply = self.command("AUTH LOGIN")
            for answer in (endpoint.login, endpoint.password):
                if reply.code == 334:
                    reply = self.command(_b64(answer))
        elif "CRAM-MD5" in offered:
            reply = self._cram_md5()
        else:
            raise self._error(
                "auth",
                "The server offers no kind of login that we know.",
                " ".join(offered), "not_offered",
            )
        if reply.code != 235:
            outcome = classify(reply, "auth")
            kind = "auth" if outcome.scope == "account" else "throttled"
            raise self._error(kind, outcome.advice, str(reply))

    def _cram_md5(self) -> Reply:
        endpoint = self._connection.endpoint
        reply = self.command("AUTH CRAM-MD5")
        if reply.code != 334:
            return reply
        helper = smtplib.SMTP.__new__(smtplib.SMTP)
        helper.user, helper.password = endpoint.login, endpoint.password
        try:
            answer = helper.auth_cram_md5(base64.b64decode(reply.text, validate=True))
        except ValueError:
            raise self._error("protocol", "The server's login challenge is broken.") from None
        return self.command(_b64(answer))

    # -- content --------------------------------------------------------------------------

    def send_content(self, raw: bytes) -> None:
        """All of the content, dots doubled (RFC 5321 section 4.5.2), without the final dot."""
        self._connection.begin(self.MAX_REPLY)
        content = raw.replace(b"\r\n.", b"\r\n..")
        if content.startswith(b"."):
            content = b"." + content
        if content and not content.endswith(b"\r\n"):
            content += b"\r\n"
        self._connection.sendall(content)

    def send_chunk(self, raw: bytes) -> Reply:
        """All of the content as one chunk that is not the last (BDAT, RFC 3030)."""
        self._connection.begin(self.MAX_REPLY)
        with self._connection.patience(6 * self._connection.endpoint.timeout):
            self._connection.sendall(f"BDAT {len(raw)}\r\n".encode("ascii") + raw)
            return self.read_reply()

    def finish_chunks(self, ahead: list[str], meanwhile: Callable[[], None]) -> Reply:
        """The last chunk, which is empty: what the final dot is elsewhere."""
        return self._finish(b"BDAT 0 LAST\r\n", ahead, meanwhile)

    def finish_content(self, ahead: list[str], meanwhile: Callable[[], None]) -> Reply:
        """The final dot, and the server's answer to the whole mail.

        ``ahead``: commands that go out along with it; their :meth:`replies` come afterwards.
        ``meanwhile`` is called when they are out, while the server is busy.

        A server that filters takes its time (RFC 5321 section 4.5.3.2.6 gives it 10 minutes),
        and a mail whose answer is not waited for becomes uncertain: six times
        ``endpoint.timeout``, two minutes by default.
        """
        return self._finish(b".\r\n", ahead, meanwhile)

    def _finish(self, end: bytes, ahead: list[str], meanwhile: Callable[[], None]) -> Reply:
        self.ended = False
        end += self._as_bytes(ahead)
        if self._connection.is_gone():
            # It did not wait for the end: then it can't have taken the mail.
            raise self._error("closed", "The server closed the connection.")
        self.ended = True
        self._connection.begin(self.MAX_REPLY)
        with self._connection.patience(6 * self._connection.endpoint.timeout):
            self._connection.sendall(end)
            with suppress(Exception):  # what the server says now is all that counts
                meanwhile()
            return self.read_reply()


def _b64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def _own_address(connection: Connection) -> str:
    """The address literal of our end of the connection (RFC 5321 section 4.1.3)."""
    address = connection.sock.getsockname()[0].partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
