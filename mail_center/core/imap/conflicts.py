"""What holds when a mail was changed here and on the server. Pure.

The rule: a mark that was changed here and is not on the server yet wins over what the server says
of that same mark; of every other mark the server is right. A move wins until the server refuses
it; a mail that is gone from where it is to be moved from stays where the server has it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass


def settled(server: Iterable[str], waiting: Mapping[str, bool]) -> frozenset[str]:
    """The flags that hold: the server's, but for those ``waiting`` (flag → set or removed)."""
    kept = {flag for flag in server if flag not in waiting}
    return frozenset(kept | {flag for flag, added in waiting.items() if added})


def storable(flag: str, permanent_flags: Iterable[str]) -> bool:
    """Whether a folder keeps the flag for good (PERMANENTFLAGS, RFC 3501 section 7.1).

    A server that says nothing of it keeps all flags.
    """
    permanent = {known.lower() for known in permanent_flags}
    if not permanent or flag.lower() in permanent:
        return True
    return "\\*" in permanent and not flag.startswith("\\")


@dataclass(frozen=True)
class Change:
    """One change that waits for the server.

    ``kind``: *flag*, *move* or *delete*; ``what``: the flag, or any name of the target folder.
    """

    key: Hashable
    uid: int
    kind: str
    what: Hashable = ""
    added: bool = True


@dataclass(frozen=True)
class Step:
    """Changes that one command brings to the server. ``uids`` is sorted, each once."""

    kind: str
    what: Hashable
    added: bool
    uids: tuple[int, ...]
    keys: tuple[Hashable, ...]


_ORDER = {"flag": 0, "move": 1, "delete": 2}


def steps(changes: Iterable[Change]) -> list[Step]:
    """The commands that bring ``changes`` of one folder to the server, in their order.

    Marks come before moves, which take the marks along and give the mail another UID. Doing a
    step twice is doing it once: what was interrupted is done again from the start.
    """
    groups: dict[tuple, list[Change]] = {}
    for change in changes:
        if change.kind not in _ORDER:
            raise ValueError(f"{change.kind!r} is no kind of change.")
        groups.setdefault((change.kind, change.what, change.added), []).append(change)
    ordered = sorted(groups.items(), key=lambda item: _ORDER[item[0][0]])
    return [
        Step(kind, what, added, tuple(sorted({c.uid for c in group})), tuple(c.key for c in group))
        for (kind, what, added), group in ordered
    ]
