"""A mail that brings its reader down, and what a job does with the little time that it has."""

import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.addons.mail_center import worker
from odoo.addons.mail_center.core import ahead, beside
from odoo.addons.mail_center.models import mail_center_receiver_messages as messages_of
from odoo.addons.mail_center.models.mail_center_receiver import OutOfTime
from psycopg2.errors import SerializationFailure

from .common import MailboxCase, a_mail


class TestReceiveDeadly(MailboxCase):
    def over_there(self, what):
        """In the process beside the statement *what* is run before a mail ``raw`` is read."""
        start = (
            "import os, sys, time; sys.path[0] = sys.argv[1]\n"
            "from core import beside; whole = beside.take_in\n"
            f"def read(raw, *more):\n    {what}\n    return whole(raw, *more)\n"
            "beside.take_in = read; beside.serve()"
        )
        self.startPatcher(patch.object(beside, "START", start))

    def fill(self, *subjects):
        for subject in subjects:
            self.sandbox.append(
                self.address, [(a_mail("eve@x.example", self.address, subject), [], None)]
            )

    def left_by_a_dead_worker(self):
        host, pid, _start = worker.identity().rsplit(":", 2)
        self.account.write({"claim_token": "x", "claim_worker": f"{host}:{pid}:1"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_center_account SET claim_until = now() AT TIME ZONE 'utc'"
            " + interval '1 hour' WHERE id = %s",
            [self.account.id],
        )

    def test_a_claim_takes_one_account_however_the_database_plans_it(self):
        self.env.flush_all()
        self.env.cr.execute("ANALYZE mail_center_account")  # a single one, it thinks
        self.make_account(self.user)
        accounts = self.env["mail.center.account"].search([("sync_enabled", "=", True)])
        accounts.next_sync = False
        with self.job_env() as env:
            env["mail.center.receiver"]._claim("mine")
        accounts.invalidate_recordset()
        self.env.cr.execute("SELECT count(*) FROM mail_center_account WHERE claim_token = 'mine'")
        self.assertEqual(self.env.cr.fetchone(), (1,))

    def test_mail_comes_though_another_wrote_to_the_account_in_the_same_moment(self):
        self.fill("hello")
        jobs = type(self.env["mail.center.receiver"])
        take, collisions = jobs._take_due, [SerializationFailure("planted")]

        def collides(job, *about):
            taken = take(job, *about)
            if collisions:
                raise collisions.pop()
            return taken

        self.patch(jobs, "_take_due", collides)
        self.receive()
        self.assertFalse(collisions)
        self.assertEqual(self.messages().mapped("subject"), ["hello"])

    def test_a_mail_that_killed_the_last_worker_does_not_kill_the_next_one(self):
        self.over_there("b'Subject: bomb' in raw and os.abort()")
        self.fill("before", "bomb", "after")
        self.left_by_a_dead_worker()
        self.receive()
        self.assertEqual(sorted(self.messages().mapped("subject")), ["after", "before"])
        line = self.env["mail.center.quarantine"].search([("account_id", "=", self.account.id)])
        self.assertIn("brought down", line.error)
        self.assertEqual(self.account.sync_state, "ok")
        # That is over now: few mails are read here again, where this one is harmless.
        self.fill("bomb again")
        self.receive()
        self.assertIn("bomb again", self.messages().mapped("subject"))

    def test_a_run_that_was_given_back_was_not_brought_down(self):
        self.receive()
        self.assertFalse(self.account.claim_worker)

    def test_care_is_taken_until_a_run_has_come_to_its_end(self):
        self.fill("one")
        self.left_by_a_dead_worker()
        with self.job_env() as env, suppress(OutOfTime):
            self.without_time(env)._receive_due()
        self.account.invalidate_recordset()
        self.assertEqual(self.messages().mapped("subject"), ["one"])
        self.assertTrue(self.account.claim_worker)
        self.receive()
        self.assertFalse(self.account.claim_worker)

    def without_time(self, env):
        """The receiver as a scheduled job has it when its seconds are used up."""
        self.env["mail.center.account"].search([("sync_enabled", "=", True)]).next_sync = False
        self.env.flush_all()
        cron = env.ref("mail_center.ir_cron_receive")
        progress = env["ir.cron.progress"].create({"cron_id": cron.id, "remaining": 0, "done": 0})
        return env["mail.center.receiver"].with_context(
            cron_id=cron.id, ir_cron_progress_id=progress.id, cron_end_time=time.monotonic() - 1
        )

    def test_without_time_nothing_is_fetched_that_is_not_stored(self):
        self.fill(*(f"m{number}" for number in range(8)))
        self.startPatcher(patch.object(messages_of, "CHUNK_COUNT", 2))
        fetched, gather = [], messages_of.gather

        def counted(session, **options):
            fetched.extend(options["chunk"])
            return gather(session, **options)

        self.startPatcher(patch.object(messages_of, "gather", counted))
        with self.job_env() as env, suppress(OutOfTime):
            self.without_time(env)._receive_due()
        self.assertEqual(len(fetched), 2)
        self.assertEqual(len(self.messages()), 2)

    def test_a_claim_is_renewed_while_a_mail_takes_long(self):
        folder = self.enterContext(TemporaryDirectory())
        started, renewed = Path(folder, "started"), Path(folder, "renewed")
        # The mail is understood when the claim was renewed in the meantime, else it hangs.
        self.over_there(
            f"if b'Subject: slow' in raw: open({str(started)!r}, 'w')\n"
            f"    while b'Subject: slow' in raw and not os.path.exists({str(renewed)!r}):"
            " time.sleep(0.05)"
        )
        receiver = self.env.registry["mail.center.receiver"]
        renew = receiver._renew

        def noted(model, *args, **kwargs):
            if started.exists():
                renewed.touch()
            return renew(model, *args, **kwargs)

        self.startPatcher(patch.object(receiver, "_renew", noted))
        self.startPatcher(patch.object(ahead, "PAUSE_SECONDS", 0.2))
        self.fill("slow")
        self.left_by_a_dead_worker()
        self.receive()
        self.assertEqual(self.messages().mapped("subject"), ["slow"])
