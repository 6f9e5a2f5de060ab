"""Sending: a queue of 2,000 mails of 20 kB to an SMTP server that takes everything."""

from __future__ import annotations

from benchmarks.result import Row
from benchmarks.rows import peers
from benchmarks.stage import Stage

SIZE = 20_000
SAMPLE = 300  # mails of Odoo's queue
OURS, ODOO, FLOOR = "mail_center", "Odoo mail.mail", "floor: smtplib, one connection"


def run(stage: Stage) -> Row:
    count = stage.count(2000, 50)
    row = Row("queue", f"Sending a queue of {count:,} mails of 20 kB", "mails/s")
    with peers.helper("smtp") as (port, _process), stage.odoo("queue") as odoo:
        odoo.call("smtp_account", host=peers.HOST, port=port)
        for turn in range(stage.runs):
            odoo.call("queue_mails", count=count, size=SIZE, turn=turn)
            found = odoo.call("send_queue")
            if found["sent"] != count:
                row.notes.append(f"run {turn}: {found['sent']} of {count} sent")
            row.add(OURS, found["sent"] / found["seconds"])
            row.facts = {f"{name}_ms": found[kind] / max(found["sent"], 1) * 1000
                         for name, kind in (("odoo", "cpu"), ("postgresql", "postgresql"))}
            row.add(FLOOR, count / peers.floor("send", peers.HOST, port, count, SIZE))
            sample = min(SAMPLE, count)
            odoo.call("queue_odoo", count=sample, size=SIZE, host=peers.HOST, port=port)
            row.add(ODOO, sample / odoo.call("send_odoo")["seconds"])
    row.notes.append(f"{ODOO}: a sample of {sample} mails")
    row.target("rate against Odoo's", row.ratio(OURS, ODOO), at_least=5)
    row.target("time against the floor's", row.ratio(FLOOR, OURS), at_most=1.5)
    return row
