"""The way from the last release to what is here, gone in every run of the tests.

``dev/released.txt`` names the last release and its commit. Its addons are installed as they were
then (kept as a database, since they never change), filled as people had filled them, and updated
with the addons that are here. Then nothing that people had may be missing, and the tables must be
those of a database in which the addons were installed afresh: what differs wants a script in
``migrations/``.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
import tarfile
from pathlib import Path

from dev import addons, odoo_server, odoo_source
from dev.console import DevError
from dev.databases import Databases, install, require_clean
from dev.paths import CACHE, PYTHON, ROOT
from dev.process import run_logged

RELEASED = ROOT / "dev" / "released.txt"
DATABASE = "mail_center_test_upgrade"
FRESH = "MAIL_CENTER_FRESH"  # the environment's name for the database to compare with
EXAMPLES, EXAMPLE = ROOT / "docs" / "developer" / "example", "mail_center_example"
PATH = f"{odoo_source.ADDONS},{ROOT},{EXAMPLES}"
FILL = ROOT / "dev" / "upgrade_fill.py"
COLUMNS = """
    SELECT table_name || '.' || column_name || ' ' || data_type
           || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
      FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name LIKE 'mail\\_center\\_%'
"""
INDEXES = """
    SELECT indexdef FROM pg_indexes
     WHERE schemaname = 'public' AND tablename LIKE 'mail\\_center\\_%'
"""
CONSTRAINTS = """
    SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
      FROM pg_constraint
     WHERE conrelid::regclass::text LIKE 'mail\\_center\\_%' AND contype IN ('c', 'f', 'u', 'p')
"""


def released() -> tuple[str, str]:
    """Version and commit of the last release."""
    lines = [line for line in RELEASED.read_text().splitlines() if not line.startswith("#")]
    version, commit = lines[-1].split()
    return version, commit


def old_sources() -> Path:
    """The folder with the addons of the last release, taken out of git."""
    version, commit = released()
    folder = CACHE / "released" / commit
    if folder.exists():
        return folder
    archive = subprocess.run(
        ["git", "archive", commit, "--", "."], cwd=ROOT, capture_output=True, check=False
    )
    if archive.returncode:
        raise DevError(
            f"The commit {commit} of the release {version} is not in this clone "
            f"({archive.stderr.decode().strip()}). Fetch the whole history: git fetch --unshallow"
        )
    building = folder.with_suffix(".building")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(building, members=[m for m in tar if m.name.startswith("mail_center")])
    building.rename(folder)
    return folder


def prepare(databases: Databases, template: str) -> str:
    """A database of the last release, with what people had in it; the name."""
    version, commit = released()
    name = f"mail_center_released_{version.replace('.', '_')}"
    made_from = {"release": commit, "from": databases.comment(template), "fill": FILL.read_text()}
    if databases.exists(name) and databases.comment(name) == made_from:
        return name
    sources = old_sources()
    building = f"{name}_building"
    databases.copy(template, building)
    names = addons.installable(addons.ours(sources))
    with odoo_server.instead(PYTHON, f"{odoo_source.ADDONS},{sources}"):
        install(building, "released-install", names)
        run_script(building, "released-fill")
    databases.set_comment(building, made_from)
    databases.rename(building, name)
    return name


def run_script(database: str, log: str) -> None:
    with FILL.open("rb") as stream:
        run_logged(
            odoo_server.command("shell", "-d", database, "--no-http", "--log-level=warn"),
            log,
            append=False,
            hint="The database of the last release could not be filled.",
            stdin=stream,
            **odoo_server.options(),
        )


def update(databases: Databases, template: str) -> None:
    """Make DATABASE: the last release, updated to what is here. DevError if it complains.

    The developer guide's example is installed into it, too: that costs no process of its own.
    """
    databases.copy(prepare(databases, template), DATABASE)
    names = [*addons.installable(addons.ours()), EXAMPLE]
    with odoo_server.instead(PYTHON, PATH):
        require_clean(install(DATABASE, "upgrade", names, update=["mail_center"]))


def tables(databases: Databases, name: str) -> set[str]:
    """Columns, indexes and constraints of our tables, a line each."""
    lines = set()
    for query in (COLUMNS, INDEXES, CONSTRAINTS):
        with contextlib.suppress(IndexError):
            lines |= {row[0] for row in databases.cluster.query(query, name)}
    return lines
