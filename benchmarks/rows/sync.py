"""Initial sync: a mailbox into the database, for the first time."""

from __future__ import annotations

from benchmarks.result import Row
from benchmarks.rows import peers
from benchmarks.stage import PASSWORD, Stage

OURS, ODOO, MBSYNC, FLOOR = (
    "mail_center", "Odoo fetchmail", "mbsync (fsync)", "floor: read and thrown away"
)  # fmt: skip
SAMPLE = 120  # mails that Odoo's own fetches: it takes its time, which grows with the number


def run(stage: Stage) -> Row:
    count = stage.count(10_000, 200)
    row = Row("sync", f"Initial sync of {count:,} mails", "mails/s")
    address = stage.mailbox("sync", count)
    boxes = _unread(stage, count)
    with stage.odoo("sync") as odoo, stage.odoo("fetchmail") as theirs:
        peers.add_account(odoo, stage, address)
        for turn in range(stage.runs):
            odoo.call("empty")
            found = odoo.call("receive", parts=True)
            if found["mails"] + found["quarantined"] != count:
                row.notes.append(f"run {turn}: {found['mails']} of {count} stored")
            row.add(OURS, found["mails"] / found["seconds"])
            with peers.maildir() as folder:
                row.add(MBSYNC, count / peers.mbsync(stage, address, folder))
            row.add(FLOOR, count / peers.floor("fetch", peers.HOST, stage.sandbox.ports["imap"],
                                               address, PASSWORD))  # fmt: skip
            box, sample = boxes[turn]
            other = theirs.call("fetchmail", address=box, password=PASSWORD, host=peers.HOST,
                                port=stage.sandbox.ports["imap"], count=sample)  # fmt: skip
            row.add(ODOO, other["mails"] / other["seconds"])
        sizes = odoo.call("sizes")
        stages = odoo.call("stages", address=address, password=PASSWORD,
                           port=stage.sandbox.ports["imap"])  # fmt: skip
    shares = found["parts"]
    scales = {"cpu": 1000, "postgresql": 1000, "sql": 1}
    found_cpu = [found[kind] / found["mails"] * scale for kind, scale in scales.items()]
    total = sum(found_cpu[:2])
    stages["store, in Odoo"] = max(found_cpu[0] - sum(stages.values()), 0)
    stages["store, in PostgreSQL"] = found_cpu[1]
    row.facts = {"odoo_ms": found_cpu[0], "postgresql_ms": found_cpu[1],
                 **{f"{name}_bytes": size for name, size in sizes.items()}}  # fmt: skip
    row.notes.append("shares of the thread that stores: " + ", ".join(
        f"{part} {share:.0%}" for part, share in shares.items()))  # fmt: skip
    row.notes.append(
        "bytes a mail: " + ", ".join(f"{name} {size:,}" for name, size in sizes.items())
    )
    row.notes.append(
        f"CPU ms a mail: Odoo and the process beside it {found_cpu[0]:.2f}, PostgreSQL"
        f" {found_cpu[1]:.2f}; statements a mail {found_cpu[2]:.2f}"
    )
    row.notes.append(
        f"{ODOO}: a sample of {boxes[0][1]} mails, its best case (the database is empty)"
    )
    # Of the CPU time: the stages overlap, so their times do not add up to the whole.
    row.shares = {part: used / total for part, used in stages.items()}
    row.target("rate against Odoo's", row.ratio(OURS, ODOO), at_least=30)
    row.target("time against mbsync's", row.ratio(MBSYNC, OURS), at_most=2.5)
    return row


def _unread(stage: Stage, count: int) -> list[tuple[str, int]]:
    """A mailbox for each run of Odoo's own, which marks what it has fetched as read."""
    boxes = []
    for turn in range(stage.runs):
        sample = stage.count(SAMPLE, 10)
        box = stage.mailbox(f"fetchmail{turn}", sample)
        stage.sandbox.doveadm("flags", "remove", "-u", box, "\\Seen", "mailbox", "INBOX", "ALL")
        boxes.append((box, sample))
    return boxes
