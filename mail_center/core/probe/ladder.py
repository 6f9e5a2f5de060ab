"""The ladder itself: each rung is tried when the one below holds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from .. import imap, net, pop3, smtp
from ..net import Connection, Endpoint, MailServerError, Security
from .certificate import Certificate
from .policy import MAIL_PORTS, Policy
from .texts import TEXTS

STEPS = {
    "imap": ("name", "tcp", "tls", "login", "capabilities", "folders"),
    "pop3": ("name", "tcp", "tls", "login", "capabilities", "messages"),
    "smtp": ("name", "tcp", "tls", "login", "capabilities", "sender"),
}
SECONDS = 20.0
# One silent operation must not eat the time of all the others.
PATIENCE = 8.0
EXPIRES_SOON = 14  # days

_IMAP_FEATURES = {
    "IDLE": "IDLE", "CONDSTORE": "CONDSTORE", "QRESYNC": "QRESYNC", "MOVE": "MOVE",
    "UIDPLUS": "UIDPLUS", "SPECIAL-USE": "SPECIAL-USE", "ESEARCH": "ESEARCH",
}
_POP3_FEATURES = ("UIDL", "TOP", "PIPELINING", "RESP-CODES")
_SMTP_FEATURES = ("8BITMIME", "SMTPUTF8", "PIPELINING", "CHUNKING", "DSN")
# What the usual advice about ports is: SSL/TLS, STARTTLS.
_USUAL_PORTS = {"imap": ("993", "143"), "pop3": ("995", "110"), "smtp": ("465", "587")}
_WARNINGS = {"tls_expires_soon", "tls_unverified", "tls_off", "login_skipped"}


@dataclass(frozen=True)
class Step:
    """One rung of the ladder.

    ``protocol``: imap, pop3 or smtp. ``name``: one of :data:`STEPS`. ``code`` and ``params`` are
    stable and meant for translation (see :data:`TEXTS`); ``detail``, ``cause`` and ``advice`` are
    the same in English. ``ok`` with ``warning``: it works, but is worth a look. No text and no
    param ever holds a secret. ``seconds``: how long the step took. ``error``: the fault of the
    program behind the code *internal*.
    """

    protocol: str
    name: str
    ok: bool
    code: str
    params: dict[str, str] = field(default_factory=dict)
    warning: bool = False
    seconds: float = 0.0
    error: Exception | None = field(default=None, repr=False)

    @property
    def detail(self) -> str:
        return self._text(0)

    @property
    def cause(self) -> str:
        return self._text(1)

    @property
    def advice(self) -> str:
        return self._text(2)

    def _text(self, index: int) -> str:
        return TEXTS[self.code][index].format_map(_Params(self.params)).strip()


class _Params(dict):
    def __missing__(self, key):
        return "?"


def probe_imap(
    endpoint: Endpoint, policy: Policy | None = None, seconds: float = SECONDS
) -> Iterator[Step]:
    """Test an IMAP account step by step; the last step is the first that fails, or *folders*.

    Never takes longer than ``seconds`` in all. ``policy``: what the person may reach (by default
    the public internet, on mail ports).
    """
    return _ImapLadder("imap", endpoint, policy or Policy(), seconds).climb()


def probe_pop3(
    endpoint: Endpoint, policy: Policy | None = None, seconds: float = SECONDS
) -> Iterator[Step]:
    """The same for a legacy POP3 account; the last step is *messages*. Nothing is fetched."""
    return _Pop3Ladder("pop3", endpoint, policy or Policy(), seconds).climb()


def probe_smtp(
    endpoint: Endpoint, sender: str, policy: Policy | None = None, seconds: float = SECONDS
) -> Iterator[Step]:
    """The same for SMTP; ``sender`` is offered as sender and recipient, and nothing is sent."""
    ladder = _SmtpLadder("smtp", endpoint, policy or Policy(), seconds)
    ladder.sender_address = sender
    return ladder.climb()


class _Failed(Exception):
    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code = code
        self.params = params


class _Ladder:
    """What all protocols have in common: name, TCP, TLS, login."""

    session_class: type

    def __init__(self, protocol: str, endpoint: Endpoint, policy: Policy, seconds: float):
        self.protocol = protocol
        self.policy = policy
        self.endpoint = replace(endpoint, timeout=min(endpoint.timeout, PATIENCE))
        self.seconds = seconds
        self.deadline = time.monotonic() + seconds
        self.addresses: list[str] = []
        self.connection: Connection | None = None
        self.session = None

    def climb(self) -> Iterator[Step]:
        # Counted from the first step on, however late the caller begins to ask for it.
        self.deadline = time.monotonic() + self.seconds
        try:
            for name in STEPS[self.protocol]:
                step = self.try_rung(name, getattr(self, f"rung_{name}"))
                yield step
                if not step.ok:
                    return
        finally:
            if self.session is not None:
                self.session.close()
            elif self.connection is not None:
                self.connection.close()

    def try_rung(self, name: str, rung: Callable[[], tuple[str, dict]]) -> Step:
        started = time.monotonic()
        try:
            code, params = rung()
            ok = True
        except _Failed as exc:
            code, params, ok = exc.code, exc.params, False
        except MailServerError as exc:
            code, params = self.explain(name, exc)
            ok = False
        if not ok and time.monotonic() >= self.deadline:
            code = "out_of_time"
        tls_port, starttls_port = _USUAL_PORTS[self.protocol]
        params = {
            "tls_port": tls_port,
            "starttls_port": starttls_port,
            "host": self.endpoint.host,
            "port": str(self.endpoint.port),
            "protocol": self.protocol.upper(),
            "seconds": f"{self.seconds:g}",
            **params,
        }
        clean = {key: self.endpoint.redact(str(value)) for key, value in params.items()}
        return Step(self.protocol, name, ok, code, clean, ok and code in _WARNINGS,
                    time.monotonic() - started)

    def explain(self, name: str, exc: MailServerError) -> tuple[str, dict]:
        """The code for an error of ``exc.kind`` on rung ``name``."""
        params = {"server_text": exc.server_text}
        if exc.kind == "certificate":
            if exc.reason == "bad_ca":
                return "ca_broken", params
            certificate = self.inspect()
            params.update(certificate.params() if certificate else {})
            return f"certificate_{exc.reason}", params
        greeted = self.session is not None
        codes = {
            "name": "name_unknown",
            "auth": "login_refused",
            "throttled": "login_later" if greeted else "greeting_refused",
            "refused": "refused" if greeted else "greeting_refused",
            "tls": "tls_failed",
            "protocol": "protocol" if greeted else "not_a_mail_server",
            "limit": "protocol",
            "closed": "closed",
            "timeout": "timeout" if greeted else "greeting_timeout",
            "connect": "tcp_refused",
        }
        more = {
            "no_starttls": "starttls_missing",
            "injected": "plaintext_injected",
            "not_offered": "login_not_offered",
        }
        if exc.kind == "timeout" and name == "tls" and self.endpoint.security == Security.TLS:
            return "tls_timeout", params
        return more.get(exc.reason) or codes[exc.kind], params

    # -- rungs ----------------------------------------------------------------------------

    def rung_name(self):
        endpoint = self.endpoint
        if not self.policy.allows_port(endpoint.port):
            ports = ", ".join(map(str, sorted(MAIL_PORTS)))
            raise _Failed("port_forbidden", ports=ports)
        if endpoint.address:
            self.addresses = [endpoint.address]
        else:
            try:
                self.addresses = net.resolve(endpoint.host, endpoint.port, self.patience())
            except MailServerError as exc:
                if exc.kind == "timeout":
                    raise _Failed("name_timeout") from None
                raise
        # All of them, not one: otherwise a name with a public and a private address would let
        # the resolver's order decide.
        if not all(self.policy.allows_address(address) for address in self.addresses):
            raise _Failed("address_private")
        return "name_found", {"addresses": ", ".join(self.addresses[:4])}

    def rung_tcp(self):
        failure = _Failed("tcp_timeout")
        for number, address in enumerate(self.addresses, start=1):
            left = self.deadline - time.monotonic()
            share = max(left / (len(self.addresses) - number + 1) / 2, 0.1)
            pinned = replace(
                self.endpoint, address=address, timeout=min(share, self.endpoint.timeout)
            )
            try:
                self.connection = net.connect(
                    pinned, protocol=self.protocol, deadline=self.deadline
                )
            except MailServerError as exc:
                if exc.kind == "connect":
                    reason = exc.args[0].rpartition(": ")[2].rstrip(".")
                    failure = _Failed("tcp_refused", reason=reason)
                continue
            self.endpoint = replace(self.endpoint, address=address)
            self.connection.endpoint = self.endpoint
            self.connection.timeout = self.endpoint.timeout
            return "tcp_open", {"address": address}
        raise failure

    def rung_tls(self):
        security = Security(self.endpoint.security)
        if security == Security.NONE:
            return "tls_off", {}
        if security == Security.TLS:
            self.connection.start_tls()
        else:
            self.session = self.session_class.start(self.connection)
        return self.encrypted()

    def encrypted(self):
        certificate = Certificate.from_der(self.connection.peer_certificate())
        params = {"version": self.connection.sock.version() or "TLS"}
        params.update(certificate.params() if certificate else {})
        if not self.endpoint.verify:
            return "tls_unverified", params
        if certificate and certificate.days_left < EXPIRES_SOON:
            return "tls_expires_soon", params
        return "tls_ok", params

    def rung_login(self):
        if self.session is None:
            self.session = self.session_class.start(self.connection)
        if self.endpoint.login and not self.endpoint.password:
            # The server would call it refused, which sends people looking for a wrong one.
            raise _Failed("password_missing", login=self.endpoint.login)
        self.session.authenticate()
        if not self.endpoint.login:
            return "login_skipped", {}
        return "login_ok", {"login": self.endpoint.login}

    # -- helpers --------------------------------------------------------------------------

    def patience(self) -> float:
        return max(min(self.endpoint.timeout, self.deadline - time.monotonic()), 0.1)

    def inspect(self) -> Certificate | None:
        """The certificate that was refused, over a second connection that carries no login."""
        if self.connection is not None:
            self.connection.close()
        blind = replace(self.endpoint, verify=False, login="", password="", ca_pem="",
                        timeout=self.patience())
        connection = None
        try:
            connection = net.connect(blind, protocol=self.protocol, deadline=self.deadline)
            if blind.security == Security.TLS:
                connection.start_tls()
            else:
                self.session_class.start(connection)
            return Certificate.from_der(connection.peer_certificate())
        except MailServerError:
            return None
        finally:
            if connection is not None:
                connection.close()


class _ImapLadder(_Ladder):
    session_class = imap.Session

    def rung_capabilities(self):
        names = self.session.capabilities
        known = [label for word, label in _IMAP_FEATURES.items() if word in names]
        missing = [label for word, label in _IMAP_FEATURES.items() if word not in names]
        params = {"features": ", ".join(known) or "IMAP4rev1", "missing": ", ".join(missing)}
        return ("imap_capabilities_few" if missing else "imap_capabilities"), params

    def rung_folders(self):
        folders = [folder for folder in self.session.folders() if folder.selectable]
        if not folders:
            raise _Failed("folders_none")
        try:
            messages = self.session.select("INBOX").exists
        except MailServerError as exc:
            if exc.kind != "refused":
                raise
            raise _Failed("inbox_refused", server_text=exc.server_text) from None
        uses = ", ".join(f"{f.special_use}: {f.path}" for f in folders if f.special_use)
        return "folders_found", {"count": len(folders), "messages": messages, "uses": uses}


class _Pop3Ladder(_Ladder):
    session_class = pop3.Session

    def rung_capabilities(self):
        self.session.ask_capabilities()
        names = {name.upper() for name in self.session.capabilities}
        params = {"features": ", ".join(f for f in _POP3_FEATURES if f in names) or "POP3"}
        # Asked for, not looked up: older servers know UIDL without saying so (RFC 1939, 2449).
        try:
            self.session.uidl()
        except MailServerError as exc:
            if exc.kind != "refused":
                raise
            raise _Failed("pop3_no_uidl", server_text=exc.server_text, **params) from None
        return "pop3_capabilities", params

    def rung_messages(self):
        messages, octets = self.session.status()
        return "messages_found", {"messages": messages, "size": f"{octets / 1024 / 1024:.1f}"}


class _SmtpLadder(_Ladder):
    session_class = smtp.Session
    sender_address = ""

    def rung_capabilities(self):
        features = self.session.features
        size = self.session.max_size
        params = {"features": ", ".join(f for f in _SMTP_FEATURES if f in features) or "SMTP"}
        if not size:
            return "smtp_capabilities_any", params
        return "smtp_capabilities", {**params, "size": f"{size / 1024 / 1024:.0f}"}

    def rung_sender(self):
        params = {"sender": self.sender_address}
        try:
            replies = self.session.probe(self.sender_address)
        except ValueError:
            raise _Failed("sender_invalid", **params) from None
        command, reply = replies[-1]
        if reply.code // 100 == 2:
            return "sender_ok", params
        outcome = smtp.classify(reply, command)
        params.update(server_text=str(reply), why=outcome.advice)
        if outcome.state == smtp.DEFERRED:
            raise _Failed("sender_later", **params)
        raise _Failed("sender_refused" if command == "mail" else "recipient_refused", **params)
