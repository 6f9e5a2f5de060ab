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

    ``oldest``: how long ago the first of it was. ``unit``: what is counted, *messages* or
    *recipients*.
    """

    window: int
    limit: int
    used: int
    oldest: float = 0
    unit: str = "messages"

    def left(self, share: float = 1.0) -> int:
        """How many more may be sent when ``share`` of the limit may be used; of a small one 1."""
        return max(0, max(1, int(self.limit * share)) - self.used)


def fitting(recipients: Iterable[int], usages: Iterable[Usage], share: float = 1.0) -> int:
    """How many of the mails, in their order, may leave now; ``recipients``: those of each mail.

    A mail with more recipients than a limit allows at all leaves alone, when nothing else did:
    else it would wait for ever.
    """
    usages = list(usages)
    fit = people = 0
    for number in recipients:
        people += number
        for usage in usages:
            needed = people if usage.unit == "recipients" else fit + 1
            alone = not fit and not usage.used
            if needed > usage.left(share) and not alone:
                return fit
        fit += 1
    return fit


def free_in(usages: Iterable[Usage], share: float = 1.0, recipients: int = 1) -> float:
    """Seconds until a mail to so many ``recipients`` may leave; 0: now.

    At the earliest: where a limit is short of several, more of what was sent has to grow old.
    """
    return max(
        (
            usage.window - usage.oldest
            for usage in usages
            if usage.used
            and (recipients if usage.unit == "recipients" else 1) > usage.left(share)
        ),
        default=0.0,
    )
