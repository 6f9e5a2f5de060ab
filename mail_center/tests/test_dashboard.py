from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user


class TestDashboard(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mail.center.account"].search([("id", "!=", 0)]).active = False
        email = "base.group_user,mail_center.group_user"
        cls.owner = new_test_user(cls.env, login="board_owner", groups=email)
        cls.stranger = new_test_user(cls.env, login="board_stranger", groups=email)
        cls.manager = new_test_user(
            cls.env, login="board_manager", groups="base.group_user,mail_center.group_manager"
        )
        cls.account = cls.env["mail.center.account"].create(
            {"name": "Box", "email": "box@board.example", "user_id": cls.owner.id,
             "imap_host": "imap.board.example"}
        )

    def overview(self, user):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["mail.center.dashboard"].with_user(user).overview()

    def test_all_is_well(self):
        self.account.write({"last_sync": self.env.cr.now(), "sync_state": "ok"})
        board = self.overview(self.manager)
        self.assertEqual((board["light"], board["people"]), ("green", []))
        self.assertEqual(board["statuses"], [["ok", "Up to date", 1]])
        self.assertEqual(len(board["hours"]), 24)

    def test_who_has_to_do_what_is_told_in_plain_words(self):
        self.account.write({"sync_blocked": True, "sync_error": "The server refuses the login."})
        board = self.overview(self.manager)
        self.assertEqual(board["light"], "red")
        (person,) = board["people"]
        self.assertEqual(person["problem"], "The server refuses the login.")
        self.assertIn("password", person["advice"])
        self.account.write({"sync_blocked": False, "sync_error": False, "sync_state": "ok",
                            "last_sync": self.env.cr.now() - timedelta(hours=1)})
        (person,) = self.overview(self.manager)["people"]
        self.assertRegex(person["problem"], r"^The mailbox was not looked into for \d+ minutes\.$")

    def test_a_paused_account_needs_nobody(self):
        self.account.sync_enabled = False
        board = self.overview(self.manager)
        self.assertEqual((board["light"], board["people"]), ("off", []))
        self.account.copy(
            {"email": "other@board.example", "sync_enabled": True, "sync_state": "ok",
             "last_sync": self.env.cr.now()}
        )
        self.assertEqual(self.overview(self.manager)["light"], "green")

    def test_where_no_account_is_nothing_works_yet(self):
        board = self.overview(self.stranger)
        self.assertEqual((board["light"], board["total"]), ("off", 0))
        self.account.active = False
        board = self.overview(self.manager)
        self.assertEqual((board["light"], board["total"], board["people"]), ("off", 0, []))

    def test_everybody_sees_the_accounts_that_he_manages(self):
        self.account.sync_blocked = True
        self.assertEqual(self.overview(self.owner)["total"], 1)
        self.assertEqual(self.overview(self.stranger)["total"], 0)
        with self.assertRaises(AccessError):
            self.overview(new_test_user(self.env, login="board_nobody", groups="base.group_user"))

    def test_mail_in_quarantine_and_in_the_queue_is_counted(self):
        self.account.write({"last_sync": self.env.cr.now(), "sync_state": "ok"})
        self.env["mail.center.quarantine"].create({"account_id": self.account.id, "error": "e"})
        message = self.env["mail.center.message"].create(
            {"account_id": self.account.id, "direction": "out", "state": "queued"}
        )
        self.env["mail.center.outbox"].create(
            {"message_id": message.id, "account_id": self.account.id, "envelope_from": "a@b.c",
             "user_id": self.owner.id}
        )
        board = self.overview(self.manager)
        self.assertEqual((board["quarantine"], board["queue"]["count"]), (1, 1))
        self.assertEqual(len(board["people"]), 1)
