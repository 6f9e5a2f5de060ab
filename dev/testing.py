"""``make test``: lint, pure tests, the addons' tests in Odoo, and the whole loop in a browser.

Every step runs even if an earlier one failed; the exit code tells of any. The last lines are those
of the last pytest.
"""

from __future__ import annotations

import os
import subprocess

from dev import addons, lint, setup, upgrade
from dev.cli import PARTS
from dev.console import DevError, Steps, print_error, say
from dev.databases import Databases, install, require_clean
from dev.interpreter import environment
from dev.odoo_process import ENVIRONMENT as SERVER_ENVIRONMENT
from dev.odoo_process import OdooServer, choose_port
from dev.odoo_server import CONFIG
from dev.paths import LOG, PYTHON, ROOT, ensure_cache
from dev.postgres import Cluster
from dev.process import in_use, interruptible, lock
from dev.sandbox import ENVIRONMENT, Sandbox
from dev.workers import joined

TEMPLATE = "mail_center_template_test"
DATABASE = "mail_center_test"
LOOP_DATABASE = "mail_center_test_loop"
SERVER = "odoo-loop"
PURE_FOLDERS = ("tests/core", "tests/dev")
LOOP_FOLDER = "tests/loop"
ADDOPTS_IN_ODOO = "addopts=--import-mode=prepend --strict-markers -p dev.pytest_counts"
UPGRADE_FOLDER = "tests/upgrade"
UPGRADE_NAME = "update from the last release"
NOTHING_COLLECTED = 5
BEHIND_LOG = LOG / "pure-tests.log"


def test(parts: list[str], arguments: list[str]) -> int:
    """Run the ``parts`` (all of PARTS if empty), with more ``arguments`` for each pytest."""
    ensure_cache()
    interruptible()
    try:
        with lock("test"):
            tests = TestRun(parts or list(PARTS), arguments)
            try:
                with in_use("postgresql"):
                    return tests.run()
            finally:
                if tests.started_cluster is not None:
                    setup.release(tests.started_cluster)
    except BlockingIOError:
        raise DevError(
            "Another 'make test' is running on this clone. Wait for it, or end it."
        ) from None


