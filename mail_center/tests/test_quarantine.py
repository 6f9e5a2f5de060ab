from odoo.exceptions import AccessError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .common import MailboxCase, a_mail


class TestQuarantine(MailboxCase):
    """One mail that the database refuses stops no other, and waits for a person."""

    def setUp(self):
        super().setUp()
        self.refuse("mail_center_message", "subject", "poison")

    def refuse(self, table, column, value, name="no_poison"):
        """From now on PostgreSQL itself refuses such a row."""
        self.env.flush_all()
        self.env.cr.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IS DISTINCT FROM %s)",
            [value],
        )

    def allow(self, table="mail_center_message", name="no_poison"):
        self.env.flush_all()
        self.env.cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    @mute_logger("odoo.sql_db")
    def fetch(self, *subjects):
        self.sandbox.append(
            self.address,
            [
                (a_mail("eve@x.example", self.address, subject), [], None)
                for subject in subjects
            ],
        )
        self.receive()
        self.env.invalidate_all()

    def lines(self):
        return self.env["mail.center.quarantine"].search([("account_id", "=", self.account.id)])

    def subjects(self):
        return sorted(self.messages().mapped("subject"))

    def test_a_mail_that_the_database_refuses_is_kept_and_the_others_are_stored(self):
        for place in (0, 2, 4):
            with self.subTest(place=place):
                subjects = [f"good {place} {number}" for number in range(4)]
                subjects.insert(place, "poison")
                before = len(self.messages())
                self.fetch(*subjects)
                self.assertEqual(len(self.messages()), before + 4)
        self.assertEqual(len(self.lines()), 3)
        self.assertIn("no_poison", self.lines()[0].error)
        self.assertEqual(self.account.sync_state, "ok")
        inbox = self.account._folder("inbox")
        self.assertEqual(inbox.known_uids, 15)
        self.receive()
        self.assertEqual(len(self.lines()), 3, "it is not tried again and again")

    @mute_logger("odoo.sql_db")
    def test_tried_again_it_stays_until_the_cause_is_gone_and_then_is_stored_once(self):
        self.fetch("good", "poison")
        line = self.lines().with_user(self.user)
        source = self.env["ir.attachment"]._mail_source(self.lines()).raw
        self.assertIn(b"Subject: poison", source)
        self.assertEqual(line.action_retry()["params"]["type"], "warning")
        self.assertEqual(line.state, "waiting")
        self.allow()
        self.assertEqual(line.action_retry()["params"]["type"], "success")
        self.assertEqual(line.state, "solved")
        self.receive()
        self.assertEqual(self.subjects(), ["good", "poison"])
        inbox = self.account._folder("inbox")
        self.assertEqual(len(inbox.location_ids), 2)
        inbox.with_user(self.user).action_compare()
        self.receive()
        self.env.invalidate_all()
        self.assertEqual(inbox.comparison_text, "server 2 · here 2 · quarantine 0")

    def test_discarded_it_is_not_fetched_again(self):
        self.fetch("poison")
        self.lines().with_user(self.user).action_discard()
        self.allow()
        self.receive()
        self.assertEqual(self.lines().state, "discarded")
        self.assertFalse(self.messages())

    @mute_logger("odoo.sql_db", "odoo.addons.mail_center.models.mail_center_filing")
    def test_a_mail_whose_conversation_cannot_be_stored_is_stored_alone(self):
        self.allow()
        self.refuse("mail_center_thread", "subject", "cursed", "no_curse")
        self.fetch("one", "cursed", "two")
        self.assertEqual(self.subjects(), ["cursed", "one", "two"])
        self.assertFalse(self.lines())
        self.assertEqual(self.account.sync_state, "ok")
        placed = self.messages().filtered("thread_id")
        self.assertEqual(sorted(placed.mapped("subject")), ["one", "two"])
        events = self.env["mail.center.log"].search([("account_id", "=", self.account.id)])
        self.assertIn("stored_alone", events.mapped("event"))

    def test_only_who_manages_the_account_decides(self):
        self.fetch("poison")
        reader = new_test_user(
            self.env, login="mc_reader", groups="base.group_user,mail_center.group_user"
        )
        self.env["mail.center.account.permission"].create(
            {"account_id": self.account.id, "user_id": reader.id, "can_read": True}
        )
        for action in ("action_retry", "action_discard"):
            with self.assertRaises(AccessError):
                getattr(self.lines().with_user(reader), action)()
        self.assertEqual(self.lines().state, "waiting")
