"""What the person at the terminal sees: numbered progress lines, and errors that say what to do."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager


class DevError(Exception):
    """Something the person must know or do. Its text is shown as it is, without a traceback."""


def say(text: str = "") -> None:
    print(text, flush=True)


def note(text: str) -> None:
    """Shown indented, below the step that is running."""
    if Steps.open_line:
        print(flush=True)
        Steps.open_line = False
    print(f"      {text}", flush=True)


class Steps:
    """Numbered progress lines with durations: ``[3/9] Odoo 19 ... ok (7.2 s)``."""

    open_line = False  # a label is printed, its result not yet

    def __init__(self, total: int):
        self.total = total
        self.number = 0

    @contextmanager
    def step(self, label: str):
        """Time the block as the next step. The block may call the yielded function with a word
        that replaces ``ok`` (``already there``)."""
        self.number += 1
        outcome = ["ok"]
        print(f"[{self.number}/{self.total}] {label} … ", end="", flush=True)
        Steps.open_line = True
        started = time.monotonic()
        try:
            yield lambda word: outcome.__setitem__(0, word)
        except BaseException as error:
            self._end("stopped" if isinstance(error, KeyboardInterrupt) else "failed", started)
            raise
        self._end(outcome[0], started)

    def _end(self, word: str, started: float) -> None:
        prefix = "" if Steps.open_line else f"[{self.number}/{self.total}] "
        Steps.open_line = False
        print(f"{prefix}{word} ({time.monotonic() - started:.1f} s)", flush=True)


def print_error(text: str) -> None:
    sys.stdout.flush()
    print(f"error: {text}", file=sys.stderr, flush=True)
