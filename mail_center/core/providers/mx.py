"""The mail exchangers of a domain: they tell who hosts its mail (RFC 5321 section 5.1)."""

from __future__ import annotations

try:
    import dns.exception
    import dns.resolver
except ImportError:  # the look-up is a comfort: without the library this step finds nothing
    dns = None


def mail_exchangers(domain: str, seconds: float, resolver=None) -> list[str]:
    """Host names of ``domain``'s MX records, best first; empty if there are none in time."""
    if dns is None or not domain or seconds <= 0:
        return []
    try:
        resolver = resolver or dns.resolver.Resolver()
        answer = resolver.resolve(domain, "MX", lifetime=seconds)
    except (dns.exception.DNSException, OSError, ValueError):
        return []
    records = sorted((record.preference, str(record.exchange)) for record in answer)
    return [host.rstrip(".").lower() for _preference, host in records if host != "."]
