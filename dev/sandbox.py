"""A mail provider on loopback: Dovecot (IMAP, POP3, LMTP) and an SMTP submission server.

For the commands it is ``Sandbox.at("run")``; for tests and the demo, which find it running::

    sandbox = Sandbox.from_env()            # MAIL_CENTER_SANDBOX=/path/to/sandbox.json
    sandbox.add_mailbox("anna@example.com", "secret")
    sandbox.deliver("anna@example.com", raw_bytes)
    sandbox.ports["imaps"], sandbox.host, sandbox.ca_file

Only the standard library is used here, so both the machine's Python and the venv's can import it.
"""

from __future__ import annotations

import contextlib
import grp
import json
import os
import random
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path

from dev import certificates, dovecot
from dev.console import DevError
from dev.mailboxes import addresses, password_of, write_mailbox
from dev.paths import PYTHON, ROOT, ServiceUser, private_dir, service_user, state_dir
from dev.process import PidFile, run_logged, start_background
from dev.sandbox_mail import MailAccess
from dev.workers import of_worker

HOST = "127.0.0.1"
SERVICES = ("imap", "imaps", "pop3", "pop3s", "lmtp", "smtp", "smtps")
# Below the range that the kernel hands out to clients, so that a remembered port stays free.
PORT_RANGE = range(20000, 32000)
ENVIRONMENT = "MAIL_CENTER_SANDBOX"


