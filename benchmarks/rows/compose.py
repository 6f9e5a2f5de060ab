"""Writing a mail: the window, a template, the finished MIME with three files."""

from __future__ import annotations

from benchmarks.result import Row
from benchmarks.stage import Stage

STEPS = ("open", "template", "build")
WORDS = {
    "open": "opening the window", "template": "rendering a template",
    "build": "building the mail with 3 files",
}  # fmt: skip


def run(stage: Stage) -> Row:
    row = Row("compose", "Writing a mail on an opportunity", "ms")
    with stage.odoo("compose") as odoo:
        odoo.call("compose_setup")
        for turn in range(stage.runs * 4 + 1):
            found = {who: odoo.call(f"compose_{who}") for who in ("ours", "odoos")}
            if turn:
                for step in STEPS:
                    row.add(f"{WORDS[step]}: mail_center", found["ours"][step] * 1000)
                    row.add(f"{WORDS[step]}: Odoo", found["odoos"][step] * 1000)
    for step in STEPS:
        row.target(f"{WORDS[step]}, against Odoo's",
                   row.ratio(f"{WORDS[step]}: mail_center", f"{WORDS[step]}: Odoo"), at_most=1)
    return row
