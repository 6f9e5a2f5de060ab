"""When to try again (RFC 5321 section 4.5.4.1). Pure; all times in seconds."""

from __future__ import annotations

import random as _random
from collections.abc import Callable

FIRST_DELAY = 7.5 * 60
MAX_DELAY = 4 * 3600
JITTER = 0.2
LIFETIME = 5 * 24 * 3600
DELAYED_NOTICE = 4 * 3600
# After this long a provider that files what it takes has done so; some take their time.
DOUBT_CHECKS = (30, 5 * 60, 30 * 60, 4 * 3600)


def next_delay(attempts: int, random: Callable[[], float] = _random.random) -> float:
    """Seconds to wait after ``attempts`` (1 or more) tries without success.

    7.5 minutes, doubled with each try up to four hours, ±20 % so that the mails that one outage
    held up don't all come back in the same second. ``random`` gives numbers in [0, 1).
    """
    if attempts < 1:
        raise ValueError("There is nothing to wait for before the first attempt.")
    # Doubling ten times is beyond the cap; the exponent must not grow for ever.
    delay = min(FIRST_DELAY * 2 ** min(attempts - 1, 10), MAX_DELAY)
    return delay * (1 - JITTER + 2 * JITTER * random())


def throttle_delay(failures: int) -> float:
    """Seconds for which a server that wants less mail is left alone: a minute, up to an hour."""
    return min(60.0 * 2 ** min(max(failures, 1) - 1, 10), 3600.0)


def next_doubt_check(checks: int) -> float | None:
    """Seconds until an uncertain mail is looked for in Sent, after ``checks`` times in vain.

    None: often enough, it is for a person to say.
    """
    return DOUBT_CHECKS[checks] if checks < len(DOUBT_CHECKS) else None


def expired(age: float, lifetime: float = LIFETIME) -> bool:
    """Whether a mail queued ``age`` seconds ago is given up."""
    return age >= lifetime
