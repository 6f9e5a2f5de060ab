"""How often a mailbox is looked into. Pure."""

from __future__ import annotations

BUSY, DAILY, QUIET = 60, 120, 240
# The server tells by itself; a look now and then finds what a lost connection kept from us.
TOLD = 300


def poll_seconds(quiet: float | None, told: bool = False) -> int:
    """Seconds until the next look into a mailbox.

    ``quiet``: seconds since its last mail came or left, None if none ever did. ``told``: a
    connection is held on which the server tells of new mail at once (IDLE).
    """
    if told:
        return TOLD
    if quiet is None:
        return QUIET
    if quiet < 3600:
        return BUSY
    return DAILY if quiet < 24 * 3600 else QUIET
