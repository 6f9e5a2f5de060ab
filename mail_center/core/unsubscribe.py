"""How the reader of a mailing says that he wants no more of them: RFC 2369 and RFC 8058. Pure.

A token ``u1.<account>.<address>.<mac>`` says which account sent the mailing, and to which address
(in URL-safe base64) where it went to one alone. A mailing to several people names none of them in
its header, which all of them get: there the address is who writes back. A token tells its holder
nothing that did not stand in the mail already, and nobody can make or change one without the key.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from .mime import Address
from .signing import is_mac, mac

PATH = "/mail_center/unsubscribe/"
_PURPOSE, _MAC_SIZE = "unsubscribe", 16
_TOKEN = re.compile(
    r"(u1\.([1-9][0-9]{0,9})\.([A-Za-z0-9_-]{0,700}))\.([a-z2-7]{26})(?![A-Za-z0-9_-])"
)
# One server that everybody can reach with a certificate; RFC 8058 section 3.1 allows no other.
_BASE_URL = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?")
# A URI is one word, which no field can fold (RFC 2369 section 2), and a line holds 998.
_MAX_URI = 940


@dataclass(frozen=True, slots=True)
class Token:
    """A genuine token; ``email`` is empty where the mailing went to several addresses."""

    account_id: int
    email: str = ""


def sign(key: bytes, token: Token) -> str:
    """The token as text. Raises ValueError without a key or for what is no id of an account."""
    if not 0 < token.account_id < 10**10:
        raise ValueError("A token needs the id of an account.")
    address = base64.urlsafe_b64encode(token.email.encode("utf-8")).decode("ascii").rstrip("=")
    payload = f"u1.{token.account_id}.{address}"
    return f"{payload}.{mac(key, _PURPOSE, payload, _MAC_SIZE)}"


def read(key: bytes, text: str) -> Token | None:
    """The first genuine token in a text such as a subject; None if there is none."""
    for payload, account_id, address, given in _TOKEN.findall(text[:3000]):
        if is_mac(key, _PURPOSE, payload, given, _MAC_SIZE):
            padded = address + "=" * (-len(address) % 4)
            return Token(int(account_id), base64.urlsafe_b64decode(padded).decode("utf-8"))
    return None


def list_fields(
    key: bytes, account_id: int, sender: Address, recipients: Sequence[Address], base_url: str = ""
) -> tuple[tuple[str, str], ...]:
    """The header fields of a mailing from the account with the address *sender*.

    List-Unsubscribe (RFC 2369) with a mailto: that writes to the account; before it, where the
    mail has one recipient and *base_url* is https, an https: URI that unsubscribes by one click,
    and List-Unsubscribe-Post to say so (RFC 8058). A URI that fits into no line is left out.
    """
    emails = {address.key: address.email for address in recipients}
    email = next(iter(emails.values())) if len(emails) == 1 else ""
    token = sign(key, Token(account_id, email))
    uris, fields = [], []
    web = f"{base_url.strip().rstrip('/')}{PATH}{token}"
    if email and _BASE_URL.fullmatch(base_url.strip()) and len(web) <= _MAX_URI:
        uris.append(web)
        fields.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    local, _at, domain = sender.ascii.rpartition("@")
    subject = quote(f"unsubscribe {token}", safe="")
    # What an address may hold and a URI may not is encoded: RFC 6068 section 2.
    mail = f"mailto:{quote(local, safe='')}@{quote(domain, safe='')}?subject={subject}"
    if len(mail) <= _MAX_URI:
        uris.append(mail)
    if not uris:
        return ()
    return (("List-Unsubscribe", ", ".join(f"<{uri}>" for uri in uris)), *fields)
