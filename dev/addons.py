"""The addons of this repository: which there are, what they need, and whether they changed."""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path

from dev import odoo_source
from dev.console import DevError
from dev.paths import ROOT

# Do not change what is stored in a database, so no update is needed for them.
NOT_STORED = {"tests", "readme", "__pycache__", "README.rst"}


def ours(root: Path = ROOT) -> dict[str, dict]:
    """``{name: manifest}`` of every addon at the top of the repository, sorted."""
    found = {}
    for path in sorted(root.glob("*/__manifest__.py")):
        try:
            found[path.parent.name] = ast.literal_eval(path.read_text(encoding="utf-8"))
        except (SyntaxError, ValueError) as error:
            raise DevError(f"{path} is not a Python dictionary: {error}") from error
    return found


def installable(manifests: dict[str, dict], odoo_addons: Path | None = None) -> list[str]:
    """Names of those whose dependencies are all here (one may need an addon that is not)."""
    odoo_addons = odoo_addons or odoo_source.ADDONS

    def available(name: str, above: tuple[str, ...] = ()) -> bool:
        if name not in manifests:
            return (odoo_addons / name / "__manifest__.py").exists()
        manifest = manifests[name]
        if not manifest.get("installable", True) or name in above:
            return False
        return all(available(other, (*above, name)) for other in manifest.get("depends", ["base"]))

    return [name for name in manifests if available(name)]


def foreign_dependencies(manifests: dict[str, dict], names: list[str]) -> set[str]:
    """The addons of Odoo's own that ``names`` depend on."""
    return {
        other
        for name in names
        for other in manifests[name].get("depends", ["base"])
        if other not in manifests
    }


def fingerprints(names: list[str], root: Path = ROOT) -> dict[str, str]:
    """``{name: hash}`` over the files of each addon that can change a database."""
    return {name: _hash_tree(root / name) for name in names}


def _hash_tree(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and not NOT_STORED.intersection(relative.parts):
            digest.update(f"{relative}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
