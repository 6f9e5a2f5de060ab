"""Two Odoo servers share the mailboxes through OCA's queue_job; one of them dies.

Each has a network namespace of its own, as two machines have; they share one database and the mail
servers. A proxy deals the jobs out to them in turn, as the balancer in front of several machines
does.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
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
from tests.loop import doors
from tests.loop.conftest import Erp, eventually
from tests.loop.large_mailbox import a_mail

DATABASE = "mail_center_test_machines"
ACCOUNTS, MAILS = 6, 450
BALANCER = 18290  # on each machine
# Without what they ask for: Odoo is here, and it is no package of the index.
PACKAGES = ("odoo-addon-queue-job==19.0.*", "openupgradelib")
ADDONS = CACHE / "queue-job"


class Balancer(threading.Thread):
    """Hands each connection to the next machine that takes it; the doors of the mail servers."""

    def __init__(self, folder: Path, mail_ports):
        super().__init__(daemon=True)
        self.folder, self.mail_ports = folder, mail_ports
        self.door = folder / "balancer"
        self.machines, self.turn = [], 0
        self.loop = asyncio.new_event_loop()

    def run(self):
        self.loop.run_until_complete(self._serve())

    async def _serve(self):
        for port in self.mail_ports:
            await doors.to_port(self.folder / str(port), port)
        for machine in self.machines:
            # The test itself talks to each of them, too.
            await doors.to_socket(machine.server.port, machine.door)
        server = await asyncio.start_unix_server(self._talk, self.door)
        async with server:
            await server.serve_forever()

    async def _talk(self, reader, writer):
        for _try in self.machines:
            self.turn += 1
            try:
                there = await asyncio.open_unix_connection(
                    self.machines[self.turn % len(self.machines)].door
                )
                break
            except OSError:
                continue
        else:
            writer.close()
            return
        await doors.pass_on(reader, writer, there)


def _settings() -> str:
    text = odoo_server.CONFIG.read_text()
    path = ADDONS / "odoo" / "addons"
    text = text.replace("addons_path = ", f"addons_path = {path},")
    text += "server_wide_modules = base,web,queue_job\n"
    return text + (
        "\n[queue_job]\nchannels = root:8,root.mail_center:4\nscheme = http\nhost = 127.0.0.1\n"
        f"port = {BALANCER}\n"
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
    """One Odoo server with a job runner, in a network of its own: it reaches the database, the
    mail servers and the balancer, and nobody reaches it but the balancer. The runners agree on
    which of them leads."""

    def __init__(self, number: int, config: Path, balancer: Balancer):
        self.config = config
        self.server = OdooServer(
            f"odoo-machine{number}", DATABASE, choose_port(None, 18300 + number)
        )
        self.log = LOG / f"odoo-machine{number}.log"
        self.door = balancer.folder / f"machine{number}"
        self.doors = {
            "in": {str(self.door): self.server.port},
            "out": {port: str(balancer.folder / str(port)) for port in balancer.mail_ports}
            | {BALANCER: str(balancer.door)},
        }

    def start(self):
        words = odoo_server.command(
            "server", "-d", DATABASE, f"--db-filter=^{DATABASE}$", "--http-port",
            str(self.server.port), "--max-cron-threads=1", "--no-database-list",
        )  # fmt: skip
        words[words.index(str(odoo_server.CONFIG))] = str(self.config)
        alone = ["unshare", "--net", PYTHON, "-m", "tests.loop.doors", json.dumps(self.doors)]
        env = _environment()
        env["PYTHONPATH"] += os.pathsep + str(ROOT)
        self.begin = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(
                alone + words, cwd=str(CACHE), env=env, stdout=stream, stderr=stream
            )

    def wait(self):
        eventually(
            lambda: self.server._answers("/web/login"), f"{self.server.name} ({self.log})",
            timeout=400,
        )

    def has_worked(self) -> bool:
        return b"/queue_job/runjob" in self.log.read_bytes()[self.begin :]

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def machines(request, sandbox):
    if not (ROOT / "mail_center_queue_job").is_dir():
        pytest.skip("without the addon")
    if subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True).returncode:
        pytest.skip("nobody may make a network namespace here")
    config = CACHE / "odoo-machines.conf"
    config.touch(mode=0o600)
    ADDONS.mkdir(exist_ok=True)
    config.write_text(_settings())
    _install(config)
    # The path of a socket may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="mc-doors-"))
    balancer = Balancer(folder, [sandbox.ports["imap"], sandbox.ports["smtp"]])
    balancer.machines = [Machine(number, config, balancer) for number in (1, 2)]
    try:
        for machine in balancer.machines:
            machine.start()
        balancer.start()
        for machine in balancer.machines:
            machine.wait()
        yield balancer.machines
    finally:
        for machine in balancer.machines:
            machine.kill()
        Databases(Cluster()).drop(DATABASE)
        config.unlink(missing_ok=True)
        shutil.rmtree(folder)


def test_a_machine_dies_and_the_other_one_does_its_work(machines, sandbox):
    first, second = machines
    admin = Erp(first.server)
    boxes = []
    for number in range(ACCOUNTS):
        address = f"machine{number}@loop.example"
        sandbox.add_mailbox(address, "x")
        sandbox.append(address, ((a_mail(n), [], None) for n in range(MAILS)))
        boxes.append(admin.create(
            "mail.center.account", name=address, email=address, user_id=admin.uid,
            imap_host="localhost", imap_port=sandbox.ports["imap"], imap_security="none",
            imap_login=address, imap_password="x", smtp_host="localhost",
            smtp_port=sandbox.ports["smtp"], smtp_security="none", smtp_login=address,
            use_for_integration=True,
        ))  # fmt: skip
    # A job stops after each portion, as one does whose minute is over.
    seconds = admin.create("ir.config_parameter", key="mail_center_queue_job.seconds", value="0")
    for box in boxes:
        admin.call("mail.center.account", "action_sync_now", [box])
    other = Erp(second.server)

    def stored():
        # Of the database: what asks a server comes too late.
        ids = ", ".join(map(str, boxes))
        ((count,),) = Cluster().query(
            f"SELECT count(*) FROM mail_center_message WHERE account_id IN ({ids})", DATABASE
        )
        return int(count)

    eventually(
        lambda: stored() >= MAILS // 2 and first.has_worked() and second.has_worked(),
        "both machines to get going", timeout=300, pause=0,
    )  # fmt: skip
    assert stored() < ACCOUNTS * MAILS, "nothing was left for the other machine"
    first.kill()
    eventually(lambda: stored() >= ACCOUNTS * MAILS, "the rest of the mail", timeout=400)
    rows = other.call("mail.center.message", "search_read", [("account_id", "in", boxes)],
                      fields=["account_id", "message_id"])  # fmt: skip
    here = Counter((row["account_id"][0], row["message_id"]) for row in rows)
    assert len(here) == ACCOUNTS * MAILS
    assert max(here.values()) == 1
    jobs = other.call(
        "queue.job",
        "search_read",
        [("identity_key", "=like", "mail_center:receive:%")],
        fields=["identity_key", "channel", "eta"],
    )
    assert any(job["eta"] for job in jobs), "no job went back into the queue"
    assert {job["channel"] for job in jobs} == {"root.mail_center.receive.localhost"}
    assert len({job["identity_key"] for job in jobs}) == ACCOUNTS

    other.call("ir.config_parameter", "unlink", [seconds])
    other.call(
        "mail.center.account",
        "integration_send",
        [boxes[0]],
        "machine1@loop.example",
        "By a job",
        "<p>Hello.</p>",
    )
    sandbox.wait_messages("machine1@loop.example", MAILS + 1, timeout=300)
    channels = [
        job["channel"]
        for job in other.call(
            "queue.job",
            "search_read",
            [("identity_key", "=like", "mail_center:send:%")],
            fields=["channel"],
        )
    ]
    assert set(channels) == {"root.mail_center.send.localhost"}
