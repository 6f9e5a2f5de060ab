"""Odoo 19 from Debian's unstable suite, unpacked into ``.odoo/odoo``.

The machine's apt and dpkg state is not touched: apt runs with lists, cache and sources of our
own. The mirror is the one that the machine's own sources name, the proxy and certificates those
of the machine's apt settings.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from dev.console import DevError
from dev.paths import CACHE
from dev.process import run_logged

PREFIX = CACHE / "odoo"
IMPORT_PATH = PREFIX / "usr/lib/python3/dist-packages"
ADDONS = IMPORT_PATH / "odoo" / "addons"
STAMP = PREFIX / "mail_center.stamp"
APT = CACHE / "apt"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# The package's web libraries are links into usr/share: one that dangles answers 500 everywhere.
FROM_SID = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-ocr-b",
)
FROM_BOOKWORM = ("fonts-font-awesome", "fonts-inconsolata")

# Named by the web client, dropped by the packagers.
EMPTY_FILES = ("mail/static/lib/selfie_segmentation/selfie_segmentation.js",)

# Settings of the machine that must not act on ours: hooks that clean *its* caches, and indexes
# of some hundred megabytes that only app stores read.
APT_SETTINGS = """\
#clear APT::Update;
#clear DPkg::Post-Invoke;
#clear Dir::Etc;
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons-small::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons-hidpi::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons-large::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Acquire::Retries "3";
Dir::Etc::SourceList "{apt}/{sources}";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Trusted "/etc/apt/trusted.gpg";
Dir::Etc::TrustedParts "/etc/apt/trusted.gpg.d";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::Lists "{apt}/{lists}";
Dir::Cache "{apt}/cache";
"""


def debian_mirror(targets: str) -> str | None:
    """The address of the Debian archive in the output of ``apt-get indextargets``.

    >>> debian_mirror('''Suite: stable
    ... Origin: Debian
    ... Label: Debian
    ... Repo-URI: https://mirror.example/debian/
    ... Component: main''')
    'https://mirror.example/debian/'
    """
    for block in targets.strip().split("\n\n"):
        fields = dict(
            line.split(": ", 1) for line in block.splitlines() if ": " in line
        )
        # Debian's security archive has another label, third parties another origin.
        if fields.get("Origin") == "Debian" and fields.get("Label") == "Debian":
            address = fields.get("Repo-URI", "")
            if address:
                return address
    return None


def find_mirror() -> str:
    """The machine's Debian mirror; DevError if its apt sources name none.

    ``DEBIAN_MIRROR=`` in the environment overrides.
    """
    chosen = os.environ.get("DEBIAN_MIRROR")
    if chosen:
        return chosen
    if shutil.which("apt-get") is None:
        raise DevError(
            "Odoo 19 is unpacked from Debian's archive with apt-get, which is missing here. Use a "
            "Debian 12 machine, or copy the folder .odoo/odoo from one."
        )
    mirror = debian_mirror(_indextargets())
    if mirror is None:
        # A machine whose lists were never fetched knows no origins: fetch into a folder of ours.
        _write_settings("machine.conf", sources="", lists="machine-lists")
        _run_apt("machine.conf", ["update"], check=False)
        mirror = debian_mirror(_indextargets("-c", str(APT / "machine.conf")))
    if mirror is None:
        raise DevError(
            "The machine's apt sources name no Debian archive (apt-get indextargets shows none of "
            "origin Debian). Odoo 19 comes from there: add Debian's own source, or name a mirror "
            "in the environment as DEBIAN_MIRROR=…; 'apt-get update' shows what fails."
        )
    return mirror


def _indextargets(*options: str) -> str:
    return subprocess.run(
        ["apt-get", *options, "indextargets"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    ).stdout


def _write_settings(name: str, *, sources: str, lists: str) -> None:
    for folder in (lists, f"{lists}/partial", "cache/archives/partial", "debs"):
        (APT / folder).mkdir(parents=True, exist_ok=True)
    text = APT_SETTINGS.format(apt=APT, sources=sources, lists=lists)
    if not sources:  # the machine's own sources, into lists of ours
        text = "".join(
            line
            for line in text.splitlines(keepends=True)
            if not line.startswith(("#clear Dir::Etc", "Dir::Etc::"))
        )
    if os.geteuid() == 0:
        # The download user of apt may be unable to reach our folder.
        text += 'APT::Sandbox::User "root";\n'
    (APT / name).write_text(text)


def _run_apt(settings: str, arguments: list[str], *, hint: str = "", check: bool = True) -> None:
    try:
        run_logged(
            ["apt-get", "-c", APT / settings, "-o", "Dpkg::Use-Pty=0", *arguments],
            "odoo-download",
            hint=hint,
            cwd=APT / "debs",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except DevError:
        if check:
            raise


def ensure() -> str:
    """Download and unpack Odoo 19; returns a word for the progress line.

    Interrupted downloads go on where they were; the folder appears only when it is complete.
    """
    if STAMP.exists():
        return "already there"
    if shutil.which("dpkg") is None:
        raise DevError("dpkg is missing: Odoo 19 is unpacked from a Debian package.")
    mirror = find_mirror()
    signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
    _write_settings("odoo.conf", sources="sources.list", lists="lists")
    (APT / "sources.list").write_text(
        "".join(f"deb {signed}{mirror} {suite} main\n" for suite in ("sid", "bookworm"))
    )
    unreachable = (
        "Odoo 19 could not be downloaded from the machine's Debian mirror. Check the network and "
        "'apt-get update', then run the command again: what was downloaded is kept."
    )
    _run_apt("odoo.conf", ["update", "-o", "APT::Update::Error-Mode=any"], hint=unreachable)
    wanted = [f"{name}/sid" for name in FROM_SID] + [f"{name}/bookworm" for name in FROM_BOOKWORM]
    _run_apt("odoo.conf", ["download", *wanted], hint=unreachable)
    version = _unpack()
    shutil.rmtree(APT, ignore_errors=True)
    return version


def _unpack() -> str:
    target = CACHE / "odoo.unpacking"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    names = []
    for package in sorted((APT / "debs").glob("*.deb")):
        run_logged(
            ["dpkg", "-x", package, target],
            "odoo-download",
            hint=f"{package.name} could not be unpacked. Run the command again.",
        )
        names.append(package.stem)
    addons = target / ADDONS.relative_to(PREFIX)
    for name in EMPTY_FILES:
        path = addons / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    dangling = dangling_links(target)
    if dangling:
        raise DevError(
            "Links of the unpacked Odoo lead nowhere, so its pages would not work: "
            f"{', '.join(str(path.relative_to(target)) for path in dangling[:5])}. The archive "
            "has changed: dev/odoo_source.py has to name the packages that hold these files."
        )
    (target / STAMP.name).write_text("\n".join(names) + "\n")
    shutil.rmtree(PREFIX, ignore_errors=True)
    target.rename(PREFIX)
    return next(name for name in names if name.startswith("odoo")).split("_")[1]


def dangling_links(folder: Path) -> list[Path]:
    found = []
    for base, folders, files in os.walk(folder):
        for name in folders + files:
            path = Path(base, name)
            if path.is_symlink() and not path.exists():
                found.append(path)
    return found


def version() -> str:
    """What is unpacked, exactly: the package versions, for fingerprints of what is built on it."""
    return STAMP.read_text()
