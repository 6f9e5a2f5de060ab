from odoo.tests import new_test_user

from .send_common import SendCase, ServerThatDiesAfterTheDot


class TestSendDoubt(SendCase):
    """Mail of which nobody knows whether it was sent."""

    def setUp(self):
        super().setUp()
        self.server = ServerThatDiesAfterTheDot()
        self.send_by(self.server)

    def in_doubt(self, to=None):
        message = self.write_mail(to or self.other.email, subject="doubt")
        self.send()
        self.assertEqual(message.state, "uncertain")
        return message

    def file_in_sent(self, message):
        """What providers do that file what goes out by themselves."""
        raw = self.outbox(message).sudo()._raw()
        self.sandbox.append(self.address, [(raw, ["\\Seen"], None)], "Sent")

    def look(self, message):
        self.outbox(message).sudo().doubt_next = "2020-01-01"
        self.send()

    def test_what_the_provider_filed_in_sent_was_sent(self):
        message = self.in_doubt()
        self.assertTrue(self.outbox(message).doubt_next)
        self.file_in_sent(message)
        self.look(message)
        self.assertEqual(message.state, "sent")
        self.assertIn("sent mail", self.outbox(message).recipient_ids.reason)
        self.assertEqual(self.server.taken, 1)
        self.assertEqual(len(self.sandbox.messages(self.address, "Sent")), 1)

    def test_a_doubt_is_told_and_looked_into_while_another_recipient_is_still_to_be_tried(self):
        self.server.later = (b"late@mc.example",)
        message = self.write_mail(f"{self.other.email}, late@mc.example", subject="two")
        self.send()
        outbox = self.outbox(message)
        self.assertEqual(message.state, "deferred")
        self.assertEqual(outbox.recipient_ids.mapped("state"), ["uncertain", "deferred"])
        self.assertEqual(len(self.told()), 1)
        self.assertIn("Did", self.told()[0])
        actions = outbox.with_user(self.user).delivery()["actions"]
        self.assertIn("action_arrived", actions)
        self.file_in_sent(message)
        self.look(message)
        self.assertEqual(outbox.recipient_ids.mapped("state"), ["sent", "deferred"])
        self.assertEqual(message.state, "deferred", "the other one is still to be tried")

    def test_a_person_settles_the_doubt_while_another_recipient_is_still_to_be_tried(self):
        self.server.later = (b"late@mc.example",)
        message = self.write_mail(f"{self.other.email}, late@mc.example", subject="two")
        self.send()
        self.outbox(message).with_user(self.user).action_arrived()
        self.assertEqual(self.outbox(message).recipient_ids.mapped("state"), ["sent", "deferred"])

    def test_of_two_attempts_in_doubt_a_copy_in_sent_proves_neither(self):
        self.server.later = (b"late@mc.example",)
        message = self.write_mail(f"{self.other.email}, late@mc.example", subject="two")
        self.send()
        self.server.later = ()
        self.clock(self.outbox(message))
        self.send()
        self.assertEqual(message.state, "uncertain")
        self.assertFalse(self.outbox(message).doubt_next)

    def test_what_is_not_in_sent_stays_in_doubt_and_is_asked_of_a_person(self):
        message = self.in_doubt()
        self.sandbox.create_folder(self.address, "Sent")
        for _check in range(4):
            self.look(message)
        outbox = self.outbox(message)
        self.assertEqual(message.state, "uncertain")
        self.assertFalse(outbox.doubt_next, "it is not looked for for ever")
        outbox.with_user(self.user).action_arrived()
        self.assertEqual(message.state, "sent")
        self.assertEqual(self.server.taken, 1)

    def test_what_was_filed_for_one_recipient_proves_nothing_for_a_later_one(self):
        message = self.write_mail(f"{self.other.email}, late@mc.example", subject="two")
        self.outbox(message).recipient_ids[0].state = "sent"
        self.send()
        self.assertEqual(message.state, "uncertain")
        self.assertFalse(self.outbox(message).doubt_next)

    def test_a_mail_that_a_person_sends_again_is_not_proven_by_the_first_copy(self):
        message = self.in_doubt()
        self.outbox(message).with_user(self.user).action_send_again()
        self.send()
        self.assertEqual(message.state, "uncertain")
        self.assertFalse(self.outbox(message).doubt_next)


class TestSendHistory(SendCase):
    def steps(self, outbox):
        return [
            (event.recipient_id.email or "", event.state_before or "", event.state)
            for event in outbox.event_ids
        ]

    def test_every_step_is_written_down(self):
        message = self.write_mail(f"{self.other.email}, nobody@mc.example", subject="half")
        self.send()
        outbox = self.outbox(message).with_user(self.user)
        self.assertEqual(
            self.steps(outbox),
            [
                ("", "", "queued"),
                ("", "queued", "sending"),
                (self.other.email, "queued", "sent"),
                ("nobody@mc.example", "queued", "failed"),
                ("", "sending", "partly_sent"),
            ],
        )
        refused = outbox.event_ids.filtered(lambda e: e.recipient_id and e.state == "failed")
        self.assertEqual(refused.code, "550 5.1.1")
        self.assertIn("does not exist", outbox.recipient_ids[1].reason)

    def test_who_did_it_is_written_down(self):
        message = self.write_mail(self.other.email, subject="wrong")
        self.outbox(message).with_user(self.user).action_cancel()
        last = self.outbox(message).event_ids[-1]
        self.assertEqual((last.state, last.user_id), ("cancelled", self.user))

    def test_hidden_recipients_show_in_the_history_to_the_writer_alone(self):
        third = self.make_account(self.user)
        message = self.write_mail(self.other.email, subject="bcc", bcc_emails=third.email)
        self.send()
        reader = new_test_user(
            self.env, login="mc_reader", groups="base.group_user,mail_center.group_user"
        )
        self.account.permission_ids = [(0, 0, {"user_id": reader.id, "can_read": True})]
        self.env.invalidate_all()
        seen = self.steps(self.outbox(message).with_user(reader))
        self.assertNotIn(third.email, {email for email, _before, _after in seen})
        self.assertIn(self.other.email, {email for email, _before, _after in seen})
        self.env.invalidate_all()
        own = self.steps(self.outbox(message).with_user(self.user))
        self.assertIn((third.email, "queued", "sent"), own)
