"""The mailbox with a million mails; measured by :mod:`benchmarks.mailbox` itself."""

from __future__ import annotations

from benchmarks import mailbox
from benchmarks.result import Row
from benchmarks.stage import Stage

MESSAGES = 1_000_000


def run(stage: Stage) -> Row:
    count = stage.count(MESSAGES, 5000)
    found = mailbox.run(count)
    row = Row("mailbox", f"The mailbox with {count:,} mails against {found['small']:,}", "×")
    for name, ratio in found["ratios"].items():
        row.add(name, ratio)
        limit = mailbox.SEARCH_LIMIT if name.startswith("search") else mailbox.LIMIT
        row.target(name, ratio, at_most=limit)
    return row
