"""The README's plots: those that a whole ``make bench`` has left, none before there was one."""

from __future__ import annotations

import json
from pathlib import Path

from dev.console import DevError
from dev.paths import ROOT

TARGET = ROOT / "README.rst"
LATEST = ROOT / "benchmarks" / "latest.json"
PLOTS = ROOT / "benchmarks" / "plots"
BEGIN = ".. plots of the last whole run, by python3 -m dev docs\n\n"
END = ".. end of the plots\n"


def directives(latest: Path = LATEST, plots: Path = PLOTS) -> str:
    """An image for each plot of a row, in the order in which the rows were measured."""
    rows = json.loads(latest.read_text(encoding="utf-8"))["rows"] if latest.exists() else {}
    return "".join(
        f".. image:: {path.relative_to(plots.parent.parent)}\n   :alt: {row['title']}\n\n"
        for name, row in rows.items()
        for path in (plots / f"{name}.svg", plots / f"{name}-growth.svg")
        if path.exists()
    )


def page() -> str:
    before, found, rest = TARGET.read_text(encoding="utf-8").partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (found and end):
        raise DevError("README.rst has lost the comments between which its plots stand.")
    return before + found + directives() + end + after
