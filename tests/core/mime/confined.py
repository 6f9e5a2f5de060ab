"""A place where code that eats time or memory dies without taking the tests along."""

import os
import resource
import signal

# Tells what ends from what stalls: an order above what the costliest piece needs, so that a slow
# machine fails nothing. What it really takes is measured by benchmarks, not by tests.
CPU_SECONDS = 15
MEMORY_BYTES = 200 * 1024 * 1024


def run_confined(work) -> str:
    """What `work()` returned as text, or how the process that ran it died."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with open("/proc/self/statm") as statm:
                used = int(statm.read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES,) * 2)
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
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
