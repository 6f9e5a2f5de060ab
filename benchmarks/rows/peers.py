"""The programs that are measured beside ours, each started anew for a run."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.stage import PASSWORD, Odoo, Stage
from dev.console import DevError
from dev.interpreter import environment
from dev.paths import PYTHON, ROOT
from dev.sandbox import PORT_RANGE, _is_free

HOST = "127.0.0.1"
MBSYNC = """\
FSync {fsync}

IMAPAccount far
Host 127.0.0.1
Port {port}
User {login}
Pass {password}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account far

MaildirStore near
Path {folder}/
Inbox {folder}/INBOX
SubFolders Verbatim

Channel box
Far :far:
Near :near:
Patterns *
Create Near
Sync Pull
SyncState *
"""


def add_account(odoo: Odoo, stage: Stage, address: str, port: int | None = None, **values) -> int:
    ports = dict(stage.sandbox.ports)
    if port:
        ports["imap"] = port
    ca = Path(stage.sandbox.ca_file).read_text()
    return odoo.call(
        "account", address=address, password=PASSWORD, host="localhost", ports=ports, ca=ca,
        **values,
    )  # fmt: skip


@contextlib.contextmanager
def maildir():
    """A folder of its own below /var/tmp, which is on a disk."""
    folder = Path(tempfile.mkdtemp(prefix="mc-bench-", dir="/var/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def mbsync(stage: Stage, address: str, folder: Path, fsync: bool = True) -> float:
    """One run of mbsync to a Maildir; its seconds."""
    config = folder / "mbsyncrc"
    config.write_text(
        MBSYNC.format(
            port=stage.sandbox.ports["imap"], login=address, password=PASSWORD,
            folder=folder / "mail", fsync="yes" if fsync else "no",
        )
    )  # fmt: skip
    (folder / "mail").mkdir(exist_ok=True)
    begin = time.perf_counter()
    answer = subprocess.run(
        ["mbsync", "-q", "-c", str(config), "box"], capture_output=True, text=True, check=False
    )
    if answer.returncode:
        raise DevError(f"mbsync: {answer.stderr[:2000]}")
    return time.perf_counter() - begin


def floor(*arguments) -> float:
    """A run of :mod:`benchmarks.floor`; its seconds, without the start of Python."""
    answer = subprocess.run(
        [str(PYTHON), "-m", "benchmarks.floor", *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=ROOT, env=environment(),
    )  # fmt: skip
    if answer.returncode:
        raise DevError(f"benchmarks.floor: {answer.stderr[-2000:]}")
    return float(answer.stdout)


@contextlib.contextmanager
def helper(kind: str, *arguments):
    """A server of :mod:`benchmarks.sink`: ``(port, process)``."""
    port = next(number for number in reversed(PORT_RANGE) if _is_free(number))
    process = subprocess.Popen(
        [str(PYTHON), "-m", "benchmarks.sink", kind, str(port), *map(str, arguments)],
        cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        if process.stdout.readline().strip() != "ready":
            raise DevError("A helper of the benchmarks did not start.")
        yield port, process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def round_trips(process: subprocess.Popen) -> int:
    """How many a proxy has seen."""
    process.stdin.write("\n")
    process.stdin.flush()
    return int(process.stdout.readline())
