"""The DNS look-ups behind the findings."""

from __future__ import annotations

import time

try:
    import dns.exception
    import dns.resolver
except ImportError:  # without the library nothing is known, and nothing else is lost
    dns = None

from .records import Finding, judge_dkim, judge_dmarc, judge_spf

# The names under which the well-known providers and programs publish their keys.
SELECTORS = (
    "google", "selector1", "selector2", "default", "dkim", "mail", "s1", "s2", "k1", "k2",
    "fm1", "zoho", "protonmail", "sig1", "20230601", "x", "key1",
)
SECONDS = 8.0


def examine(
    domain: str, smtp_host: str = "", own: tuple[str, str] = ("", ""), *, resolver=None,
    seconds: float = SECONDS,
) -> list[Finding]:
    """The findings on SPF, DKIM and DMARC of ``domain``, within about ``seconds``.

    ``own``: selector and public key of the account itself; see :func:`.records.judge_dkim`.
    """
    asking = _Asking(resolver, seconds)
    spf = judge_spf(asking.texts(domain), smtp_host.lower())
    names = (own[0],) if own[0] else SELECTORS
    keys: dict[str, str] | None = {}
    for name in names:
        texts = asking.texts(f"{name}._domainkey.{domain}")
        if texts is None:
            keys = keys or None
            break
        if record := next((text for text in texts if "p=" in text), ""):
            keys[name] = record
    return [spf, judge_dkim(keys, own), judge_dmarc(asking.dmarc(domain))]


class _Asking:
    def __init__(self, resolver, seconds: float):
        self._deadline = time.monotonic() + seconds
        self._resolver = resolver
        if dns is not None and resolver is None:
            try:
                self._resolver = dns.resolver.Resolver()
            except (dns.exception.DNSException, OSError):
                self._resolver = None

    def texts(self, name: str) -> list[str] | None:
        """The TXT records of a name; empty if it has none, None when nobody answers."""
        left = self._deadline - time.monotonic()
        if dns is None or self._resolver is None or left <= 0:
            return None
        try:
            answer = self._resolver.resolve(name, "TXT", lifetime=min(left, 3.0))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, ValueError):
            return None
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]

    def dmarc(self, domain: str) -> list[str] | None:
        """Of the domain, else of the one above it (RFC 7489 section 6.6.3)."""
        found = self.texts(f"_dmarc.{domain}")
        parent = domain.partition(".")[2]
        if found == [] and "." in parent:
            return self.texts(f"_dmarc.{parent}")
        return found
