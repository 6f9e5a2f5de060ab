from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase


class TestPolling(TransactionCase):
    """A mailbox from which an answer may be expected is looked into every minute."""

    def setUp(self):
        super().setUp()
        self.account = self.env["mail.center.account"].create(
            {"name": "Box", "email": "box@poll.example", "imap_host": "imap.poll.example"}
        )

    def connected(self, **ago):
        moment = fields.Datetime.now() - timedelta(**ago)
        self.env.cr.execute(
            "UPDATE mail_center_account SET create_date = %s WHERE id = %s",
            (moment, self.account.id),
        )
        self.account.invalidate_recordset()

    def mail(self, direction, **ago):
        self.env["mail.center.message"].create({
            "account_id": self.account.id, "direction": direction,
            "state": "received" if direction == "in" else "sent",
            "date": fields.Datetime.now() - timedelta(**ago),
        })

    def test_a_mailbox_that_was_just_connected_is_looked_into_often(self):
        self.assertEqual(self.account._poll_seconds(), 60)

    def test_a_quiet_one_less_often(self):
        self.connected(days=3)
        self.assertEqual(self.account._poll_seconds(), 240)
        self.mail("in", hours=5)
        self.assertEqual(self.account._poll_seconds(), 120)

    def test_who_has_been_written_to_may_answer(self):
        self.connected(days=3)
        self.mail("in", days=2)
        self.mail("out", minutes=5)
        self.assertEqual(self.account._poll_seconds(), 60)
