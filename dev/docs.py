"""``python3 -m dev docs``: write what is made of other files: READMEs, pages of *Apps*, guides, and
what the benchmarks found.

They are kept in the repository, since wheels and Odoo's *Apps* want them;
``tests/dev/test_packages.py`` fails when one of them is not what its sources say. Runs in the venv,
where docutils is.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dev import event_table, guide, pictures, readme, scaling
from dev.paths import ROOT


def files() -> dict[Path, str]:
    """``{path: text}`` of all pages that are made of others."""
    return {
        **readme.files(), **guide.files(), scaling.TARGET: scaling.page(),
        pictures.TARGET: pictures.page(),
    }  # fmt: skip


def outdated() -> list[str]:
    """The files that are not as they would be made now, and pages whose source is gone."""
    made = {event_table.TARGET: event_table.table(event_table.found()), **files()}
    wrong = [
        path for path, text in made.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    wrong += [path for path in guide.TARGET.rglob("*.html") if path not in made]
    return sorted(str(path.relative_to(ROOT)) for path in wrong)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if it would")
    if not parser.parse_args().check:
        write()
        return 0
    wrong = outdated()
    if wrong:
        print("Not up to date, 'python3 -m dev docs' writes them:", *wrong, sep="\n  ")
    return 1 if wrong else 0


def write() -> None:
    # The guides include it.
    event_table.TARGET.write_text(event_table.table(event_table.found()), encoding="utf-8")
    made = files()
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in guide.TARGET.rglob("*.html"):
        if path not in made:
            path.unlink()
    print(f"{len(made) + 1} files are up to date")


if __name__ == "__main__":
    sys.exit(main())
