"""Two machines that answer each other are stopped; people and busy partners are not."""

from odoo.exceptions import ValidationError

from .test_account_integration import IntegrationCase
from .understanding_common import UnderstandingCase

LIMIT = 4


class TestLoops(UnderstandingCase):
    def setUp(self):
        super().setUp()
        self.account.write(
            {"use_for_integration": True, "loop_limit": LIMIT, "smtp_host": "smtp.mc.example"}
        )

    def answer(self, to="robot@x.example"):
        """A program answers; the outgoing mail."""
        answer = self.account.with_user(self.owner).integration_send(to, "Thanks", "<p>Got it.</p>")
        return self.env["mail.center.message"].browse(answer["id"]).sudo().outbox_ids

    def to_and_fro(self, times, sender="robot@x.example"):
        for _time in range(times):
            self.take(self.letter(sender=sender))
            self.answer(sender)

    def log(self):
        return self.env["mail.center.log"].search(
            [("account_id", "=", self.account.id), ("event", "=", "send_loop")]
        )

    def test_what_goes_to_and_fro_without_end_is_held_and_logged(self):
        self.to_and_fro(LIMIT)
        self.assertFalse(self.log())
        self.take(self.letter(sender="Robot <Robot@x.example>"))
        self.take(self.letter(sender="robot@x.example"))
        held = self.answer()
        self.assertEqual((held.state, held.message_id.state), ("failed", "failed"))
        self.assertIn("answer each other", held.situation)
        self.assertEqual(len(self.log()), 1)
        # Others are written to as before.
        self.assertEqual(self.answer("eve@x.example").state, "queued")

    def test_a_person_can_let_a_held_mail_go(self):
        self.to_and_fro(LIMIT + 1)
        held = self.answer()
        held.with_user(self.owner).action_retry()
        self.assertEqual(held.state, "queued")
        self.assertEqual(held.recipient_ids.state, "queued")

    def test_many_mails_to_one_who_does_not_answer_are_no_loop(self):
        for _time in range(LIMIT + 3):
            self.assertEqual(self.answer().state, "queued")

    def test_many_mails_from_one_who_gets_no_answers_are_no_loop(self):
        for _time in range(LIMIT + 3):
            self.take(self.letter(sender="robot@x.example"))
        self.assertEqual(self.answer().state, "queued")

    def test_yesterdays_mail_does_not_count(self):
        self.to_and_fro(LIMIT)
        self.env.flush_all()
        for table in ("mail_center_message", "mail_center_outbox_recipient"):
            self.env.cr.execute(f"UPDATE {table} SET create_date = now() - interval '25 hours'")
        self.env.invalidate_all()
        self.take(self.letter(sender="robot@x.example"))
        self.assertEqual(self.answer().state, "queued")

    def test_odoos_own_answers_are_held_too(self):
        self.to_and_fro(LIMIT)
        raw = self.letter().encode()
        held = self.account._queue_odoo_mail(raw, ["robot@x.example"])
        self.assertEqual(held.state, "failed")

    def test_the_limit_can_be_lifted_and_is_no_nonsense(self):
        self.account.loop_limit = 0
        self.to_and_fro(LIMIT + 2)
        self.assertEqual(self.answer().state, "queued")
        with self.assertRaises(ValidationError):
            self.account.loop_limit = -1


class TestPeopleAreNoLoop(IntegrationCase):
    def test_what_a_person_writes_is_never_held(self):
        self.set_up_integration()
        self.open.loop_limit = 1
        to = self.open._integration_addresses("e@x.example")
        for _time in range(3):
            message = self.env["mail.center.writer"].with_user(self.sender)._write_mail(
                self.open.with_user(self.sender), to=to, cc=[], bcc=[], subject="x", html="x",
            )
            self.assertEqual(message.state, "queued")
