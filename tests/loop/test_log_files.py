"""A log of 100,000 lines leaves one database and is opened in another, in little memory."""

import json
import re
import urllib.parse
import urllib.request
import uuid
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from dev.databases import Databases
from dev.odoo_process import OdooServer, choose_port
from dev.postgres import ROLE, Cluster
from tests.loop.conftest import Erp

LINES = 100_000
MEMORY_MAX = 100 * 1024 * 1024
SUPPORT = "mail_center_test_support"


@pytest.fixture
def support():
    """A second database with a server of its own: where a customer's log is looked at."""
    databases = Databases(Cluster())
    databases.copy("mail_center_test", SUPPORT)
    server = OdooServer("odoo-support", SUPPORT, choose_port(None, 18169))
    server.start("--max-cron-threads=0")
    yield server
    server.stop()
    databases.drop(SUPPORT)


class Memory:
    """The most memory that a process had since this began, over what it had then (Linux)."""

    def __init__(self, server: OdooServer):
        self.home = Path(f"/proc/{server.pid_file.pid()}")
        (self.home / "clear_refs").write_text("5")
        self.before = self._read("VmRSS")

    def _read(self, name: str) -> int:
        text = (self.home / "status").read_text()
        return int(re.search(rf"{name}:\s+(\d+) kB", text)[1]) * 1024

    @property
    def added(self) -> int:
        return self._read("VmHWM") - self.before


class Browser:
    """A session of the administrator, as little of a browser as a file needs."""

    def __init__(self, server: OdooServer):
        self.url = server.url
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )
        page = self.opener.open(f"{self.url}/web/login").read().decode()
        self.post("/web/login", csrf_token=self._token(page), login="admin", password="admin")
        self.token = self._token(self.opener.open(f"{self.url}/odoo").read().decode())

    @staticmethod
    def _token(page: str) -> str:
        return re.search(r"csrf_token\"?: \"(\w+)\"", page)[1]

    def post(self, path: str, **values):
        data = urllib.parse.urlencode(values).encode()
        return self.opener.open(f"{self.url}{path}", data, timeout=600)

    def upload(self, path: str, file: Path) -> dict:
        limit = uuid.uuid4().hex
        head = (
            f'--{limit}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
            f'{self.token}\r\n--{limit}\r\nContent-Disposition: form-data; name="ufile"; '
            f'filename="{file.name}"\r\nContent-Type: application/x-ndjson\r\n\r\n'
        )
        request = urllib.request.Request(
            f"{self.url}{path}",
            head.encode() + file.read_bytes() + f"\r\n--{limit}--\r\n".encode(),
            {"Content-Type": f"multipart/form-data; boundary={limit}"},
        )
        return json.load(self.opener.open(request, timeout=600))


def test_a_large_log_is_exported_and_imported_twice_with_the_same_count(server, support, tmp_path):
    Cluster().query(
        f"""
        INSERT INTO mail_center_log
               (date, event, kind, level, message, detail, repeats, duration, correlation)
        SELECT now() AT TIME ZONE 'utc' - n * interval '1 second', 'loop_many', 'other', 'info',
               'Line ' || n || ' of a long log, as long as such a sentence usually is.',
               'a' || n || ' OK ' || repeat('detail ', 10), 1, 0.5, 'run' || n / 10
          FROM generate_series(1, {LINES}) n
        """,
        server.database,
        ROLE,
    )
    browser, file = Browser(server), tmp_path / "customer.jsonl"
    memory = Memory(server)
    domain = json.dumps([["event", "=", "loop_many"], ["import_id", "=", False]])
    with browser.post("/mail_center/log/export", csrf_token=browser.token,
                      format_name="jsonl", domain=domain) as answer, file.open("wb") as out:
        while piece := answer.read(1024 * 1024):
            out.write(piece)
    exported = memory.added
    with file.open("rb") as written:
        assert sum(1 for _line in written) == LINES + 1, "the header and every line"

    desk = Browser(support)
    memory = Memory(support)
    first = desk.upload("/mail_center/log/import", file)
    imported = memory.added
    second = desk.upload("/mail_center/log/import", file)
    print(f"{file.stat().st_size / 1e6:.0f} MB; memory added: export {exported / 1e6:.0f} MB, "
          f"import {imported / 1e6:.0f} MB")
    assert (first["imported"], first["refused"]) == (LINES, 0)
    assert (second["imported"], second["known"]) == (0, LINES)
    count = Erp(support).call("mail.center.log", "search_count", [("event", "=", "loop_many")])
    assert count == LINES
    Cluster().query(
        "DELETE FROM mail_center_log WHERE event = 'loop_many'", server.database, ROLE
    )
    assert exported < MEMORY_MAX
    assert imported < MEMORY_MAX
