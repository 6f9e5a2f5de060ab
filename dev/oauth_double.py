"""A provider that knows no passwords, on loopback: OAuth 2.0 tokens that mail servers really check.

One HTTP server is the token endpoint (RFC 6749), the userinfo endpoint and the introspection
(RFC 7662) that Dovecot's oauth2 passdb and the SMTP server ask at every login::

    with Provider() as provider:
        refresh = provider.consent("anna@mc.example")
        provider.mail.deliver(…); provider.smtp_port; provider.sent
        provider.expire(); provider.revoke()
"""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
import shutil
import ssl
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from dev.sandbox import Sandbox

CLIENT, SECRET = "the-client", "the-client-secret"

DOVECOT = """
auth_mechanisms = plain login xoauth2 oauthbearer
auth_cache_size = 0
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
"""
PASSDB = """
introspection_mode = get
introspection_url = http://127.0.0.1:{port}/introspect?token=
username_attribute = email
active_attribute = active
active_value = true
"""


class _Mail(Sandbox):
    """A Dovecot of its own that asks the provider about each token."""

    def __init__(self, port: int):
        super().__init__(Path(tempfile.mkdtemp(prefix="mail_center-oauth-")))
        self.home.chmod(0o755)
        self._port = port

    def _prepare(self) -> None:
        super()._prepare()
        passdb = self.home / "oauth2.conf"
        passdb.write_text(PASSDB.format(port=self._port))
        self.user.own(passdb)
        with self.config_file.open("a") as file:
            file.write(DOVECOT.format(home=self.home))


class TokenEndpoint:
    """The provider without its mail servers. ``seconds``: how long a token says that it holds."""

    def __init__(self, seconds: int = 3600):
        self.seconds = seconds
        self.rotates = False  # a refresh token counts once, each answer brings the next
        self.scope = ""  # what the page was asked to let the person agree to
        self.broken: int | None = None  # the status that every request for a token gets
        self.asked: list[dict[str, str]] = []  # the forms at the token endpoint
        self.logins: list[str] = []  # tokens that servers have asked about
        self.sent: list[tuple[str, list[str], bytes]] = []
        self.is_asked, self.holds = threading.Event(), threading.Event()
        self.holds.set()  # cleared: answers wait until it is set
        self._access: dict[str, tuple[str, float]] = {}
        self._refresh: dict[str, str] = {}
        self._codes: dict[str, str] = {}

    def __enter__(self):
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exc) -> None:
        self.holds.set()
        self._http.shutdown()
        self._http.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    # what the person and the provider's administrator do

    def code_for(self, address: str) -> str:
        """The person agrees on the page: the code that the browser brings back."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = address
        return code

    def consent(self, address: str) -> str:
        """The person has agreed: the refresh token."""
        refresh = secrets.token_urlsafe(24)
        self._refresh[refresh] = address
        return refresh

    def knows(self, refresh: str) -> bool:
        """Whether this refresh token counts."""
        return refresh in self._refresh

    def expire(self) -> None:
        """No access token counts any more, whatever it said."""
        self._access.clear()

    def revoke(self) -> None:
        """The person has withdrawn the consent."""
        self._access.clear()
        self._refresh.clear()

    # what the servers ask

    def owner_of(self, access: str) -> str | None:
        address, until = self._access.get(access, ("", 0))
        return address if time.time() < until else None

    def token(self, form: dict[str, str]) -> tuple[int, dict]:
        self.asked.append(form)
        self.is_asked.set()
        self.holds.wait(60)
        if self.broken:
            return self.broken, {}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client", "error_description": "No such client."}
        if form.get("grant_type") == "authorization_code":
            address = self._codes.pop(form.get("code", ""), None)
        else:
            address = self._refresh.get(form.get("refresh_token", ""))
        if not address:
            return 400, {"error": "invalid_grant", "error_description": "Expired or revoked."}
        access = secrets.token_urlsafe(24)
        self._access[access] = address, time.time() + self.seconds
        claims = base64.urlsafe_b64encode(json.dumps({"email": address}).encode())
        answer = {"access_token": access, "expires_in": self.seconds, "token_type": "Bearer",
                  "id_token": f"e30.{claims.decode().rstrip('=')}.x"}
        if form["grant_type"] == "authorization_code" or self.rotates:
            self._refresh.pop(form.get("refresh_token", ""), None)
            answer["refresh_token"] = self.consent(address)
        elif "scope" in form:  # as Microsoft's, which always gives one
            answer["refresh_token"] = form["refresh_token"]
        return 200, answer


class Provider(TokenEndpoint):
    """All of it: an IMAP, a POP3 and an SMTP server that take its tokens."""

    def __enter__(self) -> Provider:
        super().__enter__()
        self.mail = _Mail(self._http.server_port)
        self.mail._prepare()
        self.mail.start_dovecot()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.mail.settings["certificate"], self.mail.settings["key"])
        self._smtp = Controller(
            _Smtp(self), hostname="127.0.0.1", port=self.mail.ports["smtps"], ssl_context=context,
            auth_required=True, auth_require_tls=False, auth_exclude_mechanism=["PLAIN", "LOGIN"],
        )
        self._smtp.start()
        return self

    def __exit__(self, *_exc) -> None:
        with contextlib.suppress(Exception):
            self._smtp.stop()
        super().__exit__()
        self.mail.stop_dovecot()
        shutil.rmtree(self.mail.home, ignore_errors=True)

    @property
    def smtp_port(self) -> int:
        return self.mail.ports["smtps"]


def _handler(provider: TokenEndpoint):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(*provider.token(form))

        def do_GET(self):  # noqa: N802
            parts = urlsplit(self.path)
            values = {name: found[0] for name, found in parse_qs(parts.query).items()}
            if parts.path.endswith("/authorize"):
                # The person always agrees here, as the one whom the test has named.
                back = {"code": provider.code_for(provider.person), "state": values["state"]}
                self.send_response(302)
                self.send_header("Location", f"{values['redirect_uri']}?{urlencode(back)}")
                self.end_headers()
                return
            access = values.get("token") or self.headers.get("Authorization", "").partition(" ")[2]
            address = provider.owner_of(access)
            if parts.path == "/introspect":
                provider.logins.append(access)
                self._answer(200, {"active": bool(address), "email": address or ""})
            else:
                self._answer(200 if address else 401,
                             {"email": address or "", "verified_email": True})

        def _answer(self, status, content):
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments):
            """Tokens are in the addresses."""

    return Handler


class _Smtp:
    def __init__(self, provider: Provider):
        self.provider = provider

    async def auth_XOAUTH2(self, server, args):  # noqa: N802
        bearer = base64.b64decode(args[1]).decode()
        fields = dict(part.partition("=")[::2] for part in bearer.split("\1") if part)
        access = fields.get("auth", "").removeprefix("Bearer ")
        self.provider.logins.append(access)
        if self.provider.owner_of(access) != fields.get("user"):
            # RFC 7628: the reason first, which the client acknowledges by an empty line.
            await server.push("334 eyJzdGF0dXMiOiI0MDEifQ==")
            await server._reader.readline()
            await server.push("535 5.7.8 Username and password not accepted")
            return AuthResult(success=False, handled=True)
        return AuthResult(success=True, auth_data=fields["user"])

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.provider.sent.append(
            (envelope.mail_from, envelope.rcpt_tos, envelope.original_content)
        )
        return "250 2.0.0 OK"