class Sandbox(MailAccess):
    """One instance of the mail sandbox, with all that it keeps in ``home``.

    ``extra``: lines that Dovecot's configuration has beside the usual ones.
    """

    def __init__(self, home: Path | str, extra: str = ""):
        self.home = Path(home)
        self._extra = extra
        self.json_file = self.home / "sandbox.json"
        self.users = self.home / "users"
        self.config_file = self.home / "dovecot.conf"
        self.ca_file = str(self.home / "ca.pem")
        self.host = HOST
        self._settings: dict = {}

    @classmethod
    def at(cls, name: str) -> Sandbox:
        """The instance of this clone called ``run`` or ``test``."""
        return cls(state_dir() / name)

    @classmethod
    def from_env(cls, environ=os.environ) -> Sandbox:
        """The running instance that the test runner (or the demo's) names."""
        path = of_worker(environ.get(ENVIRONMENT, ""), environ)
        if not path:
            raise DevError(
                f"{ENVIRONMENT} is not set: run the tests with 'make test', or start a sandbox "
                "with 'python3 -m dev sandbox start' and set it to the path that it prints."
            )
        return cls(path.parent)

    @property
    def settings(self) -> dict:
        if not self._settings:
            try:
                self._settings = json.loads(self.json_file.read_text())
            except FileNotFoundError as error:
                raise DevError(f"The mail sandbox in {self.home} was never started.") from error
        return self._settings

    @property
    def ports(self) -> dict[str, int]:
        """Port by service: imap, imaps, pop3, pop3s, lmtp, smtp (STARTTLS offered), smtps."""
        return self.settings["ports"]

    @property
    def user(self) -> ServiceUser:
        return ServiceUser(**self.settings["service_user"])

    # Starting and stopping

    def start(self) -> str:
        """Start what does not run; a word for the progress line."""
        if not PYTHON.exists():
            raise DevError("There is no venv yet: 'python3 -m dev setup' makes it.")
        dovecot.require_version()
        self._prepare()
        started = [self.start_dovecot(), self.start_smtp()]
        return "started" if any(started) else "already running"

    def stop(self) -> bool:
        return any([self.stop_smtp(), self.stop_dovecot()])

    def running(self) -> bool:
        return self._dovecot_pid().pid() is not None and self._smtp_pid().pid() is not None

    def start_dovecot(self) -> bool:
        """Start Dovecot if it does not run. True if it was started."""
        if self._dovecot_pid().pid() is not None:
            return False
        self._require_free("imap", "imaps", "pop3", "pop3s", "lmtp")
        (self.home / "run" / "master.pid").unlink(missing_ok=True)
        run_logged(
            [dovecot.PROGRAM, "-c", self.config_file],
            "dovecot",
            cwd=self.home,
            hint="Dovecot did not start.",
            **self.user.popen_options(),
        )
        self._dovecot_pid().write(self._master_pid())
        self._await("imap", "imaps", "pop3", "pop3s", "lmtp")
        return True

    def _master_pid(self, timeout: float = 10) -> int:
        """Dovecot's own note of its pid, which comes a moment after it went to the background."""
        note = self.home / "run" / "master.pid"
        deadline = time.monotonic() + timeout
        while True:
            with contextlib.suppress(FileNotFoundError, ValueError):
                return int(note.read_text())
            if time.monotonic() > deadline:
                raise DevError(f"Dovecot did not start; see {self.home}/dovecot.log.")
            time.sleep(0.02)

    def stop_dovecot(self) -> bool:
        return self._dovecot_pid().stop()

    def start_smtp(self) -> bool:
        """Start the SMTP server if it does not run. True if it was started."""
        if self._smtp_pid().pid() is not None:
            return False
        self._require_free("smtp", "smtps")
        start_background(
            [PYTHON, "-m", "dev.smtpd", self.json_file],
            self.home / "smtpd.log",
            self._smtp_pid(),
            cwd=ROOT,
        )
        self._await("smtp", "smtps")
        return True

    def stop_smtp(self) -> bool:
        return self._smtp_pid().stop()

    def _dovecot_pid(self) -> PidFile:
        return PidFile(self.home / "dovecot.pid")

    def _smtp_pid(self) -> PidFile:
        return PidFile(self.home / "smtpd.pid")

    def _prepare(self) -> None:
        user = service_user()
        private_dir(self.home, user)
        for name in ("run", "mail", "users"):
            private_dir(self.home / name, user)
        (self.home / "run").chmod(0o755)  # as Dovecot wants it; nobody gets past home
        certificates.ensure(self.home)
        if not self.json_file.exists():
            self._write_settings(user)
        masters = self.home / "masters"
        master = self.settings["master"]
        masters.write_text(f"{master['user']}:{{PLAIN}}{master['password']}\n")
        group = _group_name(user.gid)
        self.config_file.write_text(
            dovecot.configuration(
                self.home, HOST, self.ports, user.name, group, user.uid, user.gid
            )
            + self._extra
        )
        for path in (self.config_file, masters, *self.home.glob("server.*")):
            path.chmod(0o600)
            user.own(path)

    def _write_settings(self, user: ServiceUser) -> None:
        settings = {
            "name": self.home.name,
            "host": HOST,
            "ports": dict(zip(SERVICES, _free_ports(len(SERVICES)), strict=False)),
            "ca_file": self.ca_file,
            "certificate": str(self.home / "server.pem"),
            "key": str(self.home / "server.key"),
            "users": str(self.users),
            "dovecot_conf": str(self.config_file),
            "master": {"user": "master", "password": secrets.token_urlsafe(18)},
            "service_user": {"name": user.name, "uid": user.uid, "gid": user.gid},
        }
        new = self.json_file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(settings, indent=2) + "\n")
        new.replace(self.json_file)

    def _require_free(self, *services: str) -> None:
        for service in services:
            if not _is_free(self.ports[service]):
                raise DevError(
                    f"Port {self.ports[service]}, which the mail sandbox '{self.home.name}' uses "
                    f"for {service}, is taken by another program. End that program, or remove "
                    f"{self.home} to begin anew with other ports."
                )

    def _await(self, *services: str) -> None:
        deadline = time.monotonic() + 30
        for service in services:
            while True:
                with contextlib.suppress(OSError), socket.create_connection(
                    (HOST, self.ports[service]), timeout=5
                ):
                    break
                if time.monotonic() > deadline:
                    raise DevError(
                        f"The mail sandbox does not answer on its {service} port; see "
                        f"{self.home}/dovecot.log and smtpd.log beside it."
                    )
                time.sleep(0.05)

    # Mailboxes

    def add_mailbox(self, address: str, password: str) -> None:
        """Make a mailbox (at once usable), or give an existing one a new password."""
        write_mailbox(self.users, address, password)

    set_password = add_mailbox

    def remove_mailbox(self, address: str, wait: bool = True) -> None:
        """Refuse logins and mail for the address and delete its mail.

        Without ``wait`` Dovecot may still take the old login for a second.
        """
        write_mailbox(self.users, address, None, wait)
        local, _, domain = address.lower().partition("@")
        shutil.rmtree(self.home / "mail" / domain / local, ignore_errors=True)

    def mailboxes(self) -> dict[str, str]:
        """``{address: password}``."""
        return {name: password_of(self.users, name) or "" for name in addresses(self.users)}

    def remove(self) -> None:
        """Stop, and forget all: mailboxes, mail, ports, certificates."""
        self.stop()
        self._settings = {}
        shutil.rmtree(self.home, ignore_errors=True)

    def doveadm(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        """Run ``doveadm`` on this instance: ``doveadm("mailbox", "list", "-u", address)``."""
        answer = subprocess.run(
            ["doveadm", "-c", str(self.config_file), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.home,
            **self.user.popen_options(),
        )
        if check and answer.returncode:
            raise DevError(f"doveadm {' '.join(arguments)}: {answer.stderr.strip()}")
        return answer


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _free_ports(count: int) -> list[int]:
    ports: list[int] = []
    for port in random.sample(PORT_RANGE, len(PORT_RANGE)):
        if _is_free(port):
            ports.append(port)
        if len(ports) == count:
            return ports
    raise DevError("No free ports on loopback between 20000 and 32000.")
