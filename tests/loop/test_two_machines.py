"""Two Odoo servers share the mailboxes through OCA's queue_job; one of them dies.

Both run on this machine, with one database; a proxy deals the jobs out to them in turn, as the
balancer in front of several machines does.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import threading
from collections import Counter
from pathlib import Path

import pytest

from dev import odoo_server, testing
from dev.databases import Databases
from dev.interpreter import environment
from dev.odoo_process import OdooServer, choose_port
from dev.paths import CACHE, LOG, PYTHON, ROOT
from dev.postgres import Cluster
from dev.process import run_logged
from tests.loop.conftest import Erp, eventually
from tests.loop.test_killed_sync import _mail

DATABASE = "mail_center_test_machines"
ACCOUNTS, MAILS = 6, 120
# Without what they ask for: Odoo is here, and it is no package of the index.
PACKAGES = ("odoo-addon-queue-job==19.0.*", "openupgradelib")
ADDONS = CACHE / "queue-job"


class Balancer(threading.Thread):
    """Hands each connection to the next of ``ports`` that takes it."""

    def __init__(self, port: int):
        super().__init__(daemon=True)
        self.port, self.ports, self.turn = port, [], 0
        self.loop = asyncio.new_event_loop()

    def run(self):
        self.loop.run_until_complete(self._serve())

    async def _serve(self):
        server = await asyncio.start_server(self._talk, "127.0.0.1", self.port)
        async with server:
            await server.serve_forever()

    async def _talk(self, reader, writer):
        for _try in self.ports:
            self.turn += 1
            try:
                there = await asyncio.open_connection(
                    "127.0.0.1", self.ports[self.turn % len(self.ports)]
                )
                break
            except OSError:
                continue
        else:
            writer.close()
            return
        await asyncio.gather(
            self._copy(reader, there[1]), self._copy(there[0], writer), return_exceptions=True
        )

    async def _copy(self, reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()


def _settings(balancer: int) -> str:
    text = odoo_server.CONFIG.read_text()
    path = ADDONS / "odoo" / "addons"
    text = text.replace("addons_path = ", f"addons_path = {path},")
    text += "server_wide_modules = base,web,queue_job\n"
    return text + (
        "\n[queue_job]\nchannels = root:8,root.mail_center:4\nscheme = http\nhost = 127.0.0.1\n"
        f"port = {balancer}\n"
    )


def _install(config: Path) -> None:
    """queue_job into a folder of its own, and both addons into a copy of the tests' database."""
    if not (ADDONS / "odoo" / "addons" / "queue_job").is_dir():
        run_logged(
            [PYTHON, "-m", "pip", "install", "--no-deps", "--quiet", "--target", ADDONS]
            + list(PACKAGES),
            "queue-job",
        )
    Databases(Cluster()).copy(testing.DATABASE, DATABASE)
    words = odoo_server.command("server", "-d", DATABASE, "--stop-after-init", "--no-http",
                                "--max-cron-threads=0", "-i", "queue_job")  # fmt: skip
    words[words.index(str(odoo_server.CONFIG))] = str(config)
    run_logged(words, "machines-install", cwd=str(CACHE), env=_environment())


def _environment() -> dict:
    env = environment()
    return {**env, "PYTHONPATH": os.pathsep.join([str(ADDONS), env.get("PYTHONPATH", "")])}


class Machine:
    """One Odoo server with a job runner; the runners agree on which of them leads."""

    def __init__(self, number: int, config: Path):
        self.config = config
        self.server = OdooServer(f"odoo-machine{number}", DATABASE, choose_port(None, 18300))
        self.log = LOG / f"odoo-machine{number}.log"

    def start(self):
        words = odoo_server.command(
            "server", "-d", DATABASE, f"--db-filter=^{DATABASE}$", "--http-port",
            str(self.server.port), "--max-cron-threads=1", "--no-database-list",
        )  # fmt: skip
        words[words.index(str(odoo_server.CONFIG))] = str(self.config)
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(
                words, cwd=str(CACHE), env=_environment(), stdout=stream, stderr=stream
            )
        self.server._wait(self.process, 0)

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def machines(request):
    if not (ROOT / "mail_center_queue_job").is_dir():
        pytest.skip("without the addon")
    balancer = Balancer(choose_port(None, 18290))
    config = CACHE / "odoo-machines.conf"
    config.touch(mode=0o600)
    ADDONS.mkdir(exist_ok=True)
    config.write_text(_settings(balancer.port))
    _install(config)
    started = []
    try:
        for number in (1, 2):
            machine = Machine(number, config)
            machine.start()
            started.append(machine)
            balancer.ports.append(machine.server.port)
        balancer.start()
        yield started
    finally:
        for machine in started:
            machine.kill()
        Databases(Cluster()).drop(DATABASE)
        config.unlink(missing_ok=True)


def test_a_machine_dies_and_the_other_one_does_its_work(machines, sandbox):
    first, second = machines
    admin = Erp(first.server)
    boxes = []
    for number in range(ACCOUNTS):
        address = f"machine{number}@loop.example"
        sandbox.add_mailbox(address, "x")
        sandbox.append(address, ((_mail(n), [], None) for n in range(MAILS)))
        boxes.append(admin.create(
            "mail.center.account", name=address, email=address, user_id=admin.uid,
            imap_host="localhost", imap_port=sandbox.ports["imap"], imap_security="none",
            imap_login=address, imap_password="x", smtp_host="localhost",
            smtp_port=sandbox.ports["smtp"], smtp_security="none", smtp_login=address,
            use_for_integration=True,
        ))  # fmt: skip
    # A job stops after each portion, as one does whose minute is over.
    seconds = admin.create(
        "ir.config_parameter", key="mail_center_queue_job.seconds", value="0"
    )
    for box in boxes:
        admin.call("mail.center.account", "action_sync_now", [box])
    other = Erp(second.server)

    def stored():
        return other.call("mail.center.message", "search_count", [("account_id", "in", boxes)])

    eventually(lambda: stored() >= MAILS // 2, "the machines to get going", timeout=300)
    first.kill()
    eventually(lambda: stored() >= ACCOUNTS * MAILS, "the rest of the mail", timeout=400)
    rows = other.call("mail.center.message", "search_read", [("account_id", "in", boxes)],
                      fields=["account_id", "message_id"])  # fmt: skip
    here = Counter((row["account_id"][0], row["message_id"]) for row in rows)
    assert len(here) == ACCOUNTS * MAILS
    assert max(here.values()) == 1
    jobs = other.call(
        "queue.job", "search_read", [("identity_key", "=like", "mail_center:receive:%")],
        fields=["identity_key", "channel", "eta"],
    )
    assert any(job["eta"] for job in jobs), "no job went back into the queue"
    assert {job["channel"] for job in jobs} == {"root.mail_center.receive.localhost"}
    assert len({job["identity_key"] for job in jobs}) == ACCOUNTS

    other.call("ir.config_parameter", "unlink", [seconds])
    other.call(
        "mail.center.account", "integration_send", [boxes[0]], "machine1@loop.example", "By a job",
        "<p>Hello.</p>",
    )
    sandbox.wait_messages("machine1@loop.example", MAILS + 1, timeout=300)
    channels = [
        job["channel"] for job in other.call(
            "queue.job", "search_read", [("identity_key", "=like", "mail_center:send:%")],
            fields=["channel"],
        )
    ]
    assert set(channels) == {"root.mail_center.send.localhost"}
