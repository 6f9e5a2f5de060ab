"""Power cuts while mail is being sent: ``kill -9`` of the worker at every step of the protocol."""

from __future__ import annotations

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.loop.conftest import LONG, eventually
from tests.loop.fault_smtpd import STEPS, FaultServer, Gone, Misfortune
from tests.loop.send_workers import Workers

DOUBT = ("dot", "stored", "replied")


@pytest.fixture
def own_workers(erp):
    """Only the test's workers send: the server's own job rests."""
    crons = [
        erp.reference(f"mail_center.{name}") for name in ("ir_cron_send", "ir_cron_send_prompt")
    ]
    erp.call("ir.cron", "write", crons, {"active": False})
    yield
    erp.call("ir.cron", "write", crons, {"active": True})


@pytest.fixture
def sending_account(erp):
    def connect(address: str, port: int) -> int:
        return erp.create(
            "mail.center.account",
            name=address, email=address, user_id=erp.uid, use_for_integration=True,
            smtp_host="localhost", smtp_port=port, smtp_security="none", sync_enabled=False,
        )

    return connect


def outcome(erp, message: int) -> dict:
    """``{recipient: state}`` of a mail when nothing more happens to it."""

    def settled():
        (row,) = erp.call(
            "mail.center.outbox", "search_read", [("message_id", "=", message)], fields=["state"]
        )
        if row["state"] == "deferred":
            erp.call("mail.center.outbox", "action_retry", [row["id"]])
        return row["state"] not in ("queued", "sending", "deferred") and row

    row = eventually(settled, "the mail to come to its end")
    recipients = erp.call(
        "mail.center.outbox.recipient", "search_read", [("outbox_id", "=", row["id"])],
        fields=["email", "state"],
    )
    return {one["email"]: one["state"] for one in recipients}


def test_kill_9_at_every_step_sends_once_or_says_that_nobody_knows(
    erp, server, own_workers, sending_account
):
    armed = []

    def at(step, _peer):
        if armed == [step]:
            armed.clear()
            workers.kill()
            if step == "dot":
                raise Gone  # the server, too, has nothing then

    with FaultServer(at) as smtp, Workers(server.database) as workers:
        eventually(workers.pids, "a worker", timeout=120)
        box = sending_account("killed-sender@loop.example", smtp.port)
        for step in STEPS:
            armed[:] = [step]
            sent = erp.call(
                "mail.center.account", "integration_send", [box], "to@x.example", step, "<p>x</p>"
            )
            state = outcome(erp, sent["id"])["to@x.example"]
            assert not armed, f"the worker was not killed at {step}"
            copies = smtp.boxes["to@x.example"][step]
            print(f"killed at {step}: {state}, {copies} in the mailbox")
            if step in DOUBT:
                assert copies == (0 if step == "dot" else 1)
                assert state in (("sent", "uncertain") if step == "replied" else ("uncertain",))
            elif step == "content":
                # A small mail is out before the server has read it: then it may be in doubt,
                # and whether the server reads on to its end is the server's.
                assert (state, copies) in (("sent", 1), ("uncertain", 0), ("uncertain", 1))
            else:
                assert (state, copies) == ("sent", 1)
            # Over a session that is still open the next mail would skip the steps of its begin.
            eventually(lambda: not smtp.talks, "the end of the session")
        assert workers.kills == len(STEPS)


# Of a batch: while the third of five mails is sent.
IN_A_BATCH = STEPS[2:] if LONG else ("MAIL", "dot", "replied")


def test_kill_9_in_the_middle_of_a_batch_leaves_no_more_than_two_mails_in_doubt(
    erp, server, own_workers, sending_account
):
    reached = Counter()

    def at(step, _peer):
        reached[step] += 1
        if step == armed and reached[step] == 3:
            workers.kill()
            if step == "dot":
                raise Gone

    armed = None
    with FaultServer(at) as smtp, Workers(server.database) as workers:
        eventually(workers.pids, "a worker", timeout=120)
        box = sending_account("killed-batch@loop.example", smtp.port)
        for step in IN_A_BATCH:
            erp.call("mail.center.account", "write", [box], {"send_enabled": False})
            names = [f"{step}{number}" for number in range(5)]
            mails = [
                erp.call(
                    "mail.center.account", "integration_send", [box], "to@x.example", name,
                    "<p>x</p>",
                )["id"]
                for name in names
            ]
            reached.clear()
            armed = step
            erp.call("mail.center.account", "write", [box], {"send_enabled": True})
            states = [outcome(erp, mail)["to@x.example"] for mail in mails]
            assert reached[step] >= 3, f"the worker was not killed at {step}"
            copies = [smtp.boxes["to@x.example"][name] for name in names]
            print(f"killed at {step} of the third: {list(zip(states, copies, strict=True))}")
            allowed = {("sent", 1), ("uncertain", 0), ("uncertain", 1)}
            assert set(zip(states, copies, strict=True)) <= allowed
            assert states.count("uncertain") <= 2
            assert (states[0], *states[3:]) == ("sent", "sent", "sent")
        assert workers.kills == len(IN_A_BATCH)


