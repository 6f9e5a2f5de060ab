"""What the log, encryption, cleaning and the search index cost, each switched off in turn."""

from __future__ import annotations

import contextlib
import statistics

from benchmarks.result import Row
from benchmarks.rows import peers
from benchmarks.stage import Stage

SWITCHES = {
    "nothing": "all switched on",
    "log": "without the log",
    "tls": "without encryption of the connection and of passwords",
    "clean": "without sanitising",
    "search": "without the search vector and its index",
}


def run(stage: Stage) -> Row:
    count = stage.count(1500, 200)
    row = Row("cost", f"What parts of an import of {count:,} mails cost, in CPU time", "ms/mail")
    address = stage.mailbox("cost", count, large=False)
    with contextlib.ExitStack() as stack:
        processes = {}
        for switch in SWITCHES:
            odoo = processes[switch] = stack.enter_context(stage.odoo(f"cost_{switch}"))
            odoo.call("switch_off", part=switch)
            security = "none" if switch == "tls" else "tls"
            peers.add_account(odoo, stage, address, security=security)
        for turn in range(stage.runs + 1):
            # Who comes first in a turn, and the first turn of all, take more: so each comes first
            # once, and the first turn does not count.
            names = list(SWITCHES)
            for switch in names[turn % len(names) :] + names[: turn % len(names)]:
                processes[switch].call("empty")
                found = processes[switch].call("receive")
                used = found["cpu"] + found["postgresql"]
                if turn:
                    row.add(SWITCHES[switch], used / found["mails"] * 1000)
    whole = row.peers[SWITCHES["nothing"]]
    for switch, title in SWITCHES.items():
        if switch != "nothing":
            pairs = zip(whole, row.peers[title], strict=True)
            share = statistics.median(1 - without / with_all for with_all, without in pairs)
            row.shares[switch] = max(share, 0)
            row.target(f"share of {switch}", share, at_most=0.15)
    row.notes.append("CPU of Odoo, of the process beside it and of PostgreSQL's backend")
    return row
