"""The Debian packages that the project needs, found by the files they bring."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
from pathlib import Path

from dev.console import DevError, note
from dev.process import run_logged

# package: a file (glob) that shows that it, or another build of the same thing, is there
PACKAGES = {
    "postgresql": "/usr/lib/postgresql/*/bin/initdb",
    "dovecot-imapd": "/usr/lib/dovecot/imap",
    "dovecot-pop3d": "/usr/lib/dovecot/pop3",
    "dovecot-lmtpd": "/usr/lib/dovecot/lmtp",
    "postfix": "/usr/sbin/postfix",  # a second server for the tests; each starts one of its own
    "openssl": "/usr/bin/openssl",
    "libfaketime": "/usr/lib/*/faketime/libfaketimeMT.so.1",  # tests move an Odoo server's clock
    "chromium": "/usr/bin/chromium",
    "wkhtmltopdf": "/usr/bin/wkhtmltopdf",  # Odoo prints quotations and invoices with it
    "libatomic1": "/usr/lib/*/libatomic.so.1",  # Playwright's driver is linked with it
    # Japanese in the demo mail would be empty boxes on a screenshot without it.
    "fonts-noto-cjk": "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
}

SCRIPT = Path(__file__).with_name("install-packages.sh")


# Installing one of these would remove the machine's own: who has this file is left with it.
UNLESS = {"postfix": "/usr/sbin/sendmail"}


def missing(packages: dict[str, str] = PACKAGES) -> list[str]:
    return [
        name
        for name, pattern in packages.items()
        if not glob.glob(pattern) and not Path(UNLESS.get(name, "/-")).exists()
    ]


def install(names: list[str]) -> None:
    """Install Debian packages without starting their services or making a database cluster.

    Raises DevError with the exact command where this user cannot do it.
    """
    command = f"apt-get install --no-install-recommends {' '.join(names)}"
    if shutil.which("apt-get") is None:
        raise DevError(
            f"These Debian packages are missing: {' '.join(names)}. There is no apt-get here "
            f"({system_name()}): the bootstrap is made for Debian 12."
        )
    prefix = _root_prefix()
    if prefix is None:
        raise DevError(
            f"These Debian packages are missing: {' '.join(names)}. Installing them needs root. "
            f"Run this as root, then the same command again:\n\n    apt-get update && {command}\n"
        )
    note(f"installing {' '.join(names)} (log: .odoo/log/packages.log)")
    run_logged(
        [*prefix, "bash", SCRIPT, *names],
        "packages",
        hint=f"'{command}' failed. Are the machine's apt sources reachable? 'apt-get update' "
        "shows it. Mend that, or install the packages yourself, and run the command again. (This "
        f"machine is {system_name()}; the bootstrap is made for Debian 12.)",
        # Half an installation helps nobody: Ctrl-C takes effect when it is through.
        finish=True,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
    )


def system_name(release: Path = Path("/etc/os-release")) -> str:
    """What the machine calls itself: ``Debian GNU/Linux 12 (bookworm)``."""
    text = release.read_text() if release.exists() else ""
    found = re.search(r'^PRETTY_NAME="?([^"\n]*)', text, re.MULTILINE)
    return found[1] if found else "an unknown system"


def _root_prefix() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        check = subprocess.run(
            ["sudo", "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if check.returncode == 0:
            return ["sudo", "-n"]
    return None


def ensure(extra: list[str] | None = None) -> str:
    """Install what is missing; returns a word for the progress line."""
    wanted = missing() + (extra or [])
    if not wanted:
        return "already there"
    install(wanted)
    still = missing()
    if still:
        raise DevError(
            f"apt-get ended well but {' '.join(still)} is still not found; see "
            ".odoo/log/packages.log."
        )
    return f"installed {len(wanted)} packages"
