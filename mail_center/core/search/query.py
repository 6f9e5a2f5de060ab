"""The search line: words, “phrases”, and ``key:value``, each with ``-`` in front to leave out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from .words import stems

# Keys that take a text, and what is said in their place in other mail programs.
_TEXT_KEYS = {"from": "from", "to": "to", "cc": "to", "subject": "subject", "in": "in",
              "type": "type", "link": "link", "account": "account", "assigned": "assigned",
              "handled": "assigned"}
_DAY_KEYS = {"before": "before", "after": "after", "since": "after", "on": "on"}
_FLAGS = {
    "has": {"attachment": "file", "attachments": "file", "file": "file", "files": "file",
            "link": "linked"},
    "is": {"unread": "unread", "read": "read", "starred": "starred", "flagged": "starred",
           "linked": "linked", "unlinked": "unlinked", "automatic": "automatic",
           "sent": "sent", "received": "received", "failed": "failed"},
}
# A key whose value is still being typed comes first: it is no word.
_TOKEN = re.compile(r'-?[A-Za-z]+:(?=\s|$)|(-?)(?:([A-Za-z]+):)?("[^"]*"?|\S+)')
TERMS_MAX = 20
TEXT_MAX = 200


@dataclass(frozen=True)
class Term:
    """One condition. ``value``: a text, a flag's name, or a date; ``without``: must not hold.

    ``key``: word, phrase, from, to, subject, in, type, link, account, assigned, before, after, on,
    flag.
    ``before`` and ``on`` are days in the reader's time zone.
    """

    key: str
    value: str | date
    without: bool = False


@dataclass(frozen=True)
class Query:
    """All of ``terms`` must hold. ``unknown``: what looks like a condition and is none."""

    terms: tuple[Term, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def indexed(self) -> list[Term]:
        """What the index over words knows."""
        return [
            term for term in self.terms
            if term.key in ("word", "phrase", "subject", "from", "to") and not term.without
        ]

    @property
    def has_words(self) -> bool:
        return bool(self.indexed)

    @property
    def is_inexact(self) -> bool:
        """Is there anything that the index finds too much for: an order, a place in the mail?"""
        return any(term.key in ("phrase", "subject") for term in self.indexed)

    @property
    def marks(self) -> list[str]:
        """Beginnings of the words to mark in the mails found, without accents."""
        return [
            stem for term in self.terms
            if term.key in ("word", "phrase", "subject") and not term.without
            for stem in stems(str(term.value), whole=term.key != "word")
        ]

    @property
    def names(self) -> list[str]:
        """Parts of the words to mark in the names of who wrote and who got the mails found."""
        return [
            part for term in self.terms if term.key in ("from", "to") and not term.without
            for part in stems(str(term.value), whole=True)
        ]


def parse(text: str, today: date) -> Query:
    """Read a search line. Never raises: what makes no sense is looked for as a word.

    ``today``: what ``after:yesterday`` is counted from.
    """
    terms: list[Term] = []
    unknown: list[str] = []
    for match in _TOKEN.finditer(text[:2000]):
        if len(terms) >= TERMS_MAX:
            break
        minus, key, value = match[1], (match[2] or "").lower(), match[3]
        if value is None:
            continue
        term = _term(key, value.strip('"').strip()[:TEXT_MAX], value.startswith('"'), today)
        if term is None:
            unknown.append(match[0])
        elif term.value:
            terms.append(Term(term.key, term.value, bool(minus)))
    return Query(tuple(terms), tuple(unknown))


def _term(key: str, value: str, quoted: bool, today: date) -> Term | None:
    if not key:
        return Term("phrase" if quoted and " " in value else "word", value)
    if key in _TEXT_KEYS:
        return Term(_TEXT_KEYS[key], value)
    if key in _FLAGS:
        flag = _FLAGS[key].get(value.lower())
        return Term("flag", flag) if flag else None
    if key in _DAY_KEYS:
        day = _day(value.lower(), today)
        return Term(_DAY_KEYS[key], day) if day else None
    # A time, an address with a port, a word with a colon.
    return Term("word", f"{key}:{value}")


def _day(value: str, today: date) -> date | None:
    relative = {"today": 0, "yesterday": 1}
    if value in relative:
        return today - timedelta(days=relative[value])
    if ago := re.fullmatch(r"(\d{1,4})([dwmy])", value):
        days = int(ago[1]) * {"d": 1, "w": 7, "m": 30, "y": 365}[ago[2]]
        return today - timedelta(days=days) if days < 40_000 else None
    if found := re.fullmatch(r"(\d{4})(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,2}))?", value):
        parts = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    elif found := re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", value):
        parts = int(found[3]), int(found[2]), int(found[1])
    else:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None
