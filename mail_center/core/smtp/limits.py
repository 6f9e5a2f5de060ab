"""How much an account may send within a time (providers limit it). Pure; times in seconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Who waits for whom: a mass mailing never delays a person's mail.
PERSON, PROGRAM, MAILING = 0, 1, 2
MINUTE, HOUR, DAY = 60, 3600, 86400
# A mass mailing leaves this part of the limit to what people write.
MAILING_SHARE = 0.8


@dataclass(frozen=True)
class Usage:
    """What was sent within the last ``window`` seconds, of ``limit`` that may be.

    ``oldest``: how long ago the first of it was.
    """

    window: int
    limit: int
    used: int
    oldest: float = 0


def allowance(usages: Iterable[Usage], share: float = 1.0) -> int | None:
    """How many more may be sent now: 0 or more, None when nothing limits it.

    ``share``: the part of the limits that may be used; of a small one still 1.
    """
    left = [max(0, max(1, int(usage.limit * share)) - usage.used) for usage in usages]
    return min(left, default=None)


def free_in(usages: Iterable[Usage]) -> float:
    """Seconds until a limit that is reached lets something through again; 0 when none is."""
    return max(
        (usage.window - usage.oldest for usage in usages if usage.used >= usage.limit), default=0.0
    )
