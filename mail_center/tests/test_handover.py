from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user


class TestHandover(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,mail_center.group_user"
        cls.leaver, cls.heir, cls.other = (
            new_test_user(cls.env, login=f"ho_{name}", groups=groups)
            for name in ("leaver", "heir", "other")
        )
        cls.manager = new_test_user(
            cls.env, login="ho_manager", groups="base.group_user,mail_center.group_manager"
        )
        cls.profile = cls.env["mail.center.profile"].create(
            {"name": "Desk", "user_ids": [(6, 0, cls.leaver.ids)]}
        )
        cls.account, cls.shared = cls.env["mail.center.account"].create(
            [
                {"name": "Office", "email": "office@mc.example", "user_id": cls.leaver.id,
                 "imap_host": "imap.mc.example", "imap_login": "office",
                 "imap_password": "planted"},
                {"name": "Sales", "email": "sales@mc.example", "user_id": cls.other.id,
                 "permission_ids": [(0, 0, {"user_id": cls.leaver.id, "can_read": True})]},
            ]
        )
        cls.mail = cls.env["mail.center.message"].create(
            {"account_id": cls.account.id, "direction": "in", "subject": "Kept"}
        )

    def wizard(self, user=None, **vals):
        wizards = self.env["mail.center.handover"].with_user(user or self.manager)
        return wizards.create({"user_id": self.leaver.id, "new_owner_id": self.heir.id, **vals})

    def test_the_heir_gets_the_mail_and_the_leaver_loses_every_right(self):
        self.leaver.active = False
        wizard = self.wizard()
        self.assertEqual(wizard.account_ids, self.account)
        self.assertEqual(wizard.other_ids, self.shared)
        wizard.action_hand_over()
        self.assertEqual(self.account.user_id, self.heir)
        self.assertTrue(self.mail.with_user(self.heir).has_access("read"))
        self.leaver.active = True
        for account in (self.account, self.shared):
            self.assertFalse(account.with_user(self.leaver).can_read)
        self.assertFalse(self.mail.with_user(self.leaver).has_access("read"))
        self.assertFalse(self.profile.user_ids)
        events = self.env["mail.center.log"].search(
            [("account_id", "in", (self.account | self.shared).ids)]
        ).mapped("event")
        self.assertLessEqual({"handed_over", "permission_removed"}, set(events))

    def test_passwords_go_only_when_asked_for(self):
        self.wizard().action_hand_over()
        self.assertTrue(self.account.imap_password_set)
        back = {"user_id": self.heir.id, "new_owner_id": self.other.id, "forget_passwords": True}
        self.wizard(**back).action_hand_over()
        self.account.invalidate_recordset()
        self.assertFalse(self.account.imap_password_set)

    def test_nobody_but_a_manager_hands_over_and_nobody_without_email_inherits(self):
        with self.assertRaises(AccessError):
            self.wizard(self.heir)
        outsider = new_test_user(self.env, login="ho_nobody", groups="base.group_user")
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.account.company_id = company
        for heir in (outsider, self.leaver, self.heir, self.env["res.users"]):
            with self.subTest(heir=heir.login), self.assertRaises(UserError):
                self.wizard(
                    new_owner_id=heir.id, account_ids=[(6, 0, self.account.ids)]
                ).action_hand_over()
        with self.assertRaises(UserError):
            self.wizard(account_ids=[(6, 0, self.shared.ids)]).action_hand_over()
        self.assertEqual(self.account.user_id, self.leaver)
