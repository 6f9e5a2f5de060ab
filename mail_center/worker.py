"""Who holds a claim, so that the claims of a dead process on this machine end at once."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def _start_time(pid: int) -> str:
    """Kernel start time of a process: it tells two processes with the same number apart."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # The command name in brackets may contain anything, blanks included.
    fields = stat.rpartition(")")[2].split()
    # Killed, but not yet noticed by its parent: its number is taken and it does nothing more.
    return "" if fields[0] in ("Z", "X") else fields[19]


def identity() -> str:
    """``host:pid:start`` of this process."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_start_time(pid)}"


def is_dead(worker: str) -> bool:
    """True only when *worker* ran on this machine and is certainly gone."""
    host, _, rest = worker.rpartition(":")[0].rpartition(":")
    if not rest.isdigit() or host != socket.gethostname():
        return False
    if not Path("/proc/self/stat").exists():
        return False
    return _start_time(int(rest)) != worker.rpartition(":")[2]
