"""Which servers serve a mail address: well-known providers, and what a domain publishes itself.

:func:`lookup` knows providers by domain, :func:`lookup_mx` by their mail exchangers;
:func:`candidates` and :func:`parse` are for the autoconfig documents that domains publish,
:func:`guesses` for those that publish nothing.
"""

from .autoconfig import (
    AutoconfigError,
    ClientConfig,
    Published,
    candidates,
    guesses,
    parse,
)
from .catalogue import (
    PROVIDERS,
    Provider,
    SendingLimits,
    Server,
    domain_of,
    login_for,
    lookup,
    lookup_mx,
)

__all__ = [
    "PROVIDERS",
    "AutoconfigError",
    "ClientConfig",
    "Provider",
    "Published",
    "SendingLimits",
    "Server",
    "candidates",
    "domain_of",
    "guesses",
    "login_for",
    "lookup",
    "lookup_mx",
    "parse",
]
