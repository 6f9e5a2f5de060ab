"""Telling another program of something: signed, to an address that may be connected to."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import replace
from http.client import HTTPException, HTTPResponse
from urllib.parse import urlsplit

from . import net
from .net import Endpoint, MailServerError
from .probe.policy import is_public
from .providers.fetch import ResponseSocket

SIGNATURE = "X-Mail-Center-Signature"
ANSWER_MAX = 64 * 1024
FIRST_DELAY, MAX_DELAY, ATTEMPTS = 60, 6 * 3600, 16


class WebhookError(Exception):
    """The call did not succeed.

    ``code``: *address* (not one we call), *private* (it leads into a private network),
    *unreachable*, *refused* (``status`` says how); of the automation: *secret*, *action*, *rights*
    (it may not be passed on any more), *fault* (of ours). ``again``: whether it may work later.
    """

    def __init__(self, code: str, detail: str = "", status: int = 0):
        super().__init__(detail or code)
        self.code = code
        self.status = status

    @property
    def again(self) -> bool:
        return self.code in ("unreachable", "refused") and self.status != 410


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The value of the header: ``t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "t.body">``."""
    content = str(timestamp).encode() + b"." + body
    return f"t={timestamp},v1={hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()}"


def is_signed(secret: str, header: str, body: bytes, now: float, tolerance: float = 300) -> bool:
    """What the receiver does: the signature is right, and not older than ``tolerance`` seconds."""
    fields = dict(part.partition("=")[::2] for part in header.split(","))
    stamp = fields.get("t", "")
    if not stamp.isdigit() or abs(now - int(stamp)) > tolerance:
        return False
    return hmac.compare_digest(sign(secret, int(stamp), body), header)


def next_delay(attempts: int) -> float | None:
    """Seconds until the next try after ``attempts`` in vain; None: it is given up."""
    if attempts >= ATTEMPTS:
        return None
    return min(FIRST_DELAY * 2 ** (attempts - 1), MAX_DELAY)


def parts(url: str) -> tuple[str, str, int, str]:
    """``(scheme, host, port, target)``; WebhookError for what we don't call."""
    try:
        split = urlsplit(url)
        host = (split.hostname or "").encode("idna").decode("ascii")
        port = split.port or (443 if split.scheme == "https" else 80)
    except (ValueError, UnicodeError):
        raise WebhookError("address") from None
    if split.scheme not in ("https", "http") or not host or split.username is not None:
        raise WebhookError("address")
    target = (split.path or "/") + (f"?{split.query}" if split.query else "")
    if not target.isascii() or not target.isprintable() or " " in target:
        raise WebhookError("address")
    return split.scheme, host, port, target


def post(
    url: str,
    body: bytes,
    headers: dict[str, str],
    *,
    allows_address: Callable[[str], bool] = is_public,
    timeout: float = 15.0,
    ca_pem: str = "",
) -> int:
    """POST JSON; the status if it is 2xx, else WebhookError. Redirects are not followed.

    The name is looked up once and the address that was judged is the one connected to. Without
    TLS only private addresses are called, where they are allowed at all.
    """
    scheme, host, port, target = parts(url)
    deadline = time.monotonic() + timeout
    try:
        addresses = net.resolve(host, port, timeout)
        if not all(map(allows_address, addresses)):
            raise WebhookError("private")
        if scheme == "http" and any(map(is_public, addresses)):
            raise WebhookError("address")
        security = "tls" if scheme == "https" else "none"
        endpoint = Endpoint(host, port, security, timeout=timeout, ca_pem=ca_pem)
        endpoint = replace(endpoint, address=addresses[0])
        connection = net.connect(endpoint, protocol="https", deadline=deadline)
        try:
            if scheme == "https":
                connection.start_tls()
            connection.begin(ANSWER_MAX)
            connection.sendall(_request(host, port, scheme, target, headers, body))
            response = HTTPResponse(ResponseSocket(connection))
            response.begin()
            status = response.status
        finally:
            connection.close()
    except MailServerError as error:
        raise WebhookError("unreachable", str(error)[:300]) from error
    except (HTTPException, OSError, ValueError) as error:
        raise WebhookError("unreachable", f"{type(error).__name__}: {error}"[:300]) from None
    if status // 100 != 2:
        raise WebhookError("refused", f"HTTP {status}", status)
    return status


def _request(host, port, scheme, target, headers, body) -> bytes:
    usual = port == (443 if scheme == "https" else 80)
    fields = {
        "Host": host if usual else f"{host}:{port}",
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": str(len(body)),
        "User-Agent": "mail_center",
        "Connection": "close",
        **headers,
    }
    if any(not value.isascii() or not value.isprintable() for value in fields.values()):
        raise ValueError("a header field that is none")
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {target} HTTP/1.1\r\n{lines}\r\n".encode("ascii") + body
