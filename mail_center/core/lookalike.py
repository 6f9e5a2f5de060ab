"""Domains that a reader takes for another: a letter off, or letters that look the same."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Collection

# Read as the same in the fonts of mail programs; both ways round.
_SAME = (
    ("rn", "m"), ("vv", "w"), ("cl", "d"), ("ii", "u"), ("0", "o"), ("1", "l"), ("1", "i"),
    ("l", "i"), ("5", "s"), ("2", "z"), ("8", "b"), ("6", "b"), ("9", "g"), ("q", "g"),
)  # fmt: skip
# Letters of other scripts by the Latin ones they look like (a part of Unicode's confusables).
_FOREIGN = str.maketrans(
    {
        **dict(zip("аеорсухіјѕԁһӏпкмтв", "aeopcyxijsdhlnkmtb", strict=True)),
        **dict(zip("αορνυικτχγ", "aopvuiktxy", strict=True)),
        "ł": "l", "ø": "o", "đ": "d", "ı": "i", "ɡ": "g", "ɑ": "a",
    }
)  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"
# One letter off means nothing in a name as short as this: wp.pl and op.pl.
_SHORT = 5
_LONG = 63


def _unicode(domain: str) -> str:
    labels = []
    for label in domain.split("."):
        if label.startswith("xn--"):
            with contextlib.suppress(UnicodeError):
                label = label[4:].encode("ascii").decode("punycode")
        labels.append(label)
    return ".".join(labels)


def plain(domain: str) -> str:
    """The domain as a reader sees it: letters of other scripts as the Latin ones they look like."""
    text = unicodedata.normalize("NFKD", _unicode(domain.lower()))
    return "".join(c for c in text if not unicodedata.combining(c)).translate(_FOREIGN)


def neighbours(domain: str) -> frozenset[str]:
    """The domains that *domain* could be taken for, itself not among them.

    At most a few thousand; empty for what is no domain.
    """
    domain = domain.lower().strip(".")
    name, dot, end = plain(domain).rpartition(".")
    if not dot or not name or len(domain) > 100:
        return frozenset()
    names = {name}
    for one, other in (*_SAME, *((b, a) for a, b in _SAME)):
        names.add(name.replace(one, other))
        start = name.find(one)
        while start >= 0:
            names.add(name[:start] + other + name[start + len(one):])
            start = name.find(one, start + 1)
    found = {f"{other}.{end}" for other in names}
    label = name.rpartition(".")[2]
    if _SHORT <= len(label) <= _LONG:
        found |= _one_off(f"{name}.{end}", len(name) - len(label))
        found |= {f"{name[:-len(label)]}{label.replace('-', '')}.{end}"}
    return frozenset(found - {domain, ""})


def _one_off(domain: str, start: int) -> set[str]:
    """A letter left out, added, changed or swapped with the next, from *start* on."""
    found = set()
    for at in range(start, len(domain) + 1):
        before, after = domain[:at], domain[at:]
        found.update(before + letter + after for letter in _LETTERS)
        if after:
            found.add(before + after[1:])
            found.update(before + letter + after[1:] for letter in _LETTERS)
        if len(after) > 1:
            found.add(before + after[1] + after[0] + after[2:])
    return found


def taken_for(domain: str, known: Collection[str]) -> str:
    """The one of the *known* domains that *domain* pretends to be, or ``''``.

    A domain that is known itself, or lies in a known one, pretends nothing.
    """
    domain = domain.lower()
    if any(domain == name or domain.endswith(f".{name}") for name in known):
        return ""
    return next(iter(sorted(neighbours(domain) & set(known))), "")
