"""What a mail server is to us: where it is, how to log in, how to trust it, how it can fail."""

from __future__ import annotations

import re
import ssl
from base64 import b64encode
from copy import copy
from dataclasses import dataclass, field
from enum import Enum
from traceback import clear_frames

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
SERVER_TEXT_MAX = 500


class Security(str, Enum):
    """How the connection is protected (RFC 8314)."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True)
class Endpoint:
    """Where and how to log in.

    ``timeout`` is in seconds for one network operation. ``address`` is an IP address to connect
    to instead of resolving ``host``, which stays the name for SNI and certificate checks.
    ``auth`` is ``password`` or ``xoauth2`` (``password`` is then the bearer token).
    Raises ValueError when a field can't be right.
    """

    host: str
    port: int
    security: str
    login: str = ""
    password: str = field(repr=False, default="")
    verify: bool = True
    ca_pem: str = field(repr=False, default="")
    timeout: float = 20.0
    address: str = ""
    auth: str = "password"

    def __post_init__(self):
        Security(self.security)
        if not self.host or _CONTROL.search(self.host) or " " in self.host:
            raise ValueError("The server name is empty or contains characters no name can have.")
        if not 0 < int(self.port) < 65536:
            raise ValueError("The port must be a number from 1 to 65535.")
        if self.auth not in ("password", "xoauth2"):
            raise ValueError("The authentication must be 'password' or 'xoauth2'.")
        if not self.timeout > 0:
            raise ValueError("The timeout must be more than 0 seconds.")
        for value, name in ((self.login, "login"), (self.password, "password")):
            if re.search(r"[\x00\r\n]", value):
                # The value itself stays out of the message: it may be the secret.
                raise ValueError(f"The {name} contains a line break or a NUL character.")

    def redact(self, text: str | bytes) -> str:
        """``text`` as one printable line of bounded length, without this endpoint's secrets."""
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        text = text[: 20 * SERVER_TEXT_MAX]
        for secret in self._secrets():
            text = text.replace(secret, "***")
        return _CONTROL.sub(" ", text).strip()[:SERVER_TEXT_MAX]

    def _secrets(self) -> list[str]:
        if not self.password:
            return []
        plain = f"\0{self.login}\0{self.password}"
        bearer = f"user={self.login}\1auth=Bearer {self.password}\1\1"
        quoted = self.password.replace("\\", "\\\\").replace('"', '\\"')
        encoded = (b64encode(s.encode()).decode() for s in (plain, bearer, self.password))
        return sorted({self.password, quoted, *encoded}, key=len, reverse=True)

    def error(
        self,
        kind: str,
        message: str,
        server_text: str | bytes = "",
        *,
        protocol: str = "",
        reason: str = "",
    ) -> MailServerError:
        """A :class:`MailServerError`; ``message`` is ours, ``server_text`` is redacted."""
        return MailServerError(
            kind,
            message,
            protocol=protocol,
            server_text=self.redact(server_text),
            reason=reason,
        )


RETRYABLE = frozenset({"name", "connect", "timeout", "closed", "throttled"})
KINDS = frozenset(
    {"tls", "certificate", "auth", "protocol", "refused", "limit"} | RETRYABLE
)


class MailServerError(Exception):
    """A mail server could not be used.

    ``kind``: *name* (not found in DNS), *connect* (nothing listens, no route), *timeout*, *tls*,
    *certificate*, *auth* (login refused), *protocol* (answer makes no sense or is an attack),
    *closed* (connection lost), *refused* (the server said no), *throttled* (it said later),
    *limit* (answer larger than we accept).
    ``server_text``: what the server said, one line, bounded, without secrets.
    ``reason`` tells more: for *certificate* expired, not_yet_valid, hostname, self_signed,
    unknown_issuer, bad_ca or other; for *tls* no_starttls or injected; for *auth* not_offered;
    else empty. ``retryable``: whether the same call may work later as it is.
    """

    def __init__(self, kind, message, *, protocol="", server_text="", reason=""):
        if kind not in KINDS:
            raise ValueError(f"unknown kind of error: {kind}")
        super().__init__(message)
        self.kind = kind
        self.protocol = protocol
        self.server_text = server_text
        self.reason = reason

    @property
    def retryable(self) -> bool:
        return self.kind in RETRYABLE

    def __str__(self):
        text = super().__str__()
        said = self.server_text
        return f"{text} The server said: {said}" if said and said not in text else text

    def bare(self) -> MailServerError:
        """The same, to be kept: the frames of a traceback hold what the server sent."""
        clear_frames(self.__traceback__)
        return copy(self)

    def __reduce__(self):
        return (_rebuild_error, (self.kind, self.args[0], self.protocol, self.server_text,
                                 self.reason))


def _rebuild_error(kind, message, protocol, server_text, reason):
    return MailServerError(
        kind, message, protocol=protocol, server_text=server_text, reason=reason
    )


def tls_context(endpoint: Endpoint) -> ssl.SSLContext:
    """The TLS settings for ``endpoint``: TLS 1.2 at least (RFC 8996).

    With ``verify`` the chain and the host name are checked, against ``ca_pem`` alone when it is
    given (pinned CA), else against the system's authorities. Without, neither is checked.
    Raises MailServerError of kind *certificate* if ``ca_pem`` is no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not endpoint.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if endpoint.ca_pem.strip():
        try:
            context.load_verify_locations(cadata=endpoint.ca_pem)
            # The server's own certificate may be pinned as well, not only its authority's.
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        except (ssl.SSLError, ValueError):
            raise endpoint.error(
                "certificate",
                "The pinned certificate authority is not a PEM certificate.",
                reason="bad_ca",
            ) from None
    else:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    return context
