"""A pass that finds nothing new, and one that finds a hundred mails in a large folder."""

from __future__ import annotations

from benchmarks.corpus import Corpus
from benchmarks.result import Row
from benchmarks.rows import peers
from benchmarks.stage import Stage

FOLDERS = 50
NEW = 100


def run(stage: Stage) -> Row:
    """Nothing new: 50 folders of 2,000."""
    each = stage.count(2000, 40)
    folders = ["INBOX", *(f"F{number}" for number in range(1, FOLDERS))]
    row = Row("idle", f"Nothing new in {FOLDERS} folders of {each:,}")
    address = stage.mailbox("idle", each, scale=0.02, large=False, folders=folders)
    port = stage.sandbox.ports["imap"]
    statements = []
    with stage.odoo("idle") as odoo, peers.maildir() as folder, peers.helper(
        "proxy", peers.HOST, port, 0
    ) as (through, process):
        # What is older than tomorrow stays on the server: accounted for, and quickly so.
        odoo.call("far_account", **_far(stage, address, through))
        odoo.call("receive")
        peers.mbsync(stage, address, folder, fsync=False)
        trips = []
        for _turn in range(stage.runs):
            before = peers.round_trips(process)
            found = odoo.call("receive")
            trips.append(peers.round_trips(process) - before)
            statements.append(found["sql"])
            row.add("mail_center", found["seconds"])
            row.facts = {"odoo_ms": found["cpu"] * 1000, "statements": found["sql"],
                         "postgresql_ms": found["postgresql"] * 1000}
            row.add("mbsync", peers.mbsync(stage, address, folder))
            row.add("UID SEARCH ALL in each folder", odoo.call(
                "search_all", address=address, port=port, paths=folders)["seconds"])  # fmt: skip
        small = stage.mailbox("idle-small", 2, scale=0.02, large=False, folders=folders)
        odoo.call("forget_accounts")
        odoo.call("far_account", **_far(stage, small, through))
        odoo.call("receive")
        few = odoo.call("receive")["sql"]
    row.notes.append(
        f"round trips in all, the login included: {min(trips)} to {max(trips)}; SQL statements: "
        f"{min(statements)} to {max(statements)}, with 2 mails a folder {few}"
    )
    row.target("round trips in all (LIST-STATUS)", max(trips), at_most=3)
    row.target("statements against those with 2 mails a folder", min(statements) / few, at_most=1.1)
    return row


def _far(stage: Stage, address: str, port: int) -> dict:
    ports = {**stage.sandbox.ports, "imap": port}
    return {"address": address, "password": peers.PASSWORD, "host": "localhost", "ports": ports}


def fresh(stage: Stage) -> Row:
    """100 new among 100,000 against 100 new among 1,000."""
    many, few = stage.count(100_000, 2000), 1000
    row = Row("fresh", f"{NEW} new mails in a folder of {many:,} and in one of {few:,}")
    # The mailboxes of the row growth, where it ran before.
    boxes = {size: stage.mailbox("growth", size, scale=0.1, large=False) for size in (many, few)}
    with stage.odoo("fresh") as odoo:
        ports = stage.sandbox.ports
        for address in boxes.values():
            odoo.call("far_account", address=address, password=peers.PASSWORD, host="localhost",
                      ports=ports)  # fmt: skip
        odoo.call("receive")
        for turn in range(stage.runs + 1):
            # Neither of them always comes first: what PostgreSQL puts off falls to some pass.
            for size, address in sorted(boxes.items(), reverse=bool(turn % 2)):
                corpus = Corpus(address, seed=1000 + turn, scale=0.5, large=False)
                stage.fill(address, corpus, {"INBOX": NEW}, late=True)
                found = odoo.call("receive_one", address=address)
                if turn:  # the first reads the tables from the disk
                    row.add(f"{NEW} among {size:,}", found["seconds"])
    row.target("among many against among few",
               row.ratio(f"{NEW} among {many:,}", f"{NEW} among {few:,}"), at_most=1.2)  # fmt: skip
    return row
