"""How well an account is, in points, and whether a busy mailbox has gone quiet."""

from __future__ import annotations

from dataclasses import dataclass

FULL = 100
# A mailbox is busy when so many mails came in the same hours of at least 3 of the last 4 weeks.
BUSY = 5
WEEKS = 4
# Shorter than this is no silence, however busy the mailbox.
QUIET_HOURS_MIN = 2.0
# What ends within so many days wants to be renewed now.
EXPIRY_DAYS = 14


@dataclass(frozen=True)
class Facts:
    """What is known of an account. Ages are in seconds.

    ``expiry_days``: whole days until a certificate or the access ends (below 0: it has), or None.
    """

    status: str = "ok"
    failures: int = 0
    lag: int = 0
    send_failing: bool = False
    queue: int = 0
    queue_age: int = 0
    quarantine: int = 0
    silent: bool = False
    unencrypted: bool = False
    unverified: bool = False
    expiry_days: int | None = None


@dataclass(frozen=True)
class Part:
    """Why points are missing: a stable code, how many, and the number to tell."""

    code: str
    points: int
    value: int = 0


def parts(facts: Facts) -> list[Part]:
    """What takes points away, the worst first; empty for an account that is well.

    A paused account is paused on purpose: only what waits in it counts.
    """
    found = []
    if facts.status == "blocked":
        found.append(Part("blocked", 100))
    elif facts.status == "failing":
        found.append(Part("failing", min(40 + 10 * facts.failures, 90), facts.failures))
    elif facts.status == "late":
        found.append(Part("late", min(20 + facts.lag // 600, 60), facts.lag))
    elif facts.status == "never":
        found.append(Part("never", 20))
    if facts.send_failing:
        found.append(Part("send_failing", 60))
    if facts.queue and facts.queue_age > 900:
        found.append(Part("queue", min(10 + facts.queue_age // 900, 40), facts.queue))
    if facts.silent:
        found.append(Part("silent", 30))
    if facts.quarantine:
        found.append(Part("quarantine", min(5 * facts.quarantine, 20), facts.quarantine))
    if facts.expiry_days is not None and facts.expiry_days < EXPIRY_DAYS:
        urgent = facts.expiry_days < 3
        found.append(Part("expiry", 25 if urgent else 10, max(facts.expiry_days, 0)))
    if facts.unencrypted:
        found.append(Part("unencrypted", 20))
    elif facts.unverified:
        found.append(Part("unverified", 10))
    return sorted(found, key=lambda part: -part.points)


def score(found: list[Part]) -> int:
    """0 (nothing works) to 100 (all is well)."""
    return max(FULL - sum(part.points for part in found), 0)


def light(points: int) -> str:
    """The traffic light of a score: green, amber or red."""
    if points >= 80:
        return "green"
    return "amber" if points >= 40 else "red"


def is_silent(quiet_hours: float, usual: list[int]) -> bool:
    """Whether nothing for ``quiet_hours`` is unusual.

    ``usual``: how many mails came in the same hours one, two, three and four weeks ago. One week
    may be an exception, such as a holiday; nights and weekends are quiet every week.
    """
    if quiet_hours < QUIET_HOURS_MIN:
        return False
    return sum(count >= BUSY for count in usual) >= WEEKS - 1
