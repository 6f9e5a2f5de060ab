"""``python3 -m dev wheels``: a wheel of every addon, as OCA builds them (whool).

With ``--check`` they are installed with pip into an environment that has Odoo and nothing of ours,
the addons from there into a database, and the whole loop in a browser runs on that. The sources do
not take part: they are not on that Odoo's addons path.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from dev import addons, interpreter, odoo_server, odoo_source, setup, testing
from dev.console import DevError, Steps, say
from dev.databases import Databases, install, log_complaints
from dev.odoo_process import ENVIRONMENT as SERVER_ENVIRONMENT
from dev.odoo_process import OdooServer, choose_port
from dev.paths import CACHE, PYTHON, ROOT, ensure_cache
from dev.process import in_use, interruptible, lock, run_logged
from dev.sandbox import ENVIRONMENT, Sandbox

WHEELS = CACHE / "wheels"
CLEAN = CACHE / "wheels-venv"
DATABASE = "mail_center_test_wheels"
SERVER = "odoo-wheels"
LOOP_TEST = "tests/loop/test_whole_loop.py"


def run(*, check: bool) -> int:
    ensure_cache()
    interruptible()
    try:
        with lock("test"):  # the template of the databases and the mail servers are the tests'
            return _run(check)
    except BlockingIOError:
        raise DevError("'make test' is running on this clone. Wait for it, or end it.") from None


def _run(check: bool) -> int:
    cluster, started = None, False
    try:
        with in_use("postgresql"):
            steps = Steps(setup.STEPS + (5 if check else 1))
            cluster, started = setup.prepare(steps)
            manifests = addons.ours()
            names = addons.installable(manifests)
            with steps.step("Wheels") as word:
                word(f"{len(build(list(manifests)))} in {WHEELS.relative_to(ROOT)}")
            return _check(cluster, steps, manifests, names) if check else 0
    finally:
        if started:
            setup.release(cluster)


def build(names: list[str]) -> list[Path]:
    """Wheels of these addons, of what git knows of them, in WHEELS; nothing else stays there."""
    shutil.rmtree(WHEELS, ignore_errors=True)
    run_logged(
        [PYTHON, "-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps",
         "--no-build-isolation", "--wheel-dir", WHEELS, *(ROOT / name for name in names)],
        "wheels",
        append=False,
        hint="The wheels could not be built.",
        # A release has the version of its manifest, whatever was committed since the last one.
        env={**interpreter.environment(), "WHOOL_POST_VERSION_STRATEGY_OVERRIDE": "none"},
    )  # fmt: skip
    found = sorted(WHEELS.glob("*.whl"))
    missing = set(names) - {path.name.partition("-")[0].removeprefix("odoo_addon_")
                            for path in found}  # fmt: skip
    if missing:
        raise DevError(f"No wheel was made of {', '.join(sorted(missing))}.")
    return found


def clean_environment(names: list[str]) -> Path:
    """A venv with Odoo, what Odoo needs, and the wheels with what they need; its Python."""
    shutil.rmtree(CLEAN, ignore_errors=True)
    program, _version = interpreter.find()
    run_logged([program, "-m", "venv", CLEAN], "wheels-venv", append=False)
    python = CLEAN / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check"]
    run_logged(
        [*pip, "-r", ROOT / "dev" / "requirements-odoo.txt"], "wheels-venv", cwd=CACHE
    )
    site = next((CLEAN / "lib").glob("python3.*/site-packages"))
    (site / "odoo.pth").write_text(f"{odoo_source.IMPORT_PATH}\n")
    run_logged(
        [*pip, "--find-links", WHEELS, *(f"odoo-addon-{name}" for name in names)],
        "wheels-venv",
        hint="pip could not install the wheels.",
        cwd=CACHE,
    )
    return python


def _check(cluster, steps: Steps, manifests: dict, names: list[str]) -> int:
    databases = Databases(cluster)
    apps = sorted({"crm"} | addons.foreign_dependencies(manifests, names) - {"base"})
    sandbox = Sandbox.at("test")
    server = OdooServer(SERVER, DATABASE, choose_port(None, 18169))
    try:
        with steps.step("pip install into a clean Odoo environment"):
            python = clean_environment(names)
        with steps.step("Odoo's apps for the tests") as word:
            word(databases.template(testing.TEMPLATE, apps, demo=False))
        with odoo_server.instead(python, str(odoo_source.ADDONS)):
            with steps.step("Install the addons from the wheels"):
                databases.copy(testing.TEMPLATE, DATABASE)
                _require_clean(install(DATABASE, "wheels-install", names))
            with steps.step("Mail servers and Odoo"):
                sandbox.remove()
                sandbox.start()
                server.start()
        env = {
            **interpreter.environment(),
            ENVIRONMENT: str(sandbox.json_file),
            SERVER_ENVIRONMENT: str(server.json_file),
        }
        say("The whole loop in a browser, on the addons from the wheels")
        return subprocess.call([str(PYTHON), "-m", "pytest", LOOP_TEST], cwd=ROOT, env=env)
    finally:
        server.stop()
        sandbox.stop()
        databases.drop(DATABASE)
        if not os.environ.get("MAIL_CENTER_KEEP"):
            shutil.rmtree(CLEAN, ignore_errors=True)


def _require_clean(log: Path) -> None:
    """pip also brings what Odoo's own metadata asks for: old packages, which warn."""
    complaints = [line for line in log_complaints(log) if " py.warnings: " not in line]
    if complaints:
        raise DevError("Installing the addons complained:\n" + "\n".join(complaints[:30]))
