from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .send_common import SendCase, SmtpScript


class TestSendRights(SendCase):
    """Mail of somebody who may not send from the account any more does not leave."""

    def setUp(self):
        super().setUp()
        self.server = SmtpScript()
        self.send_by(self.server)
        self.clerk = new_test_user(
            self.env, login="mc_clerk", name="Jan Kos",
            groups="base.group_user,mail_center.group_user",
        )
        self.permission = self.env["mail.center.account.permission"].create(
            {"account_id": self.account.id, "user_id": self.clerk.id, "can_send": True}
        )

    def scheduled(self, subject="scheduled"):
        message = self.write_mail("to@x.example", user=self.clerk, subject=subject)
        self.outbox(message).sudo().send_after = "2100-01-01"
        return message

    def assert_stopped(self, message):
        self.send()
        self.assertEqual(message.state, "failed")
        self.assertEqual(self.server.taken, 0)
        outbox = self.outbox(message)
        self.assertIn("Jan Kos may not send from the account", outbox.situation)
        self.assertIn("any more", outbox.recipient_ids.reason)
        # To the writer and to the owner of the account.
        self.assertEqual(len(self.told()), 2)
        self.assertIn("You can let it leave", self.told()[0] + self.told()[1])
        return outbox

    def test_the_right_to_send_was_taken_away(self):
        message = self.scheduled()
        self.send()
        self.assertEqual(message.state, "queued")
        self.permission.can_send = False
        self.assert_stopped(message)

    def test_the_writer_was_archived(self):
        message = self.scheduled()
        self.clerk.active = False
        self.assert_stopped(message)

    def test_the_writer_is_no_user_of_email_any_more(self):
        message = self.scheduled()
        self.clerk.group_ids -= self.env.ref("mail_center.group_user")
        self.assert_stopped(message)

    def test_the_account_was_handed_over(self):
        owner = new_test_user(
            self.env, login="mc_heir", groups="base.group_user,mail_center.group_user"
        )
        message = self.write_mail("to@x.example", subject="of the former owner")
        self.outbox(message).sudo().send_after = "2100-01-01"
        self.account.user_id = owner
        self.send()
        self.assertEqual(message.state, "failed")
        self.assertIn("Anna Nowak may not send", self.outbox(message).situation)

    def test_it_is_stopped_also_when_its_time_comes_before_anybody_looks(self):
        message = self.write_mail("to@x.example", user=self.clerk, subject="due")
        self.permission.can_send = False
        with self.job_env() as env:
            rows = env["mail.center.sender"]._claim_some("token", self.account.id, False)
            loads, left = env["mail.center.sender"]._load(rows)
            self.assertFalse(loads)
            self.assertFalse(left)
        self.assertEqual(message.state, "failed")

    def test_who_manages_the_account_lets_it_leave(self):
        message = self.scheduled()
        self.permission.can_send = False
        outbox = self.assert_stopped(message)
        with self.assertRaises(AccessError):
            outbox.with_user(self.clerk).action_retry()
        outbox.sudo().send_after = False
        outbox.with_user(self.user).action_retry()
        self.send()
        self.assertEqual(message.state, "sent")
        self.assertEqual(outbox.released_by_id, self.user)

    def test_mail_of_others_leaves_as_ever(self):
        message = self.scheduled()
        self.permission.can_send = False
        mine = self.write_mail("to@x.example", subject="mine")
        self.send()
        self.assertEqual((message.state, mine.state), ("failed", "sent"))
