"""``make lint``: ruff on everything, pylint-odoo on the addons."""

from __future__ import annotations

import subprocess

from dev import addons
from dev.interpreter import environment
from dev.paths import ROOT, VENV


def lint() -> int:
    """Run the linters, their findings on the terminal; 0 if there are none."""
    commands = [["ruff", "check", "."]]
    if addons.ours():
        commands.append(["pylint", *addons.ours()])
    failed = 0
    for program, *arguments in commands:
        code = subprocess.call(
            [str(VENV / "bin" / program), *arguments], cwd=ROOT, env=environment()
        )
        failed = failed or code
    return failed
