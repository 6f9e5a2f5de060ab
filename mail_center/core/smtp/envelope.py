"""The envelope of a mail: what may be said in MAIL and RCPT, and what a server can't transport."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064"
                        r"\u3000\ufeff<>]")


# What a domain may look like on the wire (RFC 1123 section 2.1).
_HOST_NAME = re.compile(r"[A-Za-z0-9._-]+\Z")


class Envelope:
    """Sender, recipients and content of one mail, for a server with ``features``.

    Raises ValueError for anything that could break out of a command or of the content.
    """

    def __init__(
        self, sender: str, recipients: Iterable[str], raw: bytes, features: Mapping[str, str]
    ):
        if isinstance(recipients, str):
            raise ValueError("The recipients must be a list of addresses.")
        self.sender = sender
        self.recipients = list(dict.fromkeys(recipients))
        self.raw = raw
        self._features = features
        if not self.recipients:
            raise ValueError("The mail has no recipient.")
        for address in self.recipients:
            _check_address(address)
        if sender:  # empty: the null reverse-path of notifications (RFC 5321 section 4.5.5)
            _check_address(sender)
        if not raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"):
            raise ValueError(
                "The mail contains a line end that is not CR LF. It is not sent: servers differ "
                "in how they read it, which can be used to smuggle in a second mail."
            )
        head, _, body = raw.partition(b"\r\n\r\n")
        self.utf8_headers = not head.isascii()
        self.eight_bit = not raw.isascii()

    def is_of(self, sender: str, recipients: Iterable[str], raw: bytes) -> bool:
        """Whether this is the envelope of that very mail."""
        return (
            raw is self.raw
            and sender == self.sender
            and list(dict.fromkeys(recipients)) == self.recipients
        )

    def impossible(self, max_size: int | None) -> dict[str, str]:
        """Recipients whom the server can't reach with this mail → reason code."""
        if max_size and len(self.raw) > max_size:
            return dict.fromkeys(self.recipients, "too_big")
        if not self._utf8 and (self.utf8_headers or not wire_address(self.sender).isascii()):
            return dict.fromkeys(self.recipients, "no_smtputf8")
        if self.eight_bit and "8BITMIME" not in self._features:
            return dict.fromkeys(self.recipients, "no_8bitmime")
        if self._utf8:
            return {}
        return {
            recipient: "no_smtputf8"
            for recipient in self.recipients
            if not wire_address(recipient).isascii()
        }

    @property
    def _utf8(self) -> bool:
        return "SMTPUTF8" in self._features

    def mail_command(self) -> str:
        """MAIL FROM with SIZE (RFC 1870), BODY (RFC 6152) and SMTPUTF8 (RFC 6531) as needed."""
        words = [f"MAIL FROM:<{wire_address(self.sender)}>"]
        if "SIZE" in self._features:
            words.append(f"SIZE={len(self.raw)}")
        if self.eight_bit and "8BITMIME" in self._features:
            words.append("BODY=8BITMIME")
        addresses = [self.sender, *self.recipients]
        if self._utf8 and (
            self.utf8_headers or not all(wire_address(a).isascii() for a in addresses)
        ):
            words.append("SMTPUTF8")
        return " ".join(words)

    def rcpt_command(self, recipient: str) -> str:
        return f"RCPT TO:<{wire_address(recipient)}>"


def wire_address(address: str) -> str:
    """The address as it is sent: a domain outside ASCII as A-labels, which every server knows.

    One that is no name in ASCII stays as it is: what looks like ``>`` or a blank (U+FF1E, U+00A8)
    becomes one on the way there, and would end the address in the middle of the command.
    """
    local, at, domain = address.rpartition("@")
    if not at or domain.isascii() or not local.isascii():
        return address
    try:
        name = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return address
    return f"{local}@{name}" if _HOST_NAME.match(name) else address


def _check_address(address: str) -> None:
    if not isinstance(address, str) or not address or len(address.encode()) > 320:
        raise ValueError("An address is empty or too long.")
    if _FORBIDDEN.search(address):
        raise ValueError(
            f"The address {address!r} contains a space, a control character or a bracket."
        )
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise ValueError(f"The address {address!r} is not of the form name@domain.")
