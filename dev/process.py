"""Running programs: into a log, in the background, and ending them by their own pid."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from dev.console import DevError, note
from dev.paths import CACHE, LOG

# What ends a command, and lets it clean up before.
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_QUOTE = 220  # characters of a log's line that are shown


def run_logged(
    command, log: str, *, hint: str = "", append: bool = True, finish: bool = False, **options
) -> None:
    """Run ``command`` to its end, its output into ``.odoo/log/LOG.log``.

    Raises DevError that names the log and quotes its last lines when the command fails. Ctrl-C
    ends the command too, or (``finish``) waits for its end.
    """
    path = LOG / f"{log}.log"
    with open(path, "ab" if append else "wb") as stream:
        stream.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        stream.flush()
        start = stream.tell()
        options.setdefault("stdin", subprocess.DEVNULL)
        process = None
        try:
            with _held_signals():
                process = subprocess.Popen(
                    [str(word) for word in command],
                    stdout=stream,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    **options,
                )
            code = process.wait()
        except FileNotFoundError as error:
            raise DevError(f"The program {command[0]} is missing. {hint}".strip()) from error
        except KeyboardInterrupt:
            if process is not None:
                _end(process, finish)
            raise
    if code:
        raise DevError(
            f"{hint or 'A command failed.'}\n"
            f"  It ended with {code}; its output is in {path}, and the last lines are:\n"
            f"{tail(path, start)}"
        )


@contextlib.contextmanager
def _held_signals() -> Iterator[None]:
    """Signals wait until a program that is being started has a pid to end it by."""
    came = []

    def hold(number, _frame):
        came.append(number)

    before = {one: signal.signal(one, hold) for one in ENDING}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        for number in came:
            signal.raise_signal(number)


def _end(process: subprocess.Popen, finish: bool, grace: float = 15) -> None:
    """Wait for a command after Ctrl-C: as long as it takes, or for ``grace`` s once told to end."""
    try:
        if finish:
            note("finishing this first")
            process.wait()
        else:
            _signal_group(process.pid, signal.SIGTERM)
            process.wait(grace)
    except (KeyboardInterrupt, subprocess.TimeoutExpired):
        if not finish:
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()


def _signal_group(pid: int, sig: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
        os.killpg(pid, sig)


def tail(path: Path, start: int = 0, lines: int = 12) -> str:
    """The last ``lines`` lines of what follows byte ``start``, indented; Odoo's INFO left out."""
    with open(path, "rb") as stream:
        stream.seek(start)
        text = stream.read().decode(errors="replace").strip()
    told = [line for line in text.splitlines() if " INFO " not in line] or text.splitlines()
    return "\n".join(f"    {line[:LONGEST_QUOTE]}" for line in told[-lines:])


def start_time(pid: int) -> str | None:
    """The kernel's start time of a process: with the pid it names one process for good."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


class PidFile:
    """Remembers one process by pid and start time, so that a recycled pid is never mistaken."""

    def __init__(self, path: Path):
        self.path = path

    def write(self, pid: int) -> None:
        temporary = self.path.with_suffix(".tmp")
        temporary.write_text(f"{pid} {start_time(pid)}\n")
        temporary.replace(self.path)

    def pid(self) -> int | None:
        """The pid, if that very process still lives; a stale file is removed."""
        try:
            pid, started = self.path.read_text().split()
        except (OSError, ValueError):
            return None
        if start_time(int(pid)) == started:
            return int(pid)
        self.path.unlink(missing_ok=True)
        return None

    def stop(self, sig: int = signal.SIGTERM, timeout: float = 20) -> bool:
        """End the process (politely, then by force after ``timeout`` s). True if one was ended."""
        pid = self.pid()
        if pid is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sig)
        deadline = time.monotonic() + timeout
        while self.pid() is not None:
            if time.monotonic() > deadline:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                deadline += 5
            reap(pid)
            time.sleep(0.05)
        self.path.unlink(missing_ok=True)
        return True


def reap(pid: int) -> None:
    """Collect an ended child of ours, so that it does not linger as a zombie."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def start_background(command, log: Path, pid_file: PidFile, **options) -> subprocess.Popen:
    """Start a server detached from the terminal (Ctrl-C does not reach it), logging to a file."""
    with open(log, "ab") as stream:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )
    pid_file.write(process.pid)
    return process


def interruptible() -> None:
    """Let SIGINT, SIGTERM and SIGHUP all end this command as Ctrl-C does, so that it cleans up.

    SIGINT too: a shell starts what it puts in the background with SIGINT ignored.
    """
    for sig in ENDING:
        signal.signal(sig, signal.default_int_handler)


@contextlib.contextmanager
def in_use(name: str):
    """Say that this command uses something that several may use (PostgreSQL)."""
    with open(CACHE / f"{name}.lock", "a") as stream:
        fcntl.flock(stream, fcntl.LOCK_SH)
        yield


def is_used(name: str) -> bool:
    """Whether any command says so."""
    with open(CACHE / f"{name}.lock", "a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextlib.contextmanager
def lock(name: str, *, wait_note=None):
    """Hold ``.odoo/NAME.lock``. Without ``wait_note`` a taken lock raises BlockingIOError at once;
    with it, the note is called and the lock waited for."""
    with open(CACHE / f"{name}.lock", "a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if wait_note is None:
                raise
            wait_note()
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield stream
