"""One Odoo server in the background: started, waited for, ended or killed by its own pid."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from dev import odoo_server
from dev.console import DevError
from dev.paths import CACHE, LOG
from dev.process import PidFile, start_background, tail
from dev.workers import of_worker

HOST = "127.0.0.1"
ENVIRONMENT = "MAIL_CENTER_SERVER"
LISTENING = "0A"  # in /proc/net/tcp


class OdooServer:
    """An Odoo server on one database, with cron threads, on loopback.

    Tests find the one that the runner started by ``OdooServer.from_env()`` and may ``kill()`` and
    ``start()`` it again; ``url`` and ``database`` say where it is.
    """

    def __init__(self, name: str, database: str, port: int):
        self.name = name
        self.database = database
        self.port = port
        self.pid_file = PidFile(CACHE / f"{name}.pid")
        self.log = LOG / f"{name}.log"
        self.json_file = CACHE / f"{name}.json"

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @classmethod
    def from_env(cls, environ=os.environ) -> OdooServer:
        path = of_worker(environ.get(ENVIRONMENT, ""), environ)
        if not path:
            raise DevError(f"{ENVIRONMENT} is not set: run these tests with 'make test'.")
        return cls.from_json(path)

    @classmethod
    def from_json(cls, path: Path) -> OdooServer:
        known = json.loads(path.read_text())
        return cls(known["name"], known["database"], known["port"])

    def start(self, *options: str, wait: bool = True, **environment: str) -> None:
        """Start the server; DevError with the log's last lines if it does not come up."""
        settings = odoo_server.options()
        self.json_file.write_text(
            json.dumps({"name": self.name, "database": self.database, "port": self.port})
        )
        words = ["-d", self.database, f"--db-filter=^{self.database}$"]
        words += ["--http-port", str(self.port), "--max-cron-threads=2", *options]
        start = self.log.stat().st_size if self.log.exists() else 0
        process = start_background(
            odoo_server.command("server", *words),
            self.log,
            self.pid_file,
            **{**settings, "env": {**settings["env"], **environment}},
        )
        if wait:
            self._wait(process, start)

    def _wait(self, process: subprocess.Popen, start: int, timeout: float = 180) -> None:
        deadline = time.monotonic() + timeout
        for page in ("/web/health", "/web/login"):
            while not self._answers(page):
                if process.poll() is not None:
                    raise DevError(
                        f"Odoo ended at its start ({self.log}):\n{tail(self.log, start)}"
                    )
                if time.monotonic() > deadline:
                    self.stop()
                    raise DevError(
                        f"Odoo does not answer on {self.url}{page} ({self.log}):\n"
                        f"{tail(self.log, start)}"
                    )
                time.sleep(0.1)
        if not listens(process.pid, self.port):
            self.stop()
            raise DevError(
                f"Another program took port {self.port} while Odoo was starting. Try again: "
                f"a free port is looked for each time."
            )

    def _answers(self, page: str) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(self.url + page, timeout=60) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def running(self) -> bool:
        return self.pid_file.pid() is not None

    def stop(self) -> bool:
        """End the server and wait until it is gone. True if it ran."""
        return self.pid_file.stop(timeout=30)

    def kill(self) -> None:
        """End the server as a power cut would (SIGKILL)."""
        self.pid_file.stop(signal.SIGKILL)


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return True
    return False


def listens(pid: int, port: int) -> bool:
    """Whether that very process listens on the port; Odoo goes on without when it is taken."""
    if not Path(f"/proc/{pid}/net").is_dir():
        return False  # it ended, because the port was taken
    sockets = {
        fields[9]
        for table in ("tcp", "tcp6")
        for fields in map(str.split, Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:])
        if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port
    }
    with contextlib.suppress(OSError):
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if handle.readlink().name.removeprefix("socket:[").removesuffix("]") in sockets:
                    return True
    return False


def choose_port(wanted: str | None, first: int = 8069, tries: int = 50) -> int:
    """The port named by the person (DevError if it is taken), or the first free one."""
    if wanted:
        if not wanted.isdigit() or not 1 <= int(wanted) <= 65535:
            raise DevError(f"PORT={wanted} is not a port number (1 to 65535).")
        if int(wanted) < 1024 and os.geteuid():
            raise DevError(f"PORT={wanted}: ports below 1024 need root. Take one above.")
        if not port_is_free(int(wanted)):
            raise DevError(
                f"Port {wanted} is taken by another program. Leave PORT out to get a free one, "
                f"name another, or end that program ('ss -ltnp' shows it)."
            )
        return int(wanted)
    for port in range(first, first + tries):
        if port_is_free(port):
            return port
    raise DevError(f"No free port from {first} to {first + tries - 1}. Name one: make run PORT=…")
