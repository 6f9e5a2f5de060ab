"""Where a connection test may go: it must not become a scanner of the internal network."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

# smtp, pop3, imap, smtps, submission, imaps, pop3s, and what providers use beside 587.
MAIL_PORTS = frozenset({25, 110, 143, 465, 587, 993, 995, 2525, 2587})

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Policy:
    """What the person who tests may do.

    ``allow_private``: reach private, loopback and link-local addresses (managers only).
    ``any_port``: reach ports other than :data:`MAIL_PORTS`.
    """

    allow_private: bool = False
    any_port: bool = False

    def allows_port(self, port: int) -> bool:
        return self.any_port or port in MAIL_PORTS

    def allows_address(self, address: str) -> bool:
        return self.allow_private or is_public(address)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet.

    IPv6 forms that carry an IPv4 address (mapped, 6to4, Teredo, NAT64) are judged by that one as
    well: ``::ffff:127.0.0.1`` is this machine.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = [ip]
    if ip.version == 6:
        teredo = ip.teredo or (None, None)
        inner += [part for part in (ip.ipv4_mapped, ip.sixtofour, teredo[1]) if part]
        if ip in _NAT64:
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if int(ip) < 2**32:  # the deprecated IPv4-compatible form, ::1 and :: among it
            return False
    if ip.version == 6 and ip.ipv4_mapped:
        inner.remove(ip)
    return all(part.is_global and not part.is_multicast and not part.is_reserved for part in inner)
