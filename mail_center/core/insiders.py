"""Who is of the company and who is not, by the addresses of its people. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from .mime import Address
from .providers import lookup


def outsiders(
    recipients: Iterable[Address], insiders: Iterable[Address]
) -> tuple[Address, ...]:
    """The *recipients* outside the company that the addresses *insiders* belong to, each once.

    Whoever has an address under a domain of theirs is inside. Not so under the domain of a public
    provider, where anybody can have one: there only the very addresses count. A subdomain is
    another domain.

    >>> anna, bob = Address("", "anna@our.example"), Address("", "bob@our.example")
    >>> outsiders([bob, Address("", "eve@x.example")], [anna])
    (Address(name='', email='eve@x.example'),)
    """
    addresses = {address.key for address in insiders}
    domains = {key.rpartition("@")[2] for key in addresses}
    domains = {domain for domain in domains if domain and not lookup(domain)}
    found = {
        address.key: address
        for address in recipients
        if address.key not in addresses and address.key.rpartition("@")[2] not in domains
    }
    return tuple(found.values())
