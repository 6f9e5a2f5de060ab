"""One way to reach a mail server: name look-up and a guarded connection.

Everything a hostile or broken server can do to a client at the byte level is dealt with here
once, for IMAP, SMTP and POP3: endless lines, oversized answers, one byte every few seconds,
plaintext pushed in front of a TLS handshake, certificates of somebody else.
"""

from __future__ import annotations

import io
import selectors
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress

from .deflate import Deflated
from .endpoint import KINDS, RETRYABLE, Endpoint, MailServerError, Security, tls_context

__all__ = [
    "KINDS",
    "RETRYABLE",
    "Connection",
    "Endpoint",
    "MailServerError",
    "Security",
    "connect",
    "resolve",
    "tls_context",
]


def resolve(host: str, port: int, timeout: float = 10.0) -> list[str]:
    """The IP addresses of ``host``, in the resolver's order, each once.

    ``getaddrinfo`` knows no timeout, so it runs in a thread that is left behind when it hangs.
    Raises MailServerError of kind *name* or *timeout*.
    """
    answer: list = []

    def ask():
        try:
            answer.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as exc:
            answer.append(exc)

    thread = threading.Thread(target=ask, daemon=True, name="mail_center resolver")
    thread.start()
    thread.join(timeout)
    if not answer:
        raise MailServerError("timeout", f"Looking up the name {host} took too long.")
    if isinstance(answer[0], Exception):
        raise MailServerError("name", f"The server name {host} was not found.") from None
    return list(dict.fromkeys(info[4][0] for info in answer[0]))


class _GuardedRaw(io.RawIOBase):
    """The receiving side of a socket, with limits that hold below every buffer."""

    def __init__(self, connection: Connection):
        super().__init__()
        self._connection = connection
        self.dry = False  # when set, pretend that the network holds nothing
        self.at_once = False  # when set, take only what is there
        self.ended = False  # the other side has closed

    def readable(self):
        return True

    def readinto(self, buffer):
        if self.dry:
            return None
        if self.at_once:
            return self._take(buffer)
        return self._connection._receive_into(buffer)

    def _take(self, buffer):
        sock = self._connection.sock
        try:
            sock.settimeout(0)
            count = sock.recv_into(buffer)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
        except OSError:
            count = 0
        if count is None:
            return None
        self.ended = self.ended or not count
        return count


