"""``python3 -m benchmarks``: everything side by side on this machine; see ``--help``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks import plots
from dev.console import DevError, print_error
from dev.paths import ROOT

LATEST = Path(__file__).with_name("latest.json")
PLOTS = Path(__file__).with_name("plots")


def main() -> int:
    from benchmarks.rows import ROWS
    from benchmarks.stage import stage

    parser = argparse.ArgumentParser(prog="python3 -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help=f"rows, by commas: {', '.join(ROWS)}")
    parser.add_argument("--size", type=float, default=1.0, help="of all numbers of mails (0.1)")
    parser.add_argument("--runs", type=int, default=5, help="of each, in turns (5)")
    parser.add_argument("--long", action="store_true", help="growth up to a million mails, too")
    words = parser.parse_args()
    names = [name for name in words.only.split(",") if name] or list(ROWS)
    unknown = set(names) - set(ROWS)
    if unknown:
        raise DevError(f"There is no row {', '.join(sorted(unknown))}. Rows: {', '.join(ROWS)}.")
    found, failed = {}, []
    with stage(words.size, words.runs, words.long) as here:
        for name in names:
            begin = time.monotonic()
            try:
                row = ROWS[name](here)
            except DevError as error:
                # One row that can't be measured must not cost the others.
                failed.append(name)
                print_error(f"{name}: {error}")
                continue
            row.notes.append(f"measured in {time.monotonic() - begin:.0f} s")
            print("\n" + "\n".join(row.lines()), flush=True)
            found[name] = row
    whole = words.size == 1.0 and words.runs >= 5
    if whole:
        keep(found)
    missed = [f"{name}: {target.text}" for name, row in found.items()
              for target in row.targets if not target.reached]  # fmt: skip
    print(f"\n{len(missed)} targets missed" + "".join(f"\n  {text}" for text in missed))
    if not whole:
        print("a trial: benchmarks/latest.json is left as it is")
    return 1 if failed else 0


def keep(found: dict) -> None:
    """Rows that were measured replace their last ones."""
    before = json.loads(LATEST.read_text())["rows"] if LATEST.exists() else {}
    before.update({name: row.as_json() for name, row in found.items()})
    LATEST.write_text(json.dumps({"rows": before}, indent=1) + "\n")
    for row in found.values():
        plots.draw(row, PLOTS)
    # The README shows the plots, docs/scaling.md counts with the facts.
    subprocess.run([sys.executable, "-m", "dev", "docs"], cwd=ROOT, check=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except DevError as error:
        print_error(str(error))
        sys.exit(1)
    except BlockingIOError:
        print_error("Another 'make bench' is running on this clone. Wait for it, or end it.")
        sys.exit(1)
