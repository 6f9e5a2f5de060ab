"""Workers that drain the outgoing queue, as processes of their own, and die by ``kill -9``.

:class:`Workers` starts Odoo's shell once; that process makes the workers by fork, and a new one
for each that dies, so that a kill costs no start of Odoo.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
from pathlib import Path

from dev import odoo_server
from dev.paths import LOG

NURSERY = """
import os, sys, time, traceback
import odoo
from odoo.modules.registry import Registry

registry, database = env.registry, env.cr.dbname
env.cr.close()
odoo.sql_db.close_all()  # a worker must not talk over its parent's connections

def work(nursery):
    while os.getppid() == nursery:
        try:
            with registry.cursor() as cr:
                job = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
                job["mail.center.sender"]._cron_send()
        except Exception:
            traceback.print_exc()
        time.sleep(0.05)

alive, test = set(), os.getppid()
while os.getppid() == test:  # when the tests are gone, so are their workers
    while len(alive) < COUNT:
        nursery, pid = os.getpid(), os.fork()
        if not pid:
            work(nursery)
            os._exit(0)
        alive.add(pid)
    alive.discard(os.waitpid(-1, os.WNOHANG)[0])
    time.sleep(0.02)
"""


class Workers:
    """``count`` workers on ``database``; more than one work as several machines would."""

    def __init__(self, database: str, count: int = 1):
        command = odoo_server.command("shell", "-d", database, "--log-level=warn", "--no-http")
        self.log = LOG / "send-workers.log"
        self.kills = 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
                **odoo_server.options(),
            )
        self._process.stdin.write(NURSERY.replace("COUNT", str(count)).encode())
        self._process.stdin.close()

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def pids(self) -> list[int]:
        pid = self._process.pid
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def kill(self, choice=random.choice) -> None:
        """Kill one of the workers as a power cut would. It is gone when this returns."""
        pids = self.pids()
        if not pids:
            return
        pid = choice(pids)
        os.kill(pid, signal.SIGKILL)
        self.kills += 1
        while _runs(pid):
            pass


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
