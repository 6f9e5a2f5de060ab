"""Two workers against one, on eight accounts."""

from __future__ import annotations

import time

from benchmarks.result import Row
from benchmarks.rows import peers
from benchmarks.stage import Odoo, Stage

ACCOUNTS = 8


def run(stage: Stage) -> Row:
    # So few that each worker understands its mails itself: with more, one worker alone has a
    # process beside it and uses both cores.
    count = stage.count(180, 30)
    row = Row("workers", f"{ACCOUNTS} accounts with {count:,} mails each", "mails/s")
    boxes = [stage.mailbox(f"worker{number}", count, scale=0.3, large=False)
             for number in range(ACCOUNTS)]  # fmt: skip
    doubled = 0
    with stage.database("workers") as database:
        processes = [Odoo(database) for _number in range(2)]
        try:
            for address in boxes:
                peers.add_account(processes[0], stage, address)
            for _turn in range(stage.runs):
                for workers in (1, 2):
                    processes[0].call("empty")
                    begin = time.perf_counter()
                    for process in processes[:workers]:
                        process.send("receive", due=False)
                    for process in processes[:workers]:
                        process.receive()
                    took = time.perf_counter() - begin
                    stored = processes[0].call("stored")
                    doubled += stored["doubled"]
                    row.add(f"{workers} worker{'s' * (workers > 1)}", stored["mails"] / took)
        finally:
            for process in processes:
                process.close()
    row.target("two against one", row.ratio("2 workers", "1 worker"), at_least=1.7)
    row.target("mails stored twice", doubled, at_most=0)
    return row
