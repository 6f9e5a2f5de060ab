import time
from collections import Counter

from odoo.addons.mail_center import worker
from odoo.addons.mail_center.core import smtp
from odoo.addons.mail_center.core.smtp import Attempt, RecipientResult

from .send_common import SendCase, SmtpScript


class TestSendClaims(SendCase):
    """Workers that die, that are slow, and that wake when others have their mail."""

    def setUp(self):
        super().setUp()
        self.server = SmtpScript()
        self.send_by(self.server)

    def held(self, phase, until, host="another-machine"):
        """A mail that a worker of another machine has; nobody here can tell how that one is."""
        message = self.write_mail(self.other.email, subject="held")
        self.outbox(message).write(
            {"state": "sending", "phase": phase, "claim_worker": f"{host}:1:1",
             "claim_token": "theirs", "claim_until": until, "attempts": 1}
        )
        return message

    def record(self, outbox, attempt):
        with self.job_env() as env:
            env["mail.center.sender"]._record(outbox.with_env(env).sudo(), "theirs", attempt)
        self.env.invalidate_all()

    def test_what_a_worker_elsewhere_holds_is_left_to_it_until_its_time_is_over(self):
        held = self.held("claimed", "2100-01-01")
        over = self.held("claimed", "2020-01-01")
        unknown = self.held("content", "2020-01-01")
        self.send()
        self.assertEqual(
            [self.outbox(one).state for one in (held, over, unknown)],
            ["sending", "sent", "uncertain"],
        )
        self.assertEqual(self.server.taken, 1)

    def test_a_worker_that_lost_its_claim_does_not_hand_the_mail_over(self):
        message = self.write_mail(self.other.email, subject="lost")

        def take_over():
            # What another one does when this worker's time is over, after DATA was asked for.
            self.outbox(message).write({"claim_token": "theirs"})
            self.env.flush_all()

        job = type(self.env["mail.center.sender"])
        phase = job._phase

        def late(sender, row, token, accepted, name):
            if name == "content":
                take_over()
            return phase(sender, row, token, accepted, name)

        self.patch(job, "_phase", late)
        self.send()
        self.assertEqual(self.server.taken, 0)
        self.assertEqual(self.outbox(message).claim_token, "theirs")
        self.assertEqual(self.outbox(message).state, "sending")

    def test_a_worker_that_wakes_late_does_not_write_over_what_was_decided_meanwhile(self):
        message = self.held("content", "2020-01-01")
        outbox = self.outbox(message)
        self.send()
        self.assertEqual(message.state, "uncertain")
        outbox.with_user(self.user).action_send_again()
        self.send()
        self.assertEqual(message.state, "sent")
        late = Attempt("done", {self.other.email: RecipientResult("failed")})
        self.record(outbox, late)
        self.assertEqual(message.state, "sent")
        self.assertEqual(outbox.recipient_ids.state, "sent")

    def test_a_worker_that_wakes_late_tells_what_nobody_else_knows(self):
        message = self.held("content", "2020-01-01")
        self.send()
        self.assertEqual(message.state, "uncertain")
        late = Attempt("done", {self.other.email: RecipientResult("sent")})
        self.record(self.outbox(message), late)
        self.assertEqual(message.state, "sent")

    def test_the_own_worker_is_alive(self):
        self.assertFalse(worker.is_dead(worker.identity()))

    def past_its_end(self, env):
        """The sender in a run of its cron that has no time left, and that run's progress."""
        cron, progress = env.ref("mail_center.ir_cron_send")._add_progress()
        return env["mail.center.sender"].with_context(
            **cron.env.context, cron_id=cron.id, cron_end_time=time.monotonic() - 1
        ), progress

    def test_a_run_without_time_claims_nothing_and_says_that_there_is_more(self):
        message = self.write_mail("x@x.example")
        events = len(self.outbox(message).event_ids)
        with self.job_env() as env:
            sender, progress = self.past_its_end(env)
            sender._cron_send()
            self.assertEqual((progress.done, progress.remaining), (0, 1))
        self.env.invalidate_all()
        self.assertEqual(len(self.outbox(message).event_ids), events)
        self.assertEqual(self.server.taken, 0)
        self.send()
        self.assertEqual(self.server.taken, 1)

    def test_a_server_that_uses_up_the_time_before_it_greets_still_gets_a_mail_each_run(self):
        messages = [self.write_mail("x@x.example") for _number in range(3)]
        with self.job_env() as env, smtp.Pool() as pool:
            sender, _progress = self.past_its_end(env)
            rows = sender._claim("token", Counter())
            self.assertEqual(len(rows), 3)
            sender._send_safely(rows, "token", pool, patient=True)
        self.env.invalidate_all()
        self.assertEqual(self.server.taken, 1)
        states = [self.outbox(message).state for message in messages]
        self.assertEqual(states, ["sent", "queued", "queued"])
