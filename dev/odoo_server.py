"""Odoo's configuration file and command lines."""

from __future__ import annotations

import contextlib
import secrets
import subprocess
from pathlib import Path

from dev import addons, odoo_source, postgres
from dev.interpreter import environment
from dev.paths import CACHE, DATA, PYTHON, ROOT

CONFIG = CACHE / "odoo.conf"

SETTINGS = """\
[options]
addons_path = {addons}
admin_passwd = {password}
data_dir = {data}
db_host = {socket}
db_user = {role}
http_interface = 127.0.0.1
list_db = False
publisher_warranty_url = http://127.0.0.1:9/
"""


def write_config(cluster: postgres.Cluster) -> Path:
    """Write ``.odoo/odoo.conf`` when it is missing or its folders have changed."""
    text = SETTINGS.format(
        addons=f"{odoo_source.ADDONS},{ROOT}" if addons.ours() else odoo_source.ADDONS,
        password="{password}",
        data=DATA,
        socket=cluster.socket_dir,
        role=postgres.ROLE,
    )
    if CONFIG.exists():
        lines = CONFIG.read_text().splitlines(keepends=True)
        same = "".join(
            "admin_passwd = {password}\n" if line.startswith("admin_passwd") else line
            for line in lines
        )
        if same == text:
            return CONFIG
    CONFIG.touch(mode=0o600)
    CONFIG.write_text(text.format(password=secrets.token_urlsafe(24)))
    return CONFIG


#: The Python that Odoo runs in, and the addons path that overrides the configuration's, if any.
_interpreter: list[str] = [str(PYTHON), ""]


@contextlib.contextmanager
def instead(python: Path, addons_path: str):
    """Odoo's commands run in another Python and with another addons path meanwhile."""
    before = list(_interpreter)
    _interpreter[:] = [str(python), addons_path]
    try:
        yield
    finally:
        _interpreter[:] = before


def command(subcommand: str, *arguments) -> list[str]:
    """The command line of an Odoo subcommand (``server``, ``shell``) with our configuration."""
    python, addons_path = _interpreter
    return [
        python,
        "-c",
        "import odoo.cli; odoo.cli.main()",
        subcommand,
        "-c",
        str(CONFIG),
        *([f"--addons-path={addons_path}"] if addons_path else []),
        *map(str, arguments),
    ]


def addon_command(subcommand: str, *arguments) -> list[str]:
    """The command line of a subcommand that an addon of ours brings, as ``mail_center_listen``."""
    words = command(subcommand, *arguments)
    # Odoo looks for it before it reads the configuration.
    return [*words[:3], f"--addons-path={ROOT}", *words[3:]]


def options() -> dict:
    """``subprocess`` keyword arguments that every Odoo process of ours gets."""
    return {"cwd": str(CACHE), "env": environment()}


def shell(database: str) -> int:
    return subprocess.call(command("shell", "-d", database), **options())


def run_script(database: str, script: Path) -> int:
    """Run a Python file in Odoo's shell, where ``env`` is; in the project's folder."""
    with script.open("rb") as stdin:
        return subprocess.call(
            command("shell", "-d", database, "--log-level=warn"),
            **{**options(), "cwd": str(ROOT)},
            stdin=stdin,
        )