class TestRun:
    """One run of the tests, with the servers it started."""

    def __init__(self, parts: list[str], arguments: list[str]):
        self.parts = parts
        self.arguments = arguments
        self.failed: list[str] = []
        self.manifests = addons.ours()
        self._choose(list(self.manifests))
        self.has_loop = (ROOT / LOOP_FOLDER).is_dir()
        self.sandboxes: list[Sandbox] = []
        self.servers: list[OdooServer] = []
        self.started_cluster: Cluster | None = None
        self.behind: tuple[str, subprocess.Popen] | None = None

    def run(self) -> int:
        databases = self._wants_odoo() or self._wants_loop() or "upgrade" in self.parts
        mail = databases or "pure" in self.parts
        more = (1 if mail else 0) + (2 if databases else 0)
        steps = Steps(setup.STEPS + more + len(self.parts))
        cluster, started = setup.prepare(steps)
        self.started_cluster = cluster if started else None
        # Only now Odoo's own addons are here, which ours need.
        self._choose(addons.installable(self.manifests))
        try:
            if mail:
                self._start_mail(steps)
            ready = self._prepare_databases(steps, Databases(cluster)) if databases else True
            for part in PARTS:
                if part in self.parts:
                    self._part(steps, part, ready)
            return 1 if self.failed else 0
        finally:
            if self.behind is not None:
                self.behind[1].terminate()
                self.behind[1].wait()
            for server in self.servers:
                server.stop()
            for sandbox in self.sandboxes:
                sandbox.stop()

    def _choose(self, names: list[str]) -> None:
        """Take these of our addons for the tests."""
        self.names = names
        self.in_odoo = [name for name in names if (ROOT / name / "tests").is_dir()]

    def _wants_odoo(self) -> bool:
        return "odoo" in self.parts and bool(self.in_odoo)

    def _wants_loop(self) -> bool:
        return "loop" in self.parts and self.has_loop

    def _start_mail(self, steps: Steps) -> None:
        """Mail servers of the tests' own, empty at first."""
        with steps.step("Mail servers for the tests") as word:
            word(self._sandbox("test"))

    def _sandbox(self, name: str) -> str:
        self.sandboxes.append(Sandbox.at(name))
        self.sandboxes[-1].remove()
        return self.sandboxes[-1].start()

    def _prepare_databases(self, steps: Steps, databases: Databases) -> bool:
        """Databases with the addons; False if there is nothing to test in."""
        apps = sorted({"crm"} | addons.foreign_dependencies(self.manifests, self.names) - {"base"})
        with steps.step("Odoo's apps for the tests") as word:
            word(databases.template(TEMPLATE, apps, demo=False))
        try:
            with steps.step(f"Install {', '.join(self.names)}"):
                databases.copy(TEMPLATE, DATABASE)
                log = install(DATABASE, "test-install", self.names)
                databases.copy(DATABASE, LOOP_DATABASE)
                require_clean(log)
        except DevError as error:
            self._fail("installation of the addons", str(error))
            return databases.exists(LOOP_DATABASE)
        return True

    def _part(self, steps: Steps, part: str, ready: bool) -> None:
        steps.number += 1
        title = f"[{steps.number}/{steps.total}] "
        if part == "lint":
            say(f"{title}Lint (ruff, pylint-odoo)")
            if lint.lint():
                self._fail("lint")
        elif part == "pure":
            folders = [name for name in PURE_FOLDERS if (ROOT / name).is_dir()]
            say(f"{title}Pure tests: {' '.join(folders) or 'there are none'}")
            if folders:
                # Elsewhere Hypothesis looks for new cases; a change is not judged by luck.
                fixed = ["--hypothesis-seed=0"] if os.environ.get("CI") else []
                # They need no database: on the second core, while Odoo's tests have the first.
                behind = ready and self._wants_odoo()
                self._pytest("pure tests", [*folders, *fixed], behind=behind)
        elif part == "upgrade" and ready:
            say(f"{title}Update from the last release: {' '.join(upgrade.released())}")
            self._upgrade()
        elif not ready:
            self._fail(f"{part} tests", "not run: there is no database with the addons")
        elif part == "odoo":
            say(f"{title}Tests in Odoo: {' '.join(self.in_odoo) or 'there are none'}")
            if self.in_odoo:
                folders = [f"{name}/tests" for name in self.in_odoo]
                self._pytest("tests in Odoo", self._odoo_arguments(DATABASE, folders))
            self._end_behind()
        else:
            folder = LOOP_FOLDER if self.has_loop else "there is none"
            say(f"{title}Whole loop in a browser: {folder}")
            if self.has_loop:
                self._loop()

    def _upgrade(self) -> None:
        databases = Databases(Cluster())
        try:
            upgrade.update(databases, TEMPLATE)
            self._pytest(
                UPGRADE_NAME,
                [
                    *self._odoo_arguments(upgrade.DATABASE, [UPGRADE_FOLDER]),
                    f"--odoo-addons-path={upgrade.PATH}",
                ],
                {upgrade.FRESH: DATABASE},
            )
        except DevError as error:
            self._fail(UPGRADE_NAME, str(error))
        finally:
            databases.drop(upgrade.DATABASE)

    def _odoo_arguments(self, database: str, folders: list[str]) -> list[str]:
        # pytest-odoo names the tests odoo.addons.… only in the prepend mode; with the addon's
        # folder on the path its packages would hide others of the same name.
        return [
            *("-o", ADDOPTS_IN_ODOO, "-o", "pythonpath=."),
            *(f"--odoo-database={database}", f"--odoo-config={CONFIG}", "--odoo-http"),
            *folders,
        ]

    def _loop(self) -> None:
        """Each worker of pytest-xdist has servers and a database of its own; files stay whole.

        A selection of tests runs in one process: one database is enough, and it tells at once.
        """
        count = 1 if self.arguments or (os.cpu_count() or 1) < 2 else 2
        databases = [LOOP_DATABASE]
        for number in range(1, count):
            databases.append(f"{LOOP_DATABASE}_{number}")
            Databases(Cluster()).copy(LOOP_DATABASE, databases[-1])
        try:
            for number in range(1, count):
                self._sandbox(f"test-{number}")
            for number, database in enumerate(databases):
                name = f"{SERVER}-{number}"
                self.servers.append(OdooServer(name, database, choose_port(None, 18069)))
                self.servers[-1].start()
        except DevError as error:
            self._fail("whole loop", str(error))
            return
        names = {
            SERVER_ENVIRONMENT: joined(server.json_file for server in self.servers),
            ENVIRONMENT: joined(sandbox.json_file for sandbox in self.sandboxes),
        }
        workers = ["-n", str(count), "--dist", "loadfile"] if count > 1 else []
        self._pytest("whole loop", [LOOP_FOLDER, *workers], names)

    def _pytest(
        self, name: str, words: list[str], more: dict[str, str] | None = None, behind: bool = False
    ) -> None:
        env = environment()
        if self.sandboxes:
            env[ENVIRONMENT] = str(self.sandboxes[0].json_file)
        env |= more or {}
        is_last = name == self._last_pytest()
        if is_last and self.failed:
            print_error(f"failed before this last step: {', '.join(self.failed)} (see above)")
        command = [str(PYTHON), "-m", "pytest", *words, *self.arguments]
        if behind:
            say("  beside the tests in Odoo; what they print follows those")
            with BEHIND_LOG.open("wb") as log:
                process = subprocess.Popen(
                    command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT
                )
            self.behind = name, process
        else:
            self._note(name, subprocess.call(command, cwd=ROOT, env=env))

    def _end_behind(self) -> None:
        """Wait for the pytest that runs beside the others, and print what it had to say."""
        if self.behind is None:
            return
        name, process = self.behind
        code = process.wait()
        self.behind = None
        say(BEHIND_LOG.read_text(errors="replace").rstrip())
        self._note(name, code)

    def _note(self, name: str, code: int) -> None:
        if code == NOTHING_COLLECTED and self.arguments:
            code = 0  # a selection by -k may be empty in one of the steps
        if code:
            self.failed.append(name)

    def _last_pytest(self) -> str:
        if self._wants_loop():
            return "whole loop"
        if "upgrade" in self.parts:
            return UPGRADE_NAME
        return "tests in Odoo" if self._wants_odoo() else "pure tests"

    def _fail(self, name: str, text: str = "") -> None:
        self.failed.append(name)
        print_error(f"{name} failed{f': {text}' if text else ''}")
