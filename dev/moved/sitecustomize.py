"""Python reads this at its start, where :mod:`dev.moved_clock` says so.

``time.sleep`` waits by the monotonic clock, which libfaketime mistakes for the time of day there.
"""

import select
import time


def _sleep(seconds):
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    end = time.monotonic() + seconds
    select.select([], [], [], seconds)
    while (left := end - time.monotonic()) > 0:
        select.select([], [], [], left)


time.sleep = _sleep
