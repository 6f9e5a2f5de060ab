"""Whether a mail is one that a rule is about. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_SEPARATORS = re.compile(r"[,;\n]")
_DOMAIN = re.compile(r"@?[^\s@.]+(?:\.[^\s@.]+)+")


def fold(text: str) -> str:
    """Text to compare by: without case, accents, and more than one blank in a row."""
    text = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L"))
    text = "".join(char for char in text if not unicodedata.combining(char))
    return " ".join(text.casefold().split())


def terms(text: str) -> tuple[str, ...]:
    """The alternatives of a condition, as people write them: separated by commas."""
    return tuple(dict.fromkeys(term for part in _SEPARATORS.split(text) if (term := fold(part))))


@dataclass(frozen=True)
class Facts:
    """What a rule may look at."""

    sender: str = ""  # address
    sender_shown: str = ""  # name and address
    recipients: str = ""  # To and Cc as shown
    subject: str = ""
    text: str = ""
    has_files: bool = False
    is_automatic: bool = False


@dataclass(frozen=True)
class Condition:
    """All that is given has to hold; of the terms of one kind, one has to.

    A sender or recipient is an address (`jane@example.org`), a domain (`example.org`, which takes
    in those below it) or a word of the name. None: does not matter.
    """

    senders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    has_files: bool | None = None
    is_automatic: bool | None = None

    @property
    def is_empty(self) -> bool:
        return self == Condition()


def matches(condition: Condition, mail: Facts) -> bool:
    """Whether the condition, which must not be empty, holds for a mail."""
    if condition.is_empty:
        return False
    for wanted, is_so in (
        (condition.has_files, mail.has_files), (condition.is_automatic, mail.is_automatic)
    ):  # fmt: skip
        if wanted is not None and wanted != is_so:
            return False
    if condition.senders:
        shown = fold(mail.sender_shown)
        if not any(_is_person(term, (fold(mail.sender),), shown) for term in condition.senders):
            return False
    if condition.recipients:
        shown = fold(mail.recipients)
        addresses = tuple(re.findall(r"[^\s<>,;\"']+@[^\s<>,;\"']+", shown))
        if not any(_is_person(term, addresses, shown) for term in condition.recipients):
            return False
    for wanted_terms, words in (
        (condition.subject, mail.subject), (condition.text, mail.text)
    ):  # fmt: skip
        if wanted_terms:
            folded = fold(words)
            if not any(term in folded for term in wanted_terms):
                return False
    return True


def _is_person(term: str, addresses: tuple[str, ...], shown: str) -> bool:
    if "@" in term and not term.startswith("@"):
        return term in addresses
    if _DOMAIN.fullmatch(term):
        domain = term.lstrip("@")
        found = [address.rpartition("@")[2] for address in addresses]
        return any(one == domain or one.endswith(f".{domain}") for one in found)
    return term in shown