class Connection:
    """A TCP or TLS connection to ``endpoint`` that can't hang, flood or be tricked into plaintext.

    Every operation ends within ``endpoint.timeout`` seconds of silence, and at ``deadline``
    (``time.monotonic()``) if one is set. An exchange (from :meth:`begin` on) neither brings more
    than its budget of bytes (and a buffer) nor goes on below ``MIN_RATE`` bytes a second.
    Errors are MailServerError.
    """

    MAX_LINE = 16 * 1024 * 1024
    MAX_LINES = 2_000_000
    MIN_RATE = 4096
    BUFFER = 64 * 1024
    BLOCK = 32 * 1024
    BUDGET = 32 * 1024 * 1024
    # One round trip, as it was when the connection was made.
    seconds_to_connect = 0.0

    def __init__(self, endpoint: Endpoint, sock: socket.socket, *, protocol="", deadline=None):
        self.endpoint = endpoint
        self.protocol = protocol
        self.deadline = deadline
        self.timeout = endpoint.timeout
        self.sock = sock
        self.encrypted = self.compressed = False
        self.max_line = self.MAX_LINE
        self._open_reader()
        self.begin()

    def _open_reader(self):
        self._raw = _GuardedRaw(self)
        self._reader = io.BufferedReader(self._raw, self.BUFFER)

    def begin(self, budget: int | None = None) -> None:
        """A new exchange starts: its byte budget and its clock start over."""
        self._budget = budget or self.BUDGET
        self._received = self._lines = 0
        self._started = time.monotonic()

    @property
    def received(self) -> int:
        """Bytes that came since the exchange began."""
        return self._received

    @contextmanager
    def patience(self, timeout: float):
        """Within, an operation may take ``timeout`` seconds."""
        before, self.timeout = self.timeout, timeout
        try:
            yield
        finally:
            self.timeout = before

    def error(self, kind, message, server_text="", reason="") -> MailServerError:
        """A :class:`MailServerError` of this connection; see :meth:`Endpoint.error`."""
        return self.endpoint.error(
            kind, message, server_text, protocol=self.protocol, reason=reason
        )

    def _remaining(self) -> float:
        """Seconds that the next operation may take."""
        now = time.monotonic()
        slow = self._started + 3 * self.timeout + self._received / self.MIN_RATE - now
        left = min(self.timeout, slow)
        if self.deadline is not None:
            left = min(left, self.deadline - now)
        if left <= 0:
            raise self.error("timeout", "The server takes too long to answer.")
        return left

    def _receive_into(self, buffer) -> int:
        count = None
        while count is None:  # compressed bytes may hold nothing yet
            left = self._remaining()
            with self._translated("reading"):
                self.sock.settimeout(left)
                count = self.sock.recv_into(buffer)
        self._received += count
        if self._received > self._budget:
            raise self.error("limit", "The server sends more than was asked for.")
        return count

    def readline(self) -> bytes:
        """One line with its line end. Raises *closed* if the connection ends before it does."""
        line = self._reader.readline(self.max_line + 1)
        if len(line) > self.max_line:
            raise self.error("limit", "The server sends an endless line.")
        if not line.endswith(b"\n"):
            raise self.error("closed", "The server closed the connection.")
        # A parser keeps lines as objects, whose memory is many times that of short lines.
        self._lines += 1
        if self._lines > self.MAX_LINES:
            raise self.error("limit", "The server sends more than was asked for.")
        return line

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes. Raises *limit* before reading when that is over the budget."""
        if self._received + size > self._budget + self.BUFFER:
            raise self.error("limit", f"The server announces {size} bytes, more than we accept.")
        data = self._reader.read(size)
        if data is None or len(data) < size:
            raise self.error("closed", "The server closed the connection in the middle of a mail.")
        return data

    def skip(self, size: int) -> None:
        """As :meth:`read`, without keeping anything."""
        if self._received + size > self._budget + self.BUFFER:
            raise self.error("limit", f"The server announces {size} bytes, more than we accept.")
        for start in range(0, size, self.BUFFER):
            self.read(min(self.BUFFER, size - start))

    def buffered(self) -> bytes:
        """What has been received but not read yet; doesn't touch the network."""
        self._raw.dry = True
        try:
            return self._reader.peek(1)
        finally:
            self._raw.dry = False

    def is_gone(self) -> bool:
        """Whether the server has closed the connection by now, or said something unasked.

        What it said stays to be read.
        """
        self._raw.at_once = True
        try:
            return bool(self._reader.peek(1)) or self._raw.ended
        finally:
            self._raw.at_once = False

    def readable(self, seconds: float) -> bool:
        """Whether the server says something within ``seconds``, or the connection ends."""
        if self.buffered() or (hasattr(self.sock, "pending") and self.sock.pending()):
            return True
        with selectors.DefaultSelector() as selector, self._translated("waiting"):
            selector.register(self.sock, selectors.EVENT_READ)
            return bool(selector.select(max(0, seconds)))

    def abort(self) -> None:
        """End the connection from another thread, which may be waiting for it just now."""
        with suppress(OSError):
            # Of the socket below: a farewell over TLS would have to wait for the other thread.
            below = self.sock.below if self.compressed else self.sock
            socket.socket.shutdown(below, socket.SHUT_RDWR)

    def sendall(self, data: bytes) -> None:
        """Send all of ``data``, block by block, so that a large mail isn't one operation."""
        view = memoryview(data)
        for start in range(0, len(view), self.BLOCK):
            left = self._remaining()
            with self._translated("sending"):
                self.sock.settimeout(left)
                self.sock.sendall(view[start : start + self.BLOCK])
            # What is taken from us counts as progress as well.
            self._started = time.monotonic()

    def start_tls(self) -> None:
        """Handshake. Plaintext that is already here could only be an injection: refused.

        RFC 3207 section 4.2, RFC 9051 section 6.2.1 (and CVE-2011-0411 for what happens else).
        """
        if self.encrypted:
            raise self.error("tls", "The connection is encrypted already.")
        if self.buffered():
            raise self.error(
                "tls",
                "The server (or somebody in between) sent data ahead of the encryption. "
                "Nothing was sent to it.",
                reason="injected",
            )
        context = tls_context(self.endpoint)
        left = self._remaining()
        with self._translated("securing"):
            self.sock.settimeout(left)
            self.sock = context.wrap_socket(self.sock, server_hostname=self.endpoint.host)
        self.encrypted = True
        self._open_reader()

    def start_compression(self) -> None:
        """From here on both sides compress what they say (RFC 4978). Encryption comes before."""
        if self.compressed:
            raise self.error("protocol", "The connection is compressed already.")
        if self.buffered():
            raise self.error("protocol", "The server sent data ahead of the compression.")
        self.sock = Deflated(self.sock)
        self.compressed = True
        self._open_reader()

    def peer_certificate(self) -> bytes | None:
        """The server's certificate in DER, verified or not."""
        return self.sock.getpeercert(binary_form=True) if self.encrypted else None

    def close(self) -> None:
        """Close at once, without a word to the server."""
        with suppress(OSError):
            self.sock.close()

    def _translated(self, what: str):
        return _Translated(self, what)


