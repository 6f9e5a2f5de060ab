"""A place where code that eats time or memory dies without taking the tests along."""

import functools
import os
import re
import resource
import signal
import time
from html import escape

# Tells what ends from what stalls: an order above what the costliest piece needs, so that a slow
# machine fails nothing. What it really takes is measured by benchmarks, not by tests.
CPU_SECONDS = 15
MEMORY_BYTES = 200 * 1024 * 1024
# What `_piece_of_work` takes on the machine that the limits in seconds were meant for.
_REFERENCE = 0.016


def _piece_of_work() -> float:
    start = time.process_time()
    text = "<a b='x & y'> " * 4000
    for _ in range(3):
        for word in re.finditer(r"[^\s<>]+", text):
            escape(word[0])
    return time.process_time() - start


@functools.cache
def slowness() -> float:
    """How many times as slow as the reference this machine is just now, 1.0 at least.

    With it a limit in seconds says something about the code: not about the machine, nor about who
    else is at work on it.
    """
    return max(1.0, min(_piece_of_work() for _ in range(5)) / _REFERENCE)


def run_confined(work, seconds: float | None = None) -> str:
    """What `work()` returned as text, or how the process that ran it died.

    It dies after CPU_SECONDS of CPU, or after so many `seconds` of a machine at its usual speed.
    """
    allowed = CPU_SECONDS if seconds is None else seconds * slowness()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with open("/proc/self/statm") as statm:
                used = int(statm.read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES,) * 2)
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_PROF, 0 if seconds is None else allowed)
            try:
                outcome = str(work())
            except BaseException as error:
                outcome = f"raised {type(error).__name__}: {error}"
            os.write(writing, outcome.encode("utf-8", "backslashreplace")[:60_000])
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        outcome = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return f"killed by {signal.Signals(os.WTERMSIG(status)).name}"
    return outcome
