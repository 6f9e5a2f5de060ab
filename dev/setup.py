"""The steps that every command begins with: packages, Odoo, venv, PostgreSQL, configuration."""

from __future__ import annotations

from dev import interpreter, odoo_server, odoo_source, packages
from dev.console import Steps, note
from dev.paths import CACHE, ensure_cache, require_space, state_dir
from dev.postgres import Cluster
from dev.process import is_used, lock

STEPS = 4


def prepare(steps: Steps) -> tuple[Cluster, bool]:
    """Bring the machine to where Odoo can start. Does nothing twice; PostgreSQL then runs.

    Returns the cluster, and whether this call started it (who starts it ends it).
    """
    ensure_cache()
    with lock("setup", wait_note=lambda: note("waiting for another command's setup to end")):
        with steps.step("Debian packages") as word:
            word(packages.ensure())
        with steps.step("Odoo 19") as word:
            if not odoo_source.STAMP.exists():
                require_space(CACHE, 4)
            word(odoo_source.ensure())
        with steps.step("Python packages") as word:
            word(interpreter.ensure_venv(odoo_source.IMPORT_PATH))
        with steps.step("PostgreSQL") as word:
            state_dir()
            cluster = Cluster()
            started = not cluster.running()
            word(cluster.start())
            odoo_server.write_config(cluster)
    return cluster, started


def release(cluster: Cluster) -> None:
    """Stop PostgreSQL unless another command or a demo in the background uses it."""
    if not is_used("postgresql") and not (CACHE / "detached").exists():
        cluster.stop()
