"""To which servers a stored password may be shown: those it was typed for, and no other."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

# The first label of a name such as imap.example.com says what the host does, not whose it is.
_SERVICE = re.compile(
    r"(?:s?imaps?4?|pops?3?s?|s?smtps?|e?mail|mx|post|poczta|in|out|incoming|outgoing|relay"
    r"|submission|secure|ssl)[0-9]{0,2}"
)


def _normalise(host: str) -> str:
    """The name as it is compared: in lower case, as ASCII (RFC 5890), with no dot at its end."""
    name = host.strip().rstrip(".").lower()
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def may_see(host: str, hosts: Iterable[str]) -> bool:
    """Whether a password typed for ``hosts`` may be sent to ``host``.

    To the same names, and to their sisters that serve the same mailbox by another protocol:
    imap.example.com for pop.example.com. Anything else could be someone's trap.
    """
    name = _normalise(host)
    return bool(name) and any(_kin(name, _normalise(other)) for other in hosts)


def _kin(name: str, other: str) -> bool:
    if name == other:
        return True
    parents = {_parent(name), _parent(other)}
    return len(parents) == 1 and None not in parents


def _parent(name: str) -> str | None:
    """example.com for imap.example.com; None when the first label is part of the name proper."""
    try:
        ipaddress.ip_address(name)
        return None
    except ValueError:
        pass
    first, _dot, rest = name.partition(".")
    return rest if "." in rest and _SERVICE.fullmatch(first) else None
