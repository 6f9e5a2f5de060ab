"""Which messages of a POP3 mailbox are already in the INBOX of the same mailbox by IMAP. Pure.

Used for the dry run before *Switch to IMAP* and for the switch itself: a pair is one mail, so it
gets a place in the folder and is not stored a second time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

BY_ID, BY_CONTENT = "id", "content"


@dataclass(frozen=True)
class Candidate:
    """One message. ``key`` is the caller's (a record id, a UID). ``message_id`` as in the header,
    with or without angle brackets. ``content`` is the content hash (core.mime.content_hash), ''
    if it isn't known."""

    key: Hashable
    message_id: str = ""
    content: str = ""


@dataclass(frozen=True)
class Pair:
    """One mail seen from both sides. ``by`` is ``id`` or ``content``. ``differs``: the
    Message-ID is the same but the contents, both known, aren't."""

    pop: Hashable
    imap: Hashable
    by: str
    differs: bool = False


@dataclass(frozen=True)
class Match:
    """Every message is in exactly one pair or in one of the two lists, in the given order."""

    pairs: tuple[Pair, ...]
    only_pop: tuple[Hashable, ...]
    only_imap: tuple[Hashable, ...]

    @property
    def by_id(self) -> int:
        return sum(pair.by == BY_ID for pair in self.pairs)

    @property
    def by_content(self) -> int:
        return sum(pair.by == BY_CONTENT for pair in self.pairs)

    @property
    def differing(self) -> int:
        """Pairs of one Message-ID whose contents differ: worth a look before switching."""
        return sum(pair.differs for pair in self.pairs)

    @property
    def only_here(self) -> int:
        """Stored from POP3, not in the INBOX (any more)."""
        return len(self.only_pop)

    @property
    def only_there(self) -> int:
        """In the INBOX, not stored yet."""
        return len(self.only_imap)


def match_for_switch(
    pop_messages: Iterable[Candidate], imap_messages: Iterable[Candidate]
) -> Match:
    """Pair messages one to one: first by Message-ID and content, then by Message-ID, then by
    content. Of several copies each is paired with another one. Keys must be unique on each side.
    """
    here = _distinct(pop_messages)
    there = _distinct(imap_messages)
    pairs: dict[Hashable, Pair] = {}

    def take(by: str, identity: Callable[[Candidate], Hashable | None]) -> None:
        waiting: dict[Hashable, list[Candidate]] = defaultdict(list)
        for candidate in reversed(list(there.values())):
            value = identity(candidate)
            if value is not None:
                waiting[value].append(candidate)
        for candidate in list(here.values()):
            value = identity(candidate)
            if value is None or not waiting.get(value):
                continue
            other = waiting[value].pop()
            differs = bool(
                candidate.content and other.content and candidate.content != other.content
            )
            pairs[candidate.key] = Pair(candidate.key, other.key, by, differs)
            del here[candidate.key], there[other.key]

    order = list(here)
    take(BY_ID, lambda one: _both(_bare_id(one.message_id), one.content))
    take(BY_ID, lambda one: _bare_id(one.message_id) or None)
    take(BY_CONTENT, lambda one: one.content or None)
    return Match(
        tuple(pairs[key] for key in order if key in pairs), tuple(here), tuple(there)
    )


def _distinct(messages: Iterable[Candidate]) -> dict[Hashable, Candidate]:
    found: dict[Hashable, Candidate] = {}
    for message in messages:
        if message.key in found:
            raise ValueError(f"the key {message.key!r} is given twice")
        found[message.key] = message
    return found


def _both(message_id: str, content: str) -> tuple[str, str] | None:
    return (message_id, content) if message_id and content else None


def _bare_id(message_id: str) -> str:
    """Without brackets and white space; letters keep their case (RFC 5322 section 3.6.4)."""
    return "".join(message_id.split()).removeprefix("<").removesuffix(">")
