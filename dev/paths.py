"""Where everything lies, and which unprivileged user runs PostgreSQL and Dovecot."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from dev.console import DevError

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".odoo"
LOG = CACHE / "log"
VENV = CACHE / "venv"
PYTHON = VENV / "bin" / "python"
DATA = CACHE / "data"  # Odoo's data_dir: filestore and sessions
LOCATION_FILE = CACHE / "state-location"

# sockaddr_un holds 107 bytes; the longest socket below the state folder needs about 45 of them.
LONGEST_STATE_PATH = 60


@dataclass(frozen=True)
class ServiceUser:
    """The user that PostgreSQL and Dovecot run as (both refuse, or should not, run as root)."""

    name: str
    uid: int
    gid: int

    @property
    def is_self(self) -> bool:
        return self.uid == os.geteuid()

    def popen_options(self) -> dict:
        """Keyword arguments for ``subprocess`` that make a child run as this user."""
        if self.is_self:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if not self.is_self:
            os.chown(path, self.uid, self.gid)

    def own_tree(self, path: Path) -> None:
        if self.is_self:
            return
        for folder, folders, files in os.walk(path):
            for name in (".", *folders, *files):
                os.chown(os.path.join(folder, name), self.uid, self.gid, follow_symlinks=False)


def service_user(environ=os.environ) -> ServiceUser:
    """Root's own person (``SUDO_UID``) or ``nobody``; anyone else's is themselves."""
    uid = os.geteuid()
    if uid == 0:
        made_by = _cluster_owner()
        if made_by:
            return made_by
        sudo_uid = environ.get("SUDO_UID", "")
        entry = None
        if sudo_uid.isdigit() and int(sudo_uid):
            entry = _passwd(int(sudo_uid))
        entry = entry or _passwd("nobody")
        if entry is None:
            raise DevError(
                "PostgreSQL cannot run as root and this machine has no user 'nobody'. "
                "Run the command as an ordinary user."
            )
        return ServiceUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
    entry = _passwd(uid)
    return ServiceUser(entry.pw_name if entry else str(uid), uid, os.getegid())


def _cluster_owner() -> ServiceUser | None:
    """The user of an existing cluster: root by way of sudo and by login must agree on one."""
    try:
        info = (Path(LOCATION_FILE.read_text().strip()) / "pg").stat()
    except OSError:
        return None
    entry = _passwd(info.st_uid)
    if not info.st_uid or entry is None:
        return None
    return ServiceUser(entry.pw_name, info.st_uid, info.st_gid)


def _passwd(who):
    try:
        return pwd.getpwuid(who) if isinstance(who, int) else pwd.getpwnam(who)
    except KeyError:
        return None


def ensure_cache() -> None:
    """Make ``.odoo/``, or say why it cannot be written."""
    try:
        for folder in (CACHE, LOG, DATA):
            folder.mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        raise DevError(f"Cannot write {error.filename}: {_owner_hint()}") from error
    if not os.access(CACHE, os.W_OK) or CACHE.stat().st_uid != os.geteuid():
        raise DevError(f"{CACHE} belongs to another user: {_owner_hint()}")


def _owner_hint() -> str:
    owner = _passwd((CACHE if CACHE.exists() else ROOT).stat().st_uid)
    name = owner.pw_name if owner else "its owner"
    return f"run the command as {name}, or let {name} run 'make clean' first."


def state_dir() -> Path:
    """The folder of the servers' data, decided once and remembered in ``.odoo/state-location``."""
    if LOCATION_FILE.exists():
        state = Path(LOCATION_FILE.read_text().strip())
        if state.is_dir():
            return state
        return _make_state(state)
    user = service_user()
    state = CACHE / "state"
    if len(str(state)) > LONGEST_STATE_PATH or not _reachable(CACHE, user):
        state = fallback_state()
    state = _make_state(state)
    LOCATION_FILE.write_text(f"{state}\n")
    return state


def fallback_state(root: Path = ROOT) -> Path:
    digest = hashlib.sha256(str(root).encode()).hexdigest()[:8]
    return Path("/var/tmp") / f"mail_center-{digest}"


def _make_state(state: Path) -> Path:
    state.mkdir(mode=0o755, exist_ok=True)
    info = state.lstat()
    if state.is_symlink() or info.st_uid != os.geteuid():
        raise DevError(f"{state} exists and is not ours. Remove it and run the command again.")
    state.chmod(0o755)
    return state


def _reachable(folder: Path, user: ServiceUser) -> bool:
    if user.is_self:
        return True
    check = subprocess.run(
        ["test", "-x", str(folder)], cwd="/", check=False, **user.popen_options()
    )
    return check.returncode == 0


def private_dir(path: Path, user: ServiceUser) -> Path:
    """Make ``path`` (parents exist) a folder that only ``user`` (and root) can enter."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    user.own(path)
    return path


def require_space(folder: Path, gigabytes: float) -> None:
    free = shutil.disk_usage(folder).free / 1e9
    if free < gigabytes:
        raise DevError(
            f"Not enough disk space: {folder} has {free:.1f} GB free, about {gigabytes:.0f} GB "
            "are needed. Free some and run the command again; what is done is kept."
        )
