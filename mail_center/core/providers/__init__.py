"""Which servers serve a mail address: well-known providers, and what a domain publishes itself.

:func:`lookup` knows providers by domain, :func:`lookup_mx` by their mail exchangers;
:func:`candidates` and :func:`parse` are for the autoconfig documents that domains publish,
:func:`guesses` for those that publish nothing. :func:`discover` does it all over the network.
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
    register,
)
from .discover import Found, discover, of_provider

__all__ = [
    "PROVIDERS",
    "AutoconfigError",
    "ClientConfig",
    "Found",
    "Provider",
    "Published",
    "SendingLimits",
    "Server",
    "candidates",
    "discover",
    "domain_of",
    "guesses",
    "login_for",
    "lookup",
    "lookup_mx",
    "of_provider",
    "parse",
    "register",
]
