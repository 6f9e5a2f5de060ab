"""What the addons import is declared, what is declared is installed, in a version that is sound.

An audit without a network: the versions come from the installed metadata, the advisories from the
list below, which is kept by hand together with the ranges of requirements.txt.
"""

import ast
import re
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
# Package → (advisory, the first version without it). Also of what our packages bring along.
ADVISORIES = {
    "cffi": [],
    "charset-normalizer": [],
    "cryptography": [("CVE-2023-50782", "42.0.0"), ("CVE-2024-26130", "42.0.4")],
    "dkimpy": [],
    "dnspython": [("CVE-2023-29483", "2.6.1")],
    "idna": [("CVE-2024-3651", "3.7")],
    "imapclient": [],
    "jinja2": [("CVE-2024-22195", "3.1.3"), ("CVE-2024-34064", "3.1.4"),
               ("CVE-2024-56201", "3.1.5"), ("CVE-2024-56326", "3.1.5"),
               ("CVE-2025-27516", "3.1.6")],
    "lxml": [("CVE-2021-43818", "4.6.5"), ("CVE-2022-2309", "4.9.1")],
    "markupsafe": [],
    "nh3": [],
    "pycparser": [],
    "six": [],
    "tinycss2": [],
    "typing-extensions": [],
    "webencodings": [],
}  # fmt: skip
# What Odoo itself needs, so what is there wherever the addons run.
OF_ODOO = {"odoo", "babel", "dateutil", "lxml", "markupsafe", "psycopg2", "pytz", "requests",
           "werkzeug", "PIL"}  # fmt: skip
IMPORTED_AS = {"dnspython": "dns", "dkimpy": "dkim", "charset-normalizer": "charset_normalizer",
               "Jinja2": "jinja2"}  # fmt: skip


def declared() -> dict[str, Requirement]:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    found = [Requirement(line.partition("#")[0].strip()) for line in lines
             if line.partition("#")[0].strip()]  # fmt: skip
    return {canonicalize_name(one.name): one for one in found}


def closure(names) -> set[str]:
    """The packages and all that they need in turn, by the installed metadata."""
    found, todo = set(), [canonicalize_name(name) for name in names]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        for text in metadata.requires(name) or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                todo.append(canonicalize_name(needed.name))
    return found


def imported() -> set[str]:
    """The top-level modules that the addons import, but the standard library and ours."""
    found = set()
    for path in ROOT.glob("mail_center*/**/*.py"):
        if {"tests", "static"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - OF_ODOO


def test_every_package_that_is_imported_is_declared_and_none_else():
    names = {IMPORTED_AS.get(one.name, one.name) for one in declared().values()}
    assert imported() - names == set()
    assert names - imported() - OF_ODOO == set()


def test_every_declared_package_has_a_range_and_the_reason_for_it():
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines()
             if line and not line.startswith("#")]  # fmt: skip
    for line in lines:
        assert re.fullmatch(r"[\w.-]+>=[\d.]+,<[\d.]+  # .{10,}", line), line


def test_what_is_installed_is_in_range_and_has_no_known_hole():
    packages = declared()
    for name, requirement in packages.items():
        assert requirement.specifier.contains(metadata.version(name)), name
    everything = closure(packages)
    assert everything <= ADVISORIES.keys(), "say which advisories there are for the new ones"
    holes = [
        f"{name} {metadata.version(name)}: {advisory}, mended in {mended}"
        for name in everything
        for advisory, mended in ADVISORIES[name]
        if Version(metadata.version(name)) < Version(mended)
    ]
    assert holes == []
    # Nor does the range let one in that has.
    for name, requirement in packages.items():
        for advisory, mended in ADVISORIES[name]:
            lowest = next(one.version for one in requirement.specifier if one.operator == ">=")
            assert Version(lowest) >= Version(mended), f"{name}: {advisory}"
    print(f"\ndependencies: {len(packages)} declared, {len(everything)} installed, holes 0")