MAILS, KILLS = (1000, 20) if LONG else (250, 6)
ACCOUNTS, WORKERS, SEED = 4, 3, 20261130


def test_many_mails_with_faults_and_kills_arrive_once_or_are_marked(
    erp, server, own_workers, sending_account
):
    """Every recipient has each mail exactly once, unless it says that it failed or is uncertain."""
    luck = random.Random(SEED)
    misfortune = Misfortune(SEED, share=0.4)
    with (
        FaultServer(misfortune, refused=lambda address: address.startswith("no-")) as smtp,
        Workers(server.database, WORKERS) as workers,
    ):
        boxes = [
            sending_account(f"run{number}@loop.example", smtp.port) for number in range(ACCOUNTS)
        ]
        eventually(lambda: len(workers.pids()) == WORKERS, "the workers", timeout=120)
        wanted = {}

        def write(number):
            to = [f"to{number % 7}@x.example"]
            if number % 3 == 0:
                to.append(f"no-{number % 5}@x.example")
            if number % 4 == 0:
                to.append(f"more{number % 5}@y.example")
            wanted[str(number)] = to
            erp.call(
                "mail.center.account", "integration_send", [boxes[number % ACCOUNTS]],
                ", ".join(to), str(number), "<p>Hello</p>",
            )

        with ThreadPoolExecutor(3) as writers:
            written = [writers.submit(write, number) for number in range(MAILS)]
            settle(erp, smtp, workers, boxes, luck)
            for one in written:
                one.result()
        assert workers.kills == KILLS
        counts = count(erp, smtp, boxes, wanted)
    print(f"\n{MAILS} mails, {sum(map(len, wanted.values()))} recipients, {WORKERS} workers, "
          f"{workers.kills} x kill -9, {sum(misfortune.happened.values())} faults")
    print("faults:", dict(sorted(misfortune.happened.items())))
    for (state, copies), number in sorted(counts.items()):
        print(f"{state:10} with {copies} in the mailbox: {number}")
    allowed = {("sent", 1), ("failed", 0), ("uncertain", 0), ("uncertain", 1)}
    assert set(counts) <= allowed
    assert counts["sent", 1] > MAILS / 2


def settle(erp, smtp, workers, boxes, luck):
    """Kill workers while the mails leave, and press *Retry now* until nothing waits any more."""
    def done():
        if workers.kills < KILLS and smtp.taken >= (workers.kills + 1) * MAILS * 0.6 / KILLS:
            time.sleep(luck.random() * 0.2)
            workers.kill(luck.choice)
        rows = erp.call(
            "mail.center.outbox", "search_read",
            [("account_id", "in", boxes), ("state", "in", ["queued", "sending", "deferred"])],
            fields=["state"],
        )
        if late := [row["id"] for row in rows if row["state"] == "deferred"]:
            erp.call("mail.center.outbox", "action_retry", late)
        elif rows:  # the server may have been left alone for what it said
            erp.call("mail.center.account", "write", boxes, {"send_enabled": True})
        total = erp.call("mail.center.outbox", "search_count", [("account_id", "in", boxes)])
        return total == MAILS and not rows

    eventually(done, "all mails to come to their end", timeout=900, pause=0.1)


def count(erp, smtp, boxes, wanted):
    """``{(state, copies in the mailbox): how many recipients}``."""
    rows = erp.call(
        "mail.center.outbox.recipient", "search_read", [("outbox_id.account_id", "in", boxes)],
        fields=["email", "state", "outbox_id"],
    )
    subjects = {
        row["id"]: row["subject"]
        for row in erp.call(
            "mail.center.outbox", "search_read", [("account_id", "in", boxes)],
            fields=["subject"],
        )
    }
    assert len(rows) == sum(map(len, wanted.values()))
    return Counter(
        (row["state"], smtp.boxes[row["email"]][subjects[row["outbox_id"][0]]]) for row in rows
    )
