"""A private PostgreSQL cluster: its own folder, a unix socket, no TCP, an unprivileged user.

Whoever can enter the socket's folder (the service user and root) is trusted; nobody else can.
fsync stays on: a power cut must not lose what Odoo was told is stored.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from dev.console import DevError
from dev.paths import private_dir, service_user, state_dir
from dev.process import run_logged, tail

ROLE = "odoo"  # may create databases, is no superuser
ADMIN = "postgres"
OLDEST = 13
SETTINGS = """
# mail_center
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 120
shared_buffers = 256MB
max_wal_size = 2GB
log_line_prefix = '%m [%p] %d '
log_lock_waits = on
"""


class Cluster:
    """The project's PostgreSQL cluster. Made on first use."""

    def __init__(self):
        self.user = service_user()
        self.home = private_dir(state_dir() / "pg", self.user)
        self.socket_dir = self.home
        self.data = self.home / "data"
        self.log = self.home / "postgresql.log"

    def bin(self, program: str) -> str:
        """Path of a PostgreSQL program, of the version that made the cluster if there is one."""
        version_file = self.data / "PG_VERSION"
        made_by = version_file.read_text().strip() if version_file.exists() else None
        versions = sorted(
            (
                int(path.parent.parent.name)
                for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")
                if re.fullmatch(r"\d+", path.parent.parent.name)
            ),
            reverse=True,
        )
        if made_by and int(made_by) not in versions:
            raise DevError(
                f"The cluster was made by PostgreSQL {made_by}, which is no longer installed. "
                f"Install postgresql-{made_by}, or 'make clean' to begin anew."
            )
        if not versions or versions[0] < OLDEST:
            raise DevError(
                f"Odoo 19 needs PostgreSQL {OLDEST} or newer: apt-get install postgresql"
            )
        return f"/usr/lib/postgresql/{made_by or versions[0]}/bin/{program}"

    def _run(self, command, hint: str) -> None:
        run_logged(command, "postgresql", hint=hint, cwd=self.home, **self.user.popen_options())

    def start(self) -> str:
        """Make the cluster if there is none, start it if it does not run; a progress word."""
        if self.running():
            return "already running"
        word = "started"
        if not self.data.exists():
            self._make()
            word = "made and started"
        try:
            self._run(
                [self.bin("pg_ctl"), "start", "-w", "-t", "120", "-s"]
                + ["-D", self.data, "-l", self.log],
                "PostgreSQL did not start.",
            )
        except DevError as error:
            last = tail(self.log) if self.log.exists() else ""
            raise DevError(f"{error}\n  and of {self.log}:\n{last}") from error
        self._ensure_role()
        return word

    def _make(self) -> None:
        building = self.home / "data.building"
        shutil.rmtree(building, ignore_errors=True)
        self._run(
            [self.bin("initdb"), "-D", building, "-U", ADMIN, "--auth=trust", "--no-instructions"]
            + ["--encoding=UTF8", "--locale=C.UTF-8"],
            "PostgreSQL could not make its cluster.",
        )
        with open(building / "postgresql.conf", "a") as stream:
            stream.write(SETTINGS.format(socket=self.socket_dir))
        building.rename(self.data)

    def _ensure_role(self) -> None:
        if not self.query(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):
            self.query(f"CREATE ROLE {ROLE} LOGIN CREATEDB")

    def running(self) -> bool:
        if not (self.data / "postmaster.pid").exists():
            return False
        return self._status("pg_ctl", "status", "-D", self.data) == 0 and self._ready()

    def _ready(self) -> bool:
        return self._status("pg_isready", "-q", "-h", self.socket_dir, "-d", "postgres") == 0

    def _status(self, program: str, *arguments) -> int:
        return subprocess.run(
            [self.bin(program), *map(str, arguments)],
            capture_output=True,
            check=False,
            cwd=self.home,
            **self.user.popen_options(),
        ).returncode

    def stop(self) -> bool:
        if not (self.data / "postmaster.pid").exists():
            return False
        if self._status("pg_ctl", "status", "-D", self.data) != 0:
            return False
        self._run(
            [self.bin("pg_ctl"), "stop", "-w", "-t", "60", "-s", "-m", "fast", "-D", self.data],
            "PostgreSQL did not stop.",
        )
        return True

    def query(self, sql: str, database: str = "postgres", role: str = ADMIN) -> list[list[str]]:
        """Run one SQL statement as ``role``; rows of texts. DevError with PostgreSQL's words."""
        answer = subprocess.run(
            [self.bin("psql"), "-XqAt", "-F", "\x1f", "-R", "\x1e", "-v", "ON_ERROR_STOP=1"]
            + ["-h", str(self.socket_dir), "-U", role, "-d", database, "-c", sql],
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            raise DevError(f"PostgreSQL refused: {answer.stderr.strip()}\n  {sql}")
        text = answer.stdout.rstrip("\n").rstrip("\x1e")
        return [row.split("\x1f") for row in text.split("\x1e")] if text else []
