"""A chunk of a folder, fetched and on its way to being understood. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field

from .ahead import awaited
from .beside import Beside
from .imap import RawMessage, Session
from .intake import Intake, take_in, take_in_part
from .net import MailServerError

# Bytes that mails may have more than the server said (Exchange estimates them).
MORE_BYTES = 8 * 1024 * 1024


@dataclass
class Gathered:
    """What came of a chunk; ``intakes(meanwhile)`` waits for the understanding of it, once: they
    may be large, so that nothing here holds on to them.

    ``meanwhile()`` is called every half minute until then. Afterwards ``untried`` is the number of
    mails that there was no time for: others hung. ``refused``: UID → why the server could not give
    it; ``too_large``: UID → bytes, left there; ``larger``: UID → bytes, of those that turned out
    to be so much larger than announced that they were not taken. ``held``: bytes of the others.
    """

    _done: list[Intake] = field(default_factory=list)
    _under_way: Future[list[Intake]] | None = None
    _count: int = 0
    refused: dict[int, MailServerError] = field(default_factory=dict)
    too_large: dict[int, int] = field(default_factory=dict)
    larger: dict[int, int] = field(default_factory=dict)
    held: int = 0
    untried: int = 0

    def intakes(self, meanwhile: Callable[[], None] = lambda: None) -> list[Intake]:
        found, self._done = self._done, []
        if self._under_way:
            more = awaited(self._under_way, meanwhile)
            self._under_way = None
            self.untried = self._count - len(more)
            found += more
        return found


def gather(
    session: Session, chunk: list[int], sizes: Mapping[int, int], *,
    whole: int, largest: int, beside: Beside | None = None,
) -> Gathered:  # fmt: skip
    """Fetch the UIDs of ``chunk``.

    ``sizes``: UID → bytes. What is above ``whole`` bytes is fetched by its structure, else above
    ``largest`` not at all. With ``beside`` the understanding goes on there while
    the next chunk is fetched.
    """
    if len(chunk) == 1 and largest < sizes[chunk[0]] <= whole:
        return Gathered(too_large={chunk[0]: sizes[chunk[0]]})
    result = Gathered()
    for uid in (uid for uid in chunk if sizes[uid] > whole):
        try:
            part = session.fetch_structure(uid)
        except MailServerError as error:
            if not session.usable or error.kind not in ("refused", "protocol"):
                raise
            result.refused[uid] = error.bare()
        else:
            if part:
                result._done.append(take_in_part(part, beside and beside.alone(RawMessage(
                    part.uid, part.raw, part.flags, part.internal_date, part.size,
                ))))  # fmt: skip
    small = [uid for uid in chunk if sizes[uid] <= whole]
    messages = []
    if small:
        room = sum(sizes[uid] for uid in small) + MORE_BYTES
        messages = list(session.fetch(small, room=room))
        result.refused.update(session.unreadable)
        result.larger = session.left_out
        result.held = sum(len(message.raw) for message in messages)
    if beside is None:
        result._done += [_here(message) for message in messages]
    else:
        result._under_way, result._count = beside.submit(messages), len(messages)
    return result


def _here(message: RawMessage) -> Intake:
    return take_in(message.raw, message.uid, message.flags, message.internal_date)
