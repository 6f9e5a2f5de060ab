"""A clock of its own for a process, moved while it runs (libfaketime)."""

from __future__ import annotations

import glob
from pathlib import Path

from dev.packages import PACKAGES


class MovedClock:
    """Whoever is started with :attr:`environment` takes its time of day from here.

    As on a machine whose clock is set: what is measured (``time.monotonic``) goes on, and so do
    the times of files. The clock is right until :meth:`move` is called. ``file`` is written.
    """

    def __init__(self, file: Path):
        self.file = file
        self.move(0)

    @property
    def environment(self) -> dict[str, str]:
        (library, *_others) = glob.glob(PACKAGES["libfaketime"])
        return {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",  # second, after which the file is read again
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",  # processes that it starts read the file themselves
            "NO_FAKE_STAT": "1",
            "PYTHONPATH": str(Path(__file__).with_name("moved")),
        }

    def move(self, seconds: int) -> None:
        """So far from the right time the clock is from now on; below zero: behind."""
        temporary = self.file.with_suffix(".tmp")
        temporary.write_text(f"{seconds:+d}\n")
        temporary.replace(self.file)
