"""What the rows play on: databases, a Dovecot, processes with Odoo in them, their costs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from benchmarks.corpus import Corpus
from benchmarks.costs import Peak, cpu_seconds, memory_megabytes
from dev.console import DevError, Steps
from dev.databases import Databases, install
from dev.interpreter import environment
from dev.odoo_server import CONFIG
from dev.paths import CACHE, LOG, PYTHON, ROOT, private_dir
from dev.sandbox import Sandbox

TEMPLATE = "mail_center_bench_template"
PASSWORD = "x"
PREFIX = "mail_center_bench_"


class Odoo:
    """An Odoo process on one database that does what :mod:`benchmarks.inside` offers.

    ``odoo.call("sync", account=1)`` → the result, with ``seconds`` and ``cpu`` of the call added
    by the process itself.
    """

    def __init__(self, database: str):
        self.database = database
        self.log = (LOG / f"{database}.log").open("ab")
        self.process = subprocess.Popen(
            [str(PYTHON), "-m", "benchmarks.inside", str(CONFIG), database],
            cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.log,
        )  # fmt: skip
        self._answer()

    @property
    def pid(self) -> int:
        return self.process.pid

    def send(self, name: str, **arguments) -> None:
        self.process.stdin.write(json.dumps([name, arguments]).encode() + b"\n")
        self.process.stdin.flush()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise DevError(f"Odoo's process ended; see {self.log.name}.")
        answer = json.loads(line)
        if "error" in answer:
            raise DevError(f"In Odoo: {answer['error']}\n  see {self.log.name}")
        return answer["result"]

    receive = _answer

    def call(self, name: str, **arguments):
        self.send(name, **arguments)
        return self._answer()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()


@dataclass
class Stage:
    """What all rows share. ``size`` scales every number of mails, ``runs`` is how often each peer
    runs, in turns with the others."""

    databases: Databases
    sandbox: Sandbox
    size: float = 1.0
    runs: int = 5
    long: bool = False
    boxes: dict[str, int] = field(default_factory=dict)

    def count(self, full: int, least: int = 20) -> int:
        return max(int(full * self.size), min(least, full))

    # ---- databases -----------------------------------------------------------------------

    @contextlib.contextmanager
    def database(self, name: str) -> Iterator[str]:
        """A fresh database with the addons, dropped at the end."""
        name = PREFIX + name
        self.databases.copy(TEMPLATE, name)
        try:
            yield name
        finally:
            self.databases.drop(name)

    @contextlib.contextmanager
    def odoo(self, name: str) -> Iterator[Odoo]:
        """An Odoo process on a fresh database."""
        with self.database(name) as database, Odoo(database) as odoo:
            yield odoo

    # ---- mailboxes -----------------------------------------------------------------------

    def mailbox(
        self, name: str, count: int, *, scale: float = 1.0, large: bool = True,
        folders: Iterable[str] = ("INBOX",),
    ) -> str:
        """A mailbox with ``count`` mails in each of ``folders``; its address. Made once."""
        address = f"{name}-{count}@mc.example"
        if address in self.boxes:
            return address
        self.sandbox.add_mailbox(address, PASSWORD)
        corpus = Corpus(address, seed=len(self.boxes) + 1, scale=scale, large=large)
        self.fill(address, corpus, dict.fromkeys(folders, count))
        self.boxes[address] = count
        return address

    def fill(
        self, address: str, corpus: Corpus, folders: dict[str, int], late: bool = False
    ) -> None:
        """Put mails into a mailbox by way of a Maildir, which is the fastest; ``late``: today."""
        user = self.sandbox.user
        maildir = private_dir(self.sandbox.home / "maildir", user)
        try:
            for folder, count in folders.items():
                place = maildir if folder == "INBOX" else maildir / f".{folder}"
                for part in ("cur", "new", "tmp"):
                    (place / part).mkdir(parents=True, exist_ok=True)
                for number, raw in enumerate(corpus.mails(count)):
                    # The name says when it arrived, and that it was seen.
                    stamp = int(time.time()) if late else 1_546_329_600 + number * 611
                    path = place / "cur" / f"{stamp}.M{number}.bench:2,{'S' if number % 20 else ''}"
                    path.write_bytes(raw)
                    os.utime(path, (stamp, stamp))
            user.own_tree(maildir)
            self.sandbox.doveadm("import", "-s", "-u", address, f"maildir:{maildir}", "", "ALL")
        finally:
            shutil.rmtree(maildir, ignore_errors=True)


@contextlib.contextmanager
def stage(size: float, runs: int, long: bool) -> Iterator[Stage]:
    """Everything started, and ended again."""
    from dev import addons, packages, setup, testing
    from dev.paths import ensure_cache
    from dev.process import in_use, interruptible, lock

    ensure_cache()
    interruptible()
    with lock("bench"), in_use("postgresql"):
        steps = Steps(setup.STEPS + 4)
        cluster, started = setup.prepare(steps)
        with steps.step("mbsync, to compare with") as word:
            missing = packages.missing({"isync": "/usr/bin/mbsync"})
            if missing:
                packages.install(missing)
            word("installed" if missing else "already there")
        databases = Databases(cluster)
        manifests = addons.ours()
        names = addons.installable(manifests)
        apps = sorted({"crm"} | addons.foreign_dependencies(manifests, names) - {"base"})
        with steps.step("Odoo's apps for the tests") as word:
            word(databases.template(testing.TEMPLATE, apps, demo=False))
        with steps.step("Install the addons") as word:
            print_of = addons.fingerprints(names)
            if databases.comment(TEMPLATE).get("addons") == print_of:
                word("already there")
            else:
                databases.copy(testing.TEMPLATE, TEMPLATE)
                install(TEMPLATE, "bench-install", names)
                databases.set_comment(TEMPLATE, {"addons": print_of})
        sandbox = Sandbox(Sandbox.at("run").home.parent / "bench")
        with steps.step("Mail servers of the benchmarks") as word:
            sandbox.remove()
            word(sandbox.start())
        try:
            yield Stage(databases, sandbox, size, runs, long)
        finally:
            sandbox.remove()
            if started:
                setup.release(cluster)


def timed(work) -> tuple[float, object]:
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


__all__ = ["CACHE", "PASSWORD", "Odoo", "Peak", "Stage", "cpu_seconds", "memory_megabytes",
           "stage", "timed"]
