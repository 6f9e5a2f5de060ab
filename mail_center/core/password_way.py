"""How a connection is secured, and whether a stored password may go that way."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass

from .endpoint import Security


@dataclass(frozen=True)
class Way:
    """``authority`` is the digest of the only certificates that are trusted, *''* for the usual
    ones."""

    port: int
    security: str
    verify: bool
    authority: str

    @classmethod
    def of(cls, port: int, security: str, verify: bool, ca_pem: str) -> Way:
        pem = ca_pem.strip().encode()
        return cls(port, security, verify, hashlib.sha256(pem).hexdigest() if pem else "")

    @property
    def proves_the_host(self) -> bool:
        """Whether nobody but the named host can be at the other end, whatever the port."""
        return self.verify and self.security != Security.NONE.value

    def as_list(self) -> list:
        """For JSON: ``Way(*way.as_list())`` is the same again."""
        return list(astuple(self))


def may_go(now: Way, typed: Way) -> bool:
    """Whether a password that was typed for the way ``typed`` may be sent over ``now``.

    A password is for a host. The host proves itself by a certificate, of the authorities that were
    trusted when it was typed; where it need not, nothing at all may be other than it was then.
    """
    return now == typed or (now.proves_the_host and now.authority == typed.authority)
