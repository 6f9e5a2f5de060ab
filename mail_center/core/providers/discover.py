"""Finds the servers of a mail address over the network, within a few seconds.

In the order of trust: the catalogue, what the domain publishes, whose mail exchangers it has, and
at last the customary names, which are only believed if a mail server with a valid certificate
answers there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, replace

from .. import imap, net, smtp
from ..net import Endpoint, MailServerError
from . import autoconfig, catalogue
from .catalogue import Provider, Server
from .fetch import FetchError, fetch
from .mx import mail_exchangers

SECONDS = 6.0


@dataclass(frozen=True)
class Found:
    """The servers of an address. ``source``: *catalogue*, *autoconfig*, *mx* or *guess*.

    ``name`` of the provider or ''. ``imap`` and ``smtp`` are None if there is none (or none was
    found); ``imap_login`` and ``smtp_login``: what to log in with. ``auth``: password,
    app_password, oauth or other. ``note``: what a person has to know, in English, marked for
    translation.
    """

    source: str
    name: str
    imap: Server | None
    smtp: Server | None
    imap_login: str
    smtp_login: str
    auth: str = "password"
    note: str = ""


def of_provider(provider: Provider, address: str, source: str = "catalogue") -> Found:
    """What ``provider`` means for ``address``."""
    login = catalogue.login_for(provider, address)
    return Found(
        source, provider.name, provider.imap, provider.smtp, login, login, provider.auth,
        provider.note,
    )


def discover(
    address: str,
    *,
    allows_address: Callable[[str], bool],
    seconds: float = SECONDS,
    urls: Iterable[str] | None = None,
    pairs: Iterable[tuple[Server, Server]] | None = None,
    any_port: bool = False,
    ca_pem: str = "",
) -> Found | None:
    """The servers of ``address``, or None after ``seconds`` at most.

    ``allows_address``: whether an IP address may be connected to; each name is looked up once.
    ``urls`` and ``pairs`` replace where published documents and customary servers are looked
    for; ``ca_pem`` replaces the system's authorities.
    """
    known = catalogue.lookup(address)
    if known:
        return of_provider(known, address)
    if not catalogue.domain_of(address):
        return None
    deadline = time.monotonic() + seconds
    # One after the other would take the time of all; the first in rank that answers wins.
    with _Abandoning(max_workers=16, thread_name_prefix="mail_center discovery") as pool:
        published = [
            pool.submit(_published, url, address, allows_address, deadline, any_port, ca_pem)
            for url in (autoconfig.candidates(address) if urls is None else urls)
        ]
        exchanged = pool.submit(_exchanged, address, deadline)
        answers = {
            server: pool.submit(_answers, protocol, server, allows_address, deadline, ca_pem)
            for pair in (autoconfig.guesses(address) if pairs is None else pairs)
            for protocol, server in zip(("imap", "smtp"), pair, strict=True)
        }
        for future in (*published, exchanged):
            if found := _result(future, deadline):
                return found
        return _guessed(address, autoconfig.guesses(address) if pairs is None else pairs, answers,
                        deadline)


class _Abandoning(ThreadPoolExecutor):
    """A pool whose end does not wait for its threads: each has its own deadline."""

    def __exit__(self, *_exc):
        self.shutdown(wait=False, cancel_futures=True)
        return False


def _result(future: Future, deadline: float):
    try:
        return future.result(max(deadline - time.monotonic(), 0))
    except NotYet:
        return None


def _published(url, address, allows_address, deadline, any_port, ca_pem) -> Found | None:
    try:
        document = fetch(
            url, allows_address=allows_address, max_size=autoconfig.MAX_DOCUMENT,
            deadline=deadline, any_port=any_port, ca_pem=ca_pem,
        )
        config = autoconfig.parse(document, address)
    except (FetchError, autoconfig.AutoconfigError):
        return None
    incoming, outgoing = config.imap, config.smtp
    if not incoming and not outgoing:
        return None
    ways = {item.auth for item in (incoming, outgoing) if item}
    return Found(
        "autoconfig",
        config.name,
        incoming and incoming.server,
        outgoing and outgoing.server,
        incoming.login if incoming else address,
        outgoing.login if outgoing else address,
        "password" if "password" in ways else min(ways),
    )


def _exchanged(address, deadline) -> Found | None:
    hosts = mail_exchangers(catalogue.domain_of(address), deadline - time.monotonic())
    provider = catalogue.lookup_mx(address, hosts)
    return of_provider(provider, address, "mx") if provider else None


def _answers(protocol, server, allows_address, deadline, ca_pem) -> bool:
    """Whether a mail server with a valid certificate is there; nothing is logged in to."""
    session_class = {"imap": imap.Session, "smtp": smtp.Session}[protocol]
    left = deadline - time.monotonic()
    if left <= 0:
        return False
    session = connection = None
    try:
        endpoint = Endpoint(server.host, server.port, server.security, timeout=left, ca_pem=ca_pem)
        addresses = net.resolve(server.host, server.port, left)
        if not addresses or not all(allows_address(each) for each in addresses):
            return False
        endpoint = replace(endpoint, address=addresses[0])
        connection = net.connect(endpoint, protocol=protocol, deadline=deadline)
        if server.security == "tls":
            connection.start_tls()
        session = session_class.start(connection)
        return True
    except (MailServerError, ValueError):
        return False
    finally:
        if session is not None:
            session.close()
        elif connection is not None:
            connection.close()


def _guessed(address, pairs, answers, deadline) -> Found | None:
    """The first customary IMAP server and the first SMTP server that answer."""
    servers: list[Server | None] = [None, None]
    for index in (0, 1):
        for server in dict.fromkeys(pair[index] for pair in pairs):
            if _result(answers[server], deadline):
                servers[index] = server
                break
    if not any(servers):
        return None
    return Found("guess", "", servers[0], servers[1], address, address)
