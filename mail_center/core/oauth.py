"""Tokens of OAuth 2.0 (RFC 6749): had for a code or a refresh token, and why they are refused."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field

import requests

TIMEOUT = 10
ANSWER_MAX = 64 * 1024
# A token without a lifetime is renewed after this long (RFC 6749 section 5.1: only recommended).
DEFAULT_SECONDS = 3600
DESCRIPTION_MAX = 300
# The person has to sign in again: RFC 6749 section 5.2, and OpenID Connect Core section 3.1.2.6.
_CONSENT = {"invalid_grant", "interaction_required", "login_required", "consent_required"}
_LATER = {"temporarily_unavailable", "server_error", "slow_down"}


class OAuthError(Exception):
    """No token was given.

    ``kind``: *consent* (expired, revoked: the person must sign in again), *setup* (client ID,
    secret or scope are wrong: for the administrator), *later* (worth another try as it is).
    The text is what the provider said, one bounded line, without secrets.
    """

    def __init__(self, kind: str, description: str = ""):
        super().__init__(description)
        self.kind = kind


@dataclass(frozen=True)
class Token:
    """``seconds``: how long ``access`` holds. ``refresh``: empty when the old one stays."""

    access: str = field(repr=False)
    seconds: int
    refresh: str = field(repr=False, default="")
    identity: str = field(repr=False, default="")


def request_token(url: str, form: dict[str, str], *, timeout: float = TIMEOUT) -> Token:
    """Ask the token endpoint ``url`` (RFC 6749 section 3.2). Raises OAuthError."""
    answer = _ask("POST", url, data=form, timeout=timeout)
    secrets = [value for name, value in form.items()
               if value and name in ("client_secret", "refresh_token", "code")]
    return parse_answer(*answer, secrets)


def parse_answer(status: int, body: bytes, secrets: list[str] = ()) -> Token:
    """The token in an answer of the endpoint; ``secrets`` are left out of what it says."""
    try:
        content = json.loads(body)
        if not isinstance(content, dict):
            raise ValueError
    except ValueError:
        content = {}
    if status == 200 and isinstance(content.get("access_token"), str):
        try:
            seconds = int(content.get("expires_in") or DEFAULT_SECONDS)
        except (TypeError, ValueError):
            seconds = DEFAULT_SECONDS
        return Token(
            content["access_token"],
            max(seconds, 1),
            _text(content.get("refresh_token")),
            _text(content.get("id_token")),
        )
    error = _text(content.get("error"))
    said = _text(content.get("error_description")) or error or f"HTTP {status}"
    for secret in secrets:
        said = said.replace(secret, "***")
    said = " ".join(said.split())[:DESCRIPTION_MAX]
    if error in _CONSENT:
        raise OAuthError("consent", said)
    if status >= 500 or status == 429 or error in _LATER or not error:
        raise OAuthError("later", said)
    raise OAuthError("setup", said)


def addresses_of(token: Token) -> set[str]:
    """The addresses that an ID token names, in lower case.

    It came from the provider itself over TLS, so its signature need not be checked (OpenID
    Connect Core section 3.1.3.7, no. 6).
    """
    try:
        part = token.identity.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return set()
    if not isinstance(claims, dict):
        return set()
    names = (_text(claims.get(name)) for name in ("email", "preferred_username", "upn"))
    return {name.lower() for name in names if "@" in name}


def ask_addresses(url: str, access: str, *, timeout: float = TIMEOUT) -> set[str]:
    """The verified address that the userinfo endpoint names for an access token."""
    status, body = _ask(
        "GET", url, headers={"Authorization": f"Bearer {access}"}, timeout=timeout
    )
    try:
        content = json.loads(body)
        verified = content.get("verified_email", content.get("email_verified"))
        email = _text(content.get("email")).lower()
    except (ValueError, AttributeError):
        raise OAuthError("later", f"HTTP {status}") from None
    return {email} if status == 200 and verified is True and "@" in email else set()


def _text(value) -> str:
    return value if isinstance(value, str) else ""


def _ask(method: str, url: str, **options) -> tuple[int, bytes]:
    try:
        # A redirect would carry the secrets to somebody else.
        with requests.request(
            method, url, allow_redirects=False, stream=True, **options
        ) as response:
            body = b""
            for piece in response.iter_content(8192):
                body += piece
                if len(body) > ANSWER_MAX:
                    raise OAuthError("later", "The answer is too long.")
            return response.status_code, body
    except requests.RequestException as error:
        raise OAuthError("later", type(error).__name__) from None
