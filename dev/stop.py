"""Ending what runs, by its own pid, and removing all that was made."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

from dev.console import DevError, say
from dev.paths import CACHE, LOCATION_FILE, VENV
from dev.postgres import Cluster
from dev.process import PidFile
from dev.run import RUNNER
from dev.sandbox import Sandbox

DOWNLOADS = ("odoo", VENV.name)


def stop() -> list[str]:
    """End every process of this clone; the names of what was ended."""
    ended = []
    if RUNNER.pid() not in (None, os.getpid()) and RUNNER.stop(signal.SIGINT, timeout=90):
        ended.append("make run")
    for path in sorted(CACHE.glob("*.pid")):
        if PidFile(path).stop(timeout=30):
            ended.append(path.stem)
    (CACHE / "detached").unlink(missing_ok=True)
    state = _state()
    if state is not None:
        for name in ("run", "test"):
            if (state / name).exists() and Sandbox(state / name).stop():
                ended.append(f"mail servers ({name})")
        if (state / "pg" / "data").exists() and Cluster().stop():
            ended.append("PostgreSQL")
    return ended


def _state() -> Path | None:
    if not LOCATION_FILE.exists():
        return None
    state = Path(LOCATION_FILE.read_text().strip())
    return state if state.is_dir() else None


def clean(*, keep_downloads: bool = False) -> None:
    """Stop everything and remove ``.odoo`` and the state folder."""
    if not CACHE.exists():
        say("nothing to remove")
        return
    if CACHE.stat().st_uid != os.geteuid() and os.geteuid():
        raise DevError(f"{CACHE} belongs to another user; run 'make clean' as that user.")
    for name in stop():
        say(f"stopped {name}")
    state = _state()
    if state is not None:
        shutil.rmtree(state)
        say(f"removed {state}")
    if not keep_downloads:
        shutil.rmtree(CACHE)
        say(f"removed {CACHE}")
        return
    for path in CACHE.iterdir():
        if path.name not in DOWNLOADS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    say(f"removed all of {CACHE} but {' and '.join(DOWNLOADS)}")
