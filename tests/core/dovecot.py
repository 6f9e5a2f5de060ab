"""A real mail server for the tests: the sandbox's Dovecot, private to one test run."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from core.imap import Endpoint, Session
from dev.dovecot import PLAIN
from dev.sandbox import Sandbox

PASSWORD = 'zażółć "gęślą" \\jaźń'

class Dovecot(Sandbox):
    """A Dovecot of its own in a temporary folder, with ``extra`` configuration."""

    def __init__(self, extra: str = ""):
        super().__init__(Path(tempfile.mkdtemp(prefix="mail_center-dovecot-")), extra)
        self.home.chmod(0o755)
        self._numbers = itertools.count(1)

    def __enter__(self):
        self._prepare()
        self.start_dovecot()
        return self

    def start_dovecot(self) -> bool:
        try:
            return super().start_dovecot()
        except FileNotFoundError:
            # Dovecot goes to the background a moment before it writes its pid file.
            master = self.home / "run" / "master.pid"
            deadline = time.monotonic() + 10
            while not (master.exists() and master.read_text().strip()):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            self._dovecot_pid().write(int(master.read_text()))
            self._await("imap", "imaps")
            return True

    def __exit__(self, *_exc):
        self.stop_dovecot()
        shutil.rmtree(self.home, ignore_errors=True)

    def account(self, security: str = "tls", **changes) -> Endpoint:
        """A fresh mailbox, as the endpoint that opens it."""
        address = f"user{next(self._numbers)}@example.com"
        password = changes.pop("password", PASSWORD)
        self.add_mailbox(address, password)
        values = {
            "host": "localhost",
            "address": self.host,
            "port": self.ports["imaps" if security == "tls" else "imap"],
            "security": security,
            "login": address,
            "password": password,
            "ca_pem": Path(self.ca_file).read_text(),
            "timeout": 20.0,
        }
        return Endpoint(**{**values, **changes})


@pytest.fixture(scope="session")
def dovecot():
    with Dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def plain_dovecot():
    with Dovecot(PLAIN) as server:
        yield server


@pytest.fixture(params=["all extensions", "none"])
def any_dovecot(request):
    """Once a server with all extensions, once one without any."""
    name = "dovecot" if request.param == "all extensions" else "plain_dovecot"
    return request.getfixturevalue(name)


@pytest.fixture
def account(any_dovecot):
    """An empty mailbox."""
    return any_dovecot.account(password="secret")


@pytest.fixture
def session(account):
    """A session in an empty mailbox."""
    with Session.open(account) as opened:
        yield opened


def mail(number: int = 1, body: str = "hello") -> bytes:
    return (
        f"From: a@example.com\r\nTo: b@example.com\r\nSubject: Mail {number}\r\n"
        f"Message-ID: <{number}@example.com>\r\n\r\n{body}\r\n"
    ).encode()
