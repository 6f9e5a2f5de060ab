"""A chunk of a folder, fetched and on its way to being understood. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .beside import Beside
from .imap import RawMessage, Session
from .intake import Intake, take_in, take_in_part
from .net import MailServerError


@dataclass
class Gathered:
    """What came of a chunk; ``intakes()`` waits for the understanding of it.

    ``refused``: UID → why the server could not give it; ``too_large``: UID → bytes, left there.
    """

    intakes: Callable[[], list[Intake]]
    refused: dict[int, MailServerError] = field(default_factory=dict)
    too_large: dict[int, int] = field(default_factory=dict)


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
        return Gathered(list, too_large={chunk[0]: sizes[chunk[0]]})
    result = Gathered(list)
    parts: list[Intake] = []
    for uid in (uid for uid in chunk if sizes[uid] > whole):
        try:
            part = session.fetch_structure(uid)
        except MailServerError as error:
            if not session.usable or error.kind not in ("refused", "protocol"):
                raise
            result.refused[uid] = error
        else:
            if part:
                parts.append(take_in_part(part))
    small = [uid for uid in chunk if sizes[uid] <= whole]
    messages = list(session.fetch(small)) if small else []
    if small:
        result.refused.update(session.unreadable)
    if beside is None:
        intakes = [_here(message) for message in messages]
        result.intakes = lambda: parts + intakes
    else:
        future = beside.submit(messages)
        result.intakes = lambda: parts + future.result()
    return result


def _here(message: RawMessage) -> Intake:
    return take_in(message.raw, message.uid, message.flags, message.internal_date)
