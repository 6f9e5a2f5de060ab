"""mailto: links (RFC 6068) to the parts of a mail to write."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from .address import Address, parse_addresses
from .charset import clean_line

_MAX_BODY = 100_000


@dataclass(frozen=True)
class Mailto:
    """What a link asks for. Header fields other than these are ignored: RFC 6068, 4."""

    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str = ""
    body: str = ""


def parse_mailto(url: str) -> Mailto:
    """Read a link. Never raises; what is no mailto: link gives an empty :class:`Mailto`.

    >>> parse_mailto("mailto:eve@x.example?subject=Hi%20there").subject
    'Hi there'
    """
    scheme, _colon, rest = url.strip().partition(":")
    if scheme.lower() != "mailto":
        return Mailto()
    path, _question, query = rest.partition("?")
    lists = {"to": [path] if path else [], "cc": [], "bcc": []}
    texts = {"subject": "", "body": ""}
    for field in query.replace("&amp;", "&").split("&"):
        name, _equals, value = field.partition("=")
        name = unquote(name).lower()
        if name in lists:
            lists[name].append(value)
        elif name in texts:
            texts[name] = unquote(value)
    return Mailto(
        **{name: _addresses(values) for name, values in lists.items()},
        subject=clean_line(texts["subject"]),
        body=texts["body"].replace("\r\n", "\n")[:_MAX_BODY],
    )


def _addresses(values: list[str]) -> tuple[Address, ...]:
    # A comma between addresses is written as it is, one inside a name as %2C (RFC 6068, 2).
    parts = [unquote(part) for value in values for part in value.split(",")]
    return tuple(address for part in parts for address in parse_addresses(part))
