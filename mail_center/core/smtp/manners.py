"""What is remembered of servers from one connection to the next.

A server that offers PIPELINING takes the next envelope in one group with the end of a mail (RFC
2920 section 3.1). One that cuts the line instead leaves a mail in doubt each time: after two losses
in a row it is not tried with that server for an hour.
"""

from __future__ import annotations

import time

TOLERATED = 2
REMEMBERED = 3600.0  # seconds

# (host, port) → lines lost in a row while an envelope was sent ahead, when the last one was.
_losses: dict[tuple[str, int], tuple[int, float]] = {}


def takes_ahead(server: tuple[str, int]) -> bool:
    """Whether an envelope may be sent ahead to a server."""
    losses, since = _losses.get(server, (0, 0.0))
    if losses and time.monotonic() - since > REMEMBERED:
        _losses.pop(server, None)
        return True
    return losses < TOLERATED


def lost(server: tuple[str, int]) -> None:
    """The line was lost while an envelope was sent ahead."""
    losses, _since = _losses.get(server, (0, 0.0))
    _losses[server] = (losses + 1, time.monotonic())


def answered(server: tuple[str, int]) -> None:
    """The server answered to an envelope that was sent ahead."""
    _losses.pop(server, None)
