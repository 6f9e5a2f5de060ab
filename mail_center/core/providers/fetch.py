"""One small document over HTTPS, from servers that are trusted with nothing.

Through :class:`core.net.Connection`, so that no server can keep us busy: every byte is below its
deadline and its budget, and the address that was judged is the one that is connected to.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from http.client import HTTPException, HTTPResponse
from urllib.parse import urljoin, urlsplit

from .. import net
from ..net import Endpoint, MailServerError
from ..probe.policy import is_public

REDIRECTS = 2
_REDIRECTED = {301, 302, 303, 307, 308}


class FetchError(Exception):
    """The document could not be had; the text says why, in English, for an expert."""


def fetch(
    url: str,
    *,
    allows_address: Callable[[str], bool],
    max_size: int,
    deadline: float,
    any_port: bool = False,
    ca_pem: str = "",
) -> bytes:
    """The content behind ``url`` if the answer is 200, at most ``max_size`` bytes of it.

    HTTPS only, with the certificate verified, and so after each redirect, of which there may be
    two. ``allows_address``: whether an IP address may be connected to. ``deadline``: of
    ``time.monotonic()``. ``any_port``: others than 443 too. Raises FetchError.
    """
    seen: list[str] = []

    def allowed(address):
        # A domain out there must not send us into our own network, whoever asks.
        inward = any(map(is_public, seen)) and not is_public(address)
        return allows_address(address) and not inward

    for _hop in range(REDIRECTS + 1):
        response, address = _get(url, allowed, max_size, deadline, any_port, ca_pem)
        if isinstance(response, bytes):
            return response
        seen.append(address)
        url = urljoin(url, response)
    raise FetchError("Too many redirects.")


def _get(url, allows_address, max_size, deadline, any_port, ca_pem) -> tuple[bytes | str, str]:
    """The content, or the URL it has moved to; and the IP address that was asked."""
    host, port, target = _parts(url, any_port)
    try:
        left = deadline - time.monotonic()
        if left <= 0:
            raise FetchError("The time is over.")
        endpoint = Endpoint(host, port, "tls", timeout=left, ca_pem=ca_pem)
        addresses = net.resolve(host, port, left)
        if not addresses or not all(allows_address(address) for address in addresses):
            raise FetchError("The name leads into a private network.")
        endpoint = replace(endpoint, address=addresses[0])
        connection = net.connect(endpoint, protocol="https", deadline=deadline)
        try:
            connection.start_tls()
            # The header may take some room beside the content.
            connection.begin(max_size + 64 * 1024)
            connection.sendall(_request(host, port, target))
            return _answer(HTTPResponse(ResponseSocket(connection)), max_size), addresses[0]
        finally:
            connection.close()
    except (MailServerError, HTTPException, ValueError, OSError) as exc:
        raise FetchError(f"{type(exc).__name__}: {exc}") from None


def _answer(response: HTTPResponse, max_size: int) -> bytes | str:
    response.begin()
    if response.status in _REDIRECTED:
        return response.getheader("Location") or ""
    if response.status != 200:
        raise FetchError(f"The server answered {response.status}.")
    content = response.read(max_size + 1)
    if len(content) > max_size:
        raise FetchError("The document is too large.")
    return content


def _parts(url: str, any_port: bool) -> tuple[str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port or 443
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise FetchError("The address makes no sense.") from None
    if parts.scheme != "https" or not host or parts.username is not None:
        raise FetchError("Only plain HTTPS addresses are followed.")
    if port != 443 and not any_port:
        raise FetchError("Only the usual port of HTTPS is used.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not target.isascii() or not target.isprintable() or " " in target:
        raise FetchError("The address makes no sense.")
    return host, port, target


def _request(host: str, port: int, target: str) -> bytes:
    name = host if port == 443 else f"{host}:{port}"
    return (
        f"GET {target} HTTP/1.1\r\nHost: {name}\r\nAccept: text/xml, application/xml\r\n"
        "User-Agent: mail_center\r\nConnection: close\r\n\r\n"
    ).encode("ascii")


class ResponseSocket:
    """What :class:`http.client.HTTPResponse` wants of a socket."""

    def __init__(self, connection: net.Connection):
        self._reader = _WholeLines(connection._reader)

    def makefile(self, _mode):
        return self._reader


class _WholeLines:
    """A reader that takes no half line: http.client reads the end of the connection in the middle
    of a header as the header's end, and an answer that was cut off would be an empty document."""

    def __init__(self, reader):
        self._reader = reader

    def readline(self, limit: int = -1) -> bytes:
        line = self._reader.readline(limit)
        if not line.endswith(b"\n"):
            raise HTTPException("The answer is cut off.")
        return line

    def __getattr__(self, name):
        return getattr(self._reader, name)
