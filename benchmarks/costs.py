"""What processes cost: CPU time and memory, from /proc."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path


def processes(pid: int) -> list[int]:
    """A process and all that it started, from /proc."""
    parents: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                stat = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(stat[1]), []).append(int(entry))
    found, pending = [], [pid]
    while pending:
        one = pending.pop()
        found.append(one)
        pending += parents.get(one, [])
    return found


def cpu_seconds(pid: int) -> float:
    """CPU time of a process, its children that live and those that it has waited for."""
    ticks = 0
    for one in processes(pid):
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            # utime, stime; of the root also what children that ended have taken
            ticks += int(stat[11]) + int(stat[12]) + int(stat[13]) + int(stat[14])
    return ticks / os.sysconf("SC_CLK_TCK")


def scheduled_seconds(pid: int) -> float:
    """CPU time of a process with one thread, to the nanosecond."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def memory_megabytes(pid: int) -> float:
    """Resident memory of a process and its children, shared pages counted once (PSS)."""
    total = 0
    for one in processes(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


class Peak(threading.Thread):
    """The largest memory of a process tree while it is watched."""

    def __init__(self, pid: int, every: float = 0.05):
        super().__init__(daemon=True)
        self.pid, self.every = pid, every
        self.megabytes = memory_megabytes(pid)
        self.ended = threading.Event()

    def run(self):
        while not self.ended.wait(self.every):
            self.megabytes = max(self.megabytes, memory_megabytes(self.pid))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error):
        self.ended.set()
        self.join()
