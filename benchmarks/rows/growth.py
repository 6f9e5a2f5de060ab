"""Growth: time and memory of imports of 1,000 to 100,000 mails (a million with --long)."""

from __future__ import annotations

import math

from benchmarks.costs import Peak, memory_megabytes
from benchmarks.result import Row
from benchmarks.rows import peers
from benchmarks.stage import PASSWORD, Stage

SIZES = (1000, 10_000, 100_000)
LARGE = 50 * 1024 * 1024


def run(stage: Stage) -> Row:
    sizes = [stage.count(size, 100) for size in SIZES]
    if stage.long:
        sizes.append(1_000_000)
    row = Row("growth", "Imports of different sizes: time and memory", "s")
    times, peaks, storing = [], [], []
    for size in sizes:
        address = stage.mailbox("growth", size, scale=0.1, large=False)
        if size == sizes[-1] and stage.boxes[address] == size:
            stage.boxes[address] += 1
            stage.sandbox.append(address, [(_large(address), [], None)])
        with stage.odoo("growth") as odoo:
            peers.add_account(odoo, stage, address, whole_megabytes=100)
            odoo.call("warm")
            idle = memory_megabytes(odoo.pid)
            with Peak(odoo.pid) as peak:
                found = odoo.call("receive")
        times.append((size, found["seconds"]))
        storing.append((size, found["cpu"] + found["postgresql"]))
        peaks.append((size, peak.megabytes - idle))
        row.add(f"{size:,} mails", found["seconds"])
    row.curves = {"time": times, "CPU": storing}
    row.notes.append("memory over idle, MB (of Odoo and the process beside it): "
                     + ", ".join(f"{size:,}: {peak:.0f}" for size, peak in peaks))  # fmt: skip
    with stage.odoo("growth-odoo") as odoo:
        count = min(200, sizes[0])
        box = stage.mailbox("growth-odoo", count, scale=0.1, large=False)
        stage.sandbox.append(box, [(_large(box), [], None)])
        stage.sandbox.doveadm("flags", "remove", "-u", box, "\\Seen", "mailbox", "INBOX", "ALL")
        idle = memory_megabytes(odoo.pid)
        with Peak(odoo.pid) as peak:
            odoo.call("fetchmail", address=box, password=PASSWORD, host=peers.HOST,
                      port=stage.sandbox.ports["imap"], count=count + 1)  # fmt: skip
    row.notes.append(f"Odoo fetchmail, {count} mails and one of 50 MB: {peak.megabytes - idle:.0f}")
    (x0, y0), (x1, y1) = times[0], times[-1]
    slope = math.log(y1 / y0) / math.log(x1 / x0)
    (_x, c0), (_x, c1) = storing[0], storing[-1]
    row.notes.append(f"slope of CPU time: {math.log(c1 / c0) / math.log(x1 / x0):.3f}")
    row.target("log-log slope of the time", slope, at_most=1.05)
    row.target("memory over idle, with a mail of 50 MB (MB)", peaks[-1][1], at_most=150)
    return row


def _large(address: str) -> bytes:
    line = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\r\n"
    head = (
        b"From: Eve <eve@x.example>\r\nTo: %b\r\nSubject: Large\r\n"
        b"Message-ID: <large@x.example>\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nHere it is.\r\n"
        b"--b\r\nContent-Type: application/zip; name=all.zip\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head % address.encode() + line * (LARGE // len(line)) + b"--b--\r\n"
