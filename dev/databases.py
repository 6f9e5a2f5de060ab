"""Odoo databases with their filestores: templates made once, copies made of them.

What is built appears under its name only when it is complete; until then it is called
``NAME_building``. What it was built from is kept as the database's comment.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

from dev import odoo_server, odoo_source
from dev.console import DevError
from dev.paths import DATA, LOG
from dev.postgres import ROLE, Cluster
from dev.process import run_logged

FILESTORES = DATA / "filestore"
# Odoo's paid services (lead enrichment and the like) are asked by its scheduled jobs. A demo and a
# test reach nothing outside this machine: these answer at once that nobody is there.
NOBODY = "http://127.0.0.1:9"
STAY_HOME = "INSERT INTO ir_config_parameter (key, value) VALUES " + ", ".join(
    f"('{key}', '{NOBODY}')"
    for key in (
        "enrich.endpoint",
        "iap.endpoint",
        "iap.partner_autocomplete.endpoint",
        "reveal.endpoint",
        "sms.endpoint",
        "snailmail.endpoint",
    )
) + " ON CONFLICT (key) DO UPDATE SET value = excluded.value"


class Databases:
    """Whole databases of the private cluster."""

    def __init__(self, cluster: Cluster):
        self.cluster = cluster

    def exists(self, name: str) -> bool:
        return bool(self.cluster.query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))

    def comment(self, name: str) -> dict:
        """What was noted about a database; empty if nothing was or there is none."""
        rows = self.cluster.query(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            f"WHERE datname = '{name}'"
        )
        try:
            return json.loads(rows[0][0]) if rows else {}
        except ValueError:
            return {}

    def set_comment(self, name: str, value: dict) -> None:
        text = json.dumps(value, sort_keys=True).replace("'", "''")
        self.cluster.query(f"COMMENT ON DATABASE \"{name}\" IS '{text}'")

    def drop(self, name: str) -> None:
        self.cluster.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(FILESTORES / name, ignore_errors=True)

    def copy(self, source: str, target: str) -> None:
        """Copy a database and its filestore. Nobody may be connected to ``source``."""
        self.drop(target)
        self.cluster.query(f'CREATE DATABASE "{target}" TEMPLATE "{source}" OWNER {ROLE}')
        if (FILESTORES / source).exists():
            # Odoo never writes into a stored file again, so both can share one by hard link.
            shutil.copytree(FILESTORES / source, FILESTORES / target, copy_function=os.link)

    def rename(self, source: str, target: str) -> None:
        self.drop(target)
        if (FILESTORES / source).exists():
            (FILESTORES / source).rename(FILESTORES / target)
        self.cluster.query(f'ALTER DATABASE "{source}" RENAME TO "{target}"')

    def template(self, name: str, apps: list[str], *, demo: bool) -> str:
        """Make a database with Odoo's own ``apps`` in it, unless it is there; a progress word."""
        fingerprint = template_fingerprint(apps, demo)
        if self.exists(name) and self.comment(name).get("template") == fingerprint:
            return "already there"
        building = f"{name}_building"
        self.drop(building)
        install(building, name, apps, "--with-demo" if demo else "--without-demo")
        self.cluster.query(STAY_HOME, building, ROLE)
        self.set_comment(building, {"template": fingerprint})
        self.rename(building, name)
        return f"made with {len(apps)} apps"


def template_fingerprint(apps: list[str], demo: bool) -> str:
    parts = json.dumps([odoo_source.version(), sorted(apps), demo, STAY_HOME])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def install(database: str, log: str, addons: list[str], *options: str, update=()) -> Path:
    """Install ``addons`` (and update those of ``update``); the log's path. DevError if it fails."""
    path = LOG / f"{log}.log"
    words = ["-d", database, "--stop-after-init", "--no-http", "--max-cron-threads=0", *options]
    if addons:
        words += ["-i", ",".join(addons)]
    if update:
        words += ["-u", ",".join(update)]
    run_logged(
        odoo_server.command("server", *words),
        log,
        append=False,
        hint=f"Odoo could not install or update {', '.join([*addons, *update])}.",
        **odoo_server.options(),
    )
    return path


def log_complaints(log: Path) -> list[str]:
    """The lines of an Odoo log with level WARNING or above, each with its traceback's last line."""
    complaints: list[str] = []
    complaining = False
    for line in log.read_text(errors="replace").splitlines():
        words = line.split(None, 4)
        is_entry = len(words) == 5 and words[2].isdigit() and words[3].isupper()
        if is_entry:
            complaining = words[3] in ("WARNING", "ERROR", "CRITICAL")
            if complaining:
                complaints.append(line)
        elif complaining and line.strip() and not line.startswith(" "):
            complaints.append(line)
    return complaints


def require_clean(log: Path) -> None:
    """DevError with the lines if an install log has a warning or an error."""
    complaints = log_complaints(log)
    if complaints:
        raise DevError(
            f"Installing the addons logged {len(complaints)} warnings or errors ({log}):\n"
            + "\n".join(f"    {line}" for line in complaints[:30])
        )
