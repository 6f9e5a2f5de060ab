"""Initial sync over a line of 40 and of 150 ms."""

from __future__ import annotations

from benchmarks.result import Row
from benchmarks.rows import peers
from benchmarks.stage import Stage

DELAYS = (0, 40, 150)  # milliseconds there and back


def run(stage: Stage) -> Row:
    count = stage.count(3000, 300)
    row = Row("latency", f"Initial sync of {count:,} mails over a slow line", "mails/s")
    address = stage.mailbox("latency", count, scale=0.6, large=False)
    for _turn in range(stage.runs):
        for delay in DELAYS:
            with peers.helper(
                "proxy", peers.HOST, stage.sandbox.ports["imap"], delay
            ) as (port, _process), stage.odoo("latency") as odoo:
                peers.add_account(odoo, stage, address, port)
                found = odoo.call("receive")
            row.add(f"{delay} ms", found["mails"] / found["seconds"])
    row.target("rate at 40 ms against the same proxy without delay",
               row.ratio("40 ms", "0 ms"), at_least=0.6)  # fmt: skip
    row.target("rate at 150 ms (no target; shown)", row.ratio("150 ms", "0 ms"), at_least=0)
    return row
