"""Mail servers that a domain publishes: the ``clientConfig`` document of Thunderbird's autoconfig.

Pure: it tells which addresses to try and reads what came back; fetching is the caller's, who must
use HTTPS with certificate checks, follow no redirect to another scheme, and bound size and time.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote

from lxml import etree

from ..net import Security
from .catalogue import Server, domain_of

MAX_DOCUMENT = 256 * 1024  # bytes
_SECURITY = {
    "SSL": Security.TLS.value,
    "STARTTLS": Security.STARTTLS.value,
    "plain": Security.NONE.value,
}
_AUTH = {
    "password-cleartext": "password", "plain": "password", "password-encrypted": "password",
    "secure": "password", "oauth2": "oauth",
}
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9][a-z0-9-]{0,62})*\Z")


class AutoconfigError(Exception):
    """The document can't be used; the text says why."""


@dataclass(frozen=True)
class Published:
    """One server that a domain publishes. ``protocol``: imap, pop3 or smtp. ``login`` is what to
    log in with. ``auth``: password, oauth or other."""

    protocol: str
    server: Server
    login: str
    auth: str = "password"


@dataclass(frozen=True)
class ClientConfig:
    """``incoming`` and ``outgoing`` in the domain's order of preference; ``name`` of the
    provider as it calls itself."""

    name: str
    incoming: tuple[Published, ...]
    outgoing: tuple[Published, ...]

    @property
    def imap(self) -> Published | None:
        """The best IMAP server: an encrypted one where there is one."""
        return _best(item for item in self.incoming if item.protocol == "imap")

    @property
    def smtp(self) -> Published | None:
        """The best SMTP server."""
        return _best(self.outgoing)


def _best(servers) -> Published | None:
    rank = {Security.TLS.value: 0, Security.STARTTLS.value: 1, Security.NONE.value: 2}
    return min(servers, key=lambda item: rank[item.server.security], default=None)


def candidates(address: str) -> list[str]:
    """HTTPS addresses at which the domain of ``address`` may publish its servers, best first.

    The address itself is sent only to hosts of its own domain.
    """
    domain = domain_of(address)
    if not domain:
        return []
    query = f"?emailaddress={quote(address.strip(), safe='@')}" if "@" in address else ""
    return [
        f"https://autoconfig.{domain}/mail/config-v1.1.xml{query}",
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml{query}",
    ]


def guesses(address: str) -> list[tuple[Server, Server]]:
    """Pairs (IMAP, SMTP) that many domains use; only encrypted ones. To be tried, not trusted."""
    domain = domain_of(address)
    if not domain:
        return []
    pairs = [
        (f"imap.{domain}", f"smtp.{domain}"),
        (f"mail.{domain}", f"mail.{domain}"),
        (domain, domain),
    ]
    ports = [((993, "tls"), (465, "tls")), ((993, "tls"), (587, "starttls")),
             ((143, "starttls"), (587, "starttls"))]
    return [
        (Server(imap, *imap_port), Server(smtp, *smtp_port))
        for imap, smtp in pairs
        for imap_port, smtp_port in ports
    ]


def parse(document: bytes, address: str) -> ClientConfig:
    """Read a ``clientConfig`` document for ``address``.

    Servers that make no sense (no host name, a private address, an unknown kind of security) are
    left out. Raises AutoconfigError when nothing usable is left.
    """
    if len(document) > MAX_DOCUMENT:
        raise AutoconfigError("The document is too large.")
    # No document type, no entities, no network: a config needs none of them (XXE, bombs).
    if b"<!DOCTYPE" in document.upper() or b"\x00" in document:
        raise AutoconfigError("The document has a document type, which is not accepted.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise AutoconfigError(f"The document is not XML: {type(exc).__name__}.") from None
    if root.tag != "clientConfig":
        raise AutoconfigError("The document is no clientConfig.")
    provider = root.find("emailProvider")
    if provider is None:
        raise AutoconfigError("The document describes no mail provider.")
    incoming = _servers(provider, "incomingServer", ("imap", "pop3"), address)
    outgoing = _servers(provider, "outgoingServer", ("smtp",), address)
    if not incoming and not outgoing:
        raise AutoconfigError("The document names no server that can be used.")
    return ClientConfig(_text(provider, "displayName")[:200], incoming, outgoing)


def _servers(provider, tag: str, protocols: tuple[str, ...], address: str):
    found = []
    for element in provider.findall(tag)[:20]:
        published = _server(element, protocols, address)
        if published:
            found.append(published)
    return tuple(found)


def _server(element, protocols: tuple[str, ...], address: str) -> Published | None:
    protocol = (element.get("type") or "").lower()
    security = _SECURITY.get(_text(element, "socketType"))
    host = _filled(_text(element, "hostname"), address).lower().rstrip(".")
    port = _text(element, "port")
    if protocol not in protocols or not security or not _public_name(host):
        return None
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
        return None
    login = _filled(_text(element, "username"), address) or address
    if re.search(r"[\x00-\x20\x7f]", login):
        return None
    ways = [_AUTH.get((child.text or "").strip().lower(), "other")
            for child in element.findall("authentication")]
    auth = next((way for way in ways if way != "other"), "other") if ways else "password"
    return Published(protocol, Server(host, int(port), security), login, auth)


def _public_name(host: str) -> bool:
    """A host name of more than one label. Addresses would lead around certificates' names."""
    if not _HOST.match(host) or "." not in host or host.endswith((".local", ".localhost")):
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return not host.rpartition(".")[2].isdigit()
    return False


def _text(element, tag: str) -> str:
    child = element.find(tag)
    return (child.text or "").strip()[:300] if child is not None else ""


def _filled(text: str, address: str) -> str:
    local, _at, domain = address.rpartition("@")
    values = {
        "%EMAILADDRESS%": address, "%EMAILLOCALPART%": local, "%EMAILDOMAIN%": domain,
    }
    # In one pass: a local part that contains a placeholder is not filled again.
    return re.sub(r"%EMAIL(?:ADDRESS|LOCALPART|DOMAIN)%", lambda found: values[found[0]], text)
