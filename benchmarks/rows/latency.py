"""Initial sync over a line of 40 and of 150 ms."""

from __future__ import annotations

from benchmarks.result import Row
from benchmarks.rows import peers
from benchmarks.stage import Stage

DELAYS = (0, 40, 150)  # milliseconds there and back


def run(stage: Stage) -> Row:
    count = stage.count(2000, 300)
    row = Row("latency", f"Initial sync of {count:,} mails over a slow line", "mails/s")
    address = stage.mailbox("latency", count, scale=0.6, large=False)
    with stage.odoo("latency") as odoo:
        peers.add_account(odoo, stage, address)
        for _turn in range(stage.runs):
            for delay in DELAYS:
                with peers.helper(
                    "proxy", peers.HOST, stage.sandbox.ports["imap"], delay
                ) as (port, _process):
                    odoo.call("use_port", port=port)
                    odoo.call("empty")
                    found = odoo.call("receive")
                row.add(f"{delay} ms", found["mails"] / found["seconds"])
    row.target("rate at 40 ms against the same proxy without delay",
               row.ratio("40 ms", "0 ms"), at_least=0.6)  # fmt: skip
    row.notes.append(f"rate at 150 ms: {row.ratio('150 ms', '0 ms'):.2f} of that without delay")
    return row
