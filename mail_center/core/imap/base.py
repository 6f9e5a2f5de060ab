"""The opening, the login and the closing of a session, and what every command goes through."""

from __future__ import annotations

import imaplib
import re
from contextlib import suppress

from .. import net
from ..net import Connection, Endpoint, MailServerError, Security
from ..session import NetworkSession
from . import folders as folder_names
from . import wire
from .exchange import Exchange, translated
from .plan import FolderStatus
from .transport import GREETING_BUDGET, Client, greet


class Base(NetworkSession):
    """A connection to an IMAP server, logged in; :class:`Session` adds what to do with it."""

    def __init__(self, connection: Connection, client: Client):
        self._connection = connection
        self._client = client
        self._imap = client._imap
        self._wire_names: dict[str, bytes] = {}
        self._selected: tuple[str, bool] | None = None
        self._status: FolderStatus | None = None
        self.capabilities: frozenset[str] = frozenset()

    # -- opening and closing --------------------------------------------------------------

    @classmethod
    def open(cls, endpoint: Endpoint, *, deadline: float | None = None) -> Base:
        """Connect, encrypt, log in. ``deadline``: ``time.monotonic()`` by which all must end."""
        session = cls.start(net.connect(endpoint, protocol="imap", deadline=deadline))
        try:
            session.authenticate()
        except BaseException:
            session._drop()
            raise
        return session

    @classmethod
    def start(cls, connection: Connection) -> Base:
        """Greeting and encryption; :meth:`authenticate` comes next.

        ``connection``: fresh, or encrypted already where the endpoint's security is *tls*.
        """
        try:
            with translated(connection, "the greeting"):
                return cls(connection, greet(connection))
        except BaseException:
            connection.close()
            raise

    def authenticate(self) -> None:
        """Log in with the endpoint's credentials.

        Never in plaintext unless the endpoint's security is *none*. Raises MailServerError of
        kind *auth* when they are refused, *throttled* when the server says later.
        """
        endpoint = self._connection.endpoint
        if not self._connection.encrypted and endpoint.security != Security.NONE:
            raise self._error("tls", "Logging in without encryption is refused.")
        if self._imap.state != "AUTH":
            with self._command("login", GREETING_BUDGET):
                self._login(endpoint)
        # They may differ from those before the login. Most servers tell with their OK.
        told = self._imap.untagged_responses.get("CAPABILITY")
        names = wire.text_of(told[-1] or b"").split() if told else []
        if not names:
            with self._command("CAPABILITY"):
                names = [wire.text_of(name) for name in self._client._do_capabilites()]
        self.capabilities = frozenset(name.upper() for name in names)

    def _login(self, endpoint: Endpoint) -> None:
        offered = {wire.text_of(name).upper() for name in self._client.capabilities()}
        ascii_only = (endpoint.login + endpoint.password).isascii()
        try:
            if endpoint.auth == "xoauth2":
                self._client.oauth2_login(endpoint.login, endpoint.password)
            elif "AUTH=PLAIN" in offered and ("LOGINDISABLED" in offered or not ascii_only):
                self._client.plain_login(endpoint.login, endpoint.password)
            elif "LOGINDISABLED" in offered:
                raise self._error(
                    "auth",
                    "The server allows no login by password on this connection. "
                    "Try another security (TLS or STARTTLS).",
                    reason="not_offered",
                )
            elif not ascii_only:
                raise self._error(
                    "auth", "The server accepts only ASCII letters in login and password."
                )
            else:
                # imaplib quotes the password but not the login.
                typ, data = self._imap.xatom(
                    "LOGIN",
                    folder_names.quote(endpoint.login.encode()),
                    folder_names.quote(endpoint.password.encode()),
                )
                if typ != "OK":
                    raise imaplib.IMAP4.error(wire.text_of(data[-1] or b""))
                self._imap.state = "AUTH"
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as exc:
            text = str(exc)
            code = re.search(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]", text.upper())
            raise self._error(
                "throttled" if code else "auth",
                "The server can't log anybody in at present." if code
                else "The server refuses the login or the password.",
                text,
            ) from None

    def _goodbye(self) -> None:
        with suppress(imaplib.IMAP4.error, MailServerError, OSError, ValueError):
            self._imap.logout()

    # -- for the subclasses ---------------------------------------------------------------

    def _mailbox(self, path: str) -> str:
        wire_name = folder_names.encode_name(path)
        wire_name = self._wire_names.get(path, wire_name)
        if not wire_name.isascii():
            raise ValueError(f"The folder name {path!r} can't be sent to this server.")
        return folder_names.quote(wire_name)

    def _need_selected(self):
        if not self._selected:
            raise ValueError("No folder is open.")

    def _need_writable(self):
        self._need_selected()
        if self._selected[1]:
            raise ValueError("The folder is open read-only.")

    def _ok(self, answer):
        typ, data = answer
        if typ != "OK":
            raise imaplib.IMAP4.error(wire.text_of((data or [b""])[-1] or b""))
        return data

    def _error(self, kind, message, server_text="", reason=""):
        return self._connection.error(kind, message, server_text, reason)

    def _command(self, what: str, budget: int | None = None, room: int | None = None):
        return Exchange(self, what, budget, room)