class _Translated:
    """Turns socket and TLS exceptions into MailServerError."""

    def __init__(self, connection: Connection, what: str):
        self.connection = connection
        self.what = what

    def __enter__(self):
        return self

    def __exit__(self, kind, exc, _traceback):
        if exc is None or isinstance(exc, MailServerError) or not isinstance(exc, (OSError,
                                                                               ValueError)):
            return False
        error = self.connection.error
        if isinstance(exc, ssl.SSLCertVerificationError):
            reason = _VERIFY_CODES.get(exc.verify_code, "other")
            failure = error("certificate", _CERTIFICATE_TEXTS[reason], exc.verify_message, reason)
        elif isinstance(exc, TimeoutError):
            failure = error("timeout", f"The server did not answer in time while {self.what}.")
        elif isinstance(exc, ssl.SSLError) and self.what == "securing":
            failure = error("tls", "No encrypted connection could be agreed on.",
                            exc.reason or "")
        elif self.what == "securing":
            failure = error("tls", "The server closed the connection during the TLS handshake.")
        else:
            failure = error("closed", f"The connection was lost while {self.what}.")
        raise failure from None


_CERTIFICATE_TEXTS = {
    "expired": "The server's certificate has expired.",
    "not_yet_valid": "The server's certificate is not valid yet.",
    "hostname": "The server's certificate is for another name.",
    "self_signed": "The server's certificate is self-signed.",
    "unknown_issuer": "The server's certificate was issued by an unknown authority.",
    "other": "The server's certificate can't be trusted.",
}
# OpenSSL's X509_V_ERR_* numbers, which the ssl module has no names for.
_VERIFY_CODES = {
    9: "not_yet_valid", 10: "expired", 18: "self_signed", 19: "unknown_issuer",
    20: "unknown_issuer", 21: "unknown_issuer", 62: "hostname", 64: "hostname",
}


def connect(endpoint: Endpoint, *, protocol: str = "", deadline: float | None = None) -> Connection:
    """A TCP connection (not encrypted yet) to ``endpoint``.

    Tries each address of the name in turn, or ``endpoint.address`` alone. Raises MailServerError
    of kind *name*, *connect* or *timeout*.
    """
    def time_left():
        left = endpoint.timeout
        if deadline is not None:
            left = min(left, deadline - time.monotonic())
        if left <= 0:
            raise endpoint.error("timeout", "The time for connecting is over.", protocol=protocol)
        return left

    if endpoint.address:
        addresses = [endpoint.address]
    else:
        try:
            addresses = resolve(endpoint.host, endpoint.port, time_left())
        except MailServerError as exc:
            exc.protocol = protocol
            raise
    failure = None
    for address in addresses:
        started = time.monotonic()
        try:
            sock = socket.create_connection((address, endpoint.port), time_left())
        except TimeoutError:
            failure = ("timeout", f"{endpoint.host} port {endpoint.port} does not answer.")
        except OSError as exc:
            why = exc.strerror or type(exc).__name__
            failure = ("connect", f"No connection to {endpoint.host} port {endpoint.port}: {why}.")
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(endpoint, sock, protocol=protocol, deadline=deadline)
            connection.seconds_to_connect = time.monotonic() - started
            return connection
    raise endpoint.error(*failure, protocol=protocol) from None
