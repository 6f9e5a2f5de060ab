"""Find a Python that Odoo 19 supports, and make the virtual environment with it."""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from dev import packages
from dev.console import DevError
from dev.paths import CACHE, PYTHON, ROOT, VENV
from dev.process import run_logged

# Odoo 19 runs on 3.10 to 3.13; in the order we would rather have them.
PREFERRED = ("3.12", "3.13", "3.11", "3.10")
REQUIREMENTS = (
    ROOT / "dev" / "requirements-odoo.txt",
    ROOT / "requirements.txt",
    ROOT / "requirements-dev.txt",
)
STAMP = VENV / "mail_center.stamp"


def version_of(program: str) -> str | None:
    """``3.12`` for a Python that starts, None for anything else."""
    try:
        answer = subprocess.run(
            [program, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def candidates(version: str) -> list[str]:
    """Programs that may be Python ``version``, most deliberate choice first."""
    pyenv = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    found = [shutil.which(f"python{version}"), f"/usr/bin/python{version}"]
    found += sorted(glob.glob(f"{pyenv}/versions/{version}.*/bin/python{version}"), reverse=True)
    found += [f"/usr/local/bin/python{version}", shutil.which("python3"), "/usr/bin/python3"]
    return [program for program in found if program and os.path.exists(program)]


def find(environ=os.environ) -> tuple[str, str]:
    """(program, version) of the Python to use. ``PYTHON=`` overrides; DevError if there is none."""
    chosen = environ.get("PYTHON", "")
    if chosen:
        program = shutil.which(chosen)
        version = version_of(program) if program else None
        if version is None:
            raise DevError(f"PYTHON={chosen} is not a Python that starts.")
        if version not in PREFERRED:
            raise DevError(
                f"PYTHON={chosen} is Python {version}; Odoo 19 needs 3.10 to 3.13. "
                "Name another one, or leave PYTHON out."
            )
        return program, version
    for version in PREFERRED:
        for program in candidates(version):
            # A pyenv shim for a version that is not active starts nothing: ask each one.
            if version_of(program) == version:
                return program, version
    present = version_of(shutil.which("python3") or "/usr/bin/python3") or "no Python"
    raise DevError(
        f"Odoo 19 needs Python 3.10 to 3.13 and none was found (python3 is {present}). Install "
        "one (Debian 12: apt-get install python3 python3-venv) or name it: "
        "make run PYTHON=/path/to/python3.12"
    )


def missing_venv_package(program: str, version: str) -> list[str]:
    """Debian splits ensurepip off: the package to install, if this Python is Debian's and bare."""
    check = subprocess.run(
        [program, "-c", "import ensurepip, venv"], capture_output=True, check=False
    )
    if check.returncode == 0:
        return []
    if os.path.realpath(program).startswith("/usr/bin/"):
        return [f"python{version}-venv"]
    raise DevError(
        f"{program} has no venv and ensurepip modules. Install them, or name another Python: "
        "make run PYTHON=/path/to/python3.12"
    )


def fingerprint(version: str) -> str:
    digest = hashlib.sha256(version.encode())
    for path in REQUIREMENTS:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def ensure_venv(import_path: Path) -> str:
    """Make the venv and install the requirements; returns a word for the progress line.

    ``import_path`` is where Odoo lies; a ``.pth`` file puts it on the venv's path.
    """
    current = version_of(str(PYTHON)) if PYTHON.exists() else None
    wanted = os.environ.get("PYTHON")
    if current and not wanted and _stamp_matches(current):
        return "already there"
    program, version = find()
    if current == version and _stamp_matches(current):
        return "already there"
    # No stamp: an installation was cut off, and pip takes a half-unpacked package for a whole one.
    if current != version or not STAMP.exists():
        shutil.rmtree(VENV, ignore_errors=True)
        bare = missing_venv_package(program, version)
        if bare:
            packages.install(bare)
        run_logged(
            [program, "-m", "venv", VENV],
            "venv",
            hint=f"{program} could not make a virtual environment. 'make clean', then again.",
        )
    STAMP.unlink(missing_ok=True)
    listed = [word for path in REQUIREMENTS for word in ("-r", path)]
    run_logged(
        [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", *listed],
        "pip",
        cwd=ROOT,
        hint="pip could not install the Python packages. If the network or the package index "
        "was not reached, check pip's settings ('pip config list') and run the command again.",
    )
    site = next((VENV / "lib").glob("python3.*/site-packages"))
    (site / "mail_center_odoo.pth").write_text(f"{import_path}\n")
    STAMP.write_text(fingerprint(version))
    return f"Python {version}"


def _stamp_matches(version: str) -> bool:
    return STAMP.exists() and STAMP.read_text() == fingerprint(version)


def environment() -> dict[str, str]:
    """The environment for programs of the venv: no ``PYTHONPATH`` of the person's, UTF-8."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    env.update(PATH=f"{VENV}/bin:{env.get('PATH', '')}", VIRTUAL_ENV=str(VENV), PYTHONUTF8="1")
    env.setdefault("PYTHONPYCACHEPREFIX", str(CACHE / "pycache"))
    return env
