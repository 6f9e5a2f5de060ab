import os
from unittest.mock import patch

from odoo.addons.mail_center.core.secrets import Keyring
from odoo.tests import TransactionCase


class TestSecrets(TransactionCase):
    def setUp(self):
        super().setUp()
        self.old, self.new = Keyring.generate_key(), Keyring.generate_key()
        self.use(self.old)
        self.account = self.env["mail.center.account"].create(
            {"name": "A", "email": "a@mc.example", "imap_host": "imap.mc.example",
             "imap_login": "a", "imap_password": "planted"}
        )

    def use(self, *keys):
        patcher = patch.dict(os.environ, MAIL_CENTER_SECRET_KEY="\n".join(keys))
        patcher.start()
        self.addCleanup(patcher.stop)
        self.env.invalidate_all()

    def test_passwords_survive_a_change_of_the_key(self):
        self.use(self.new, self.old)
        self.assertEqual(self.env["mail.center.account.secret"]._rotate(), (1, 0))
        self.use(self.new)
        self.assertEqual(self.account._endpoint("imap").password, "planted")
        self.assertEqual(self.env["mail.center.account.secret"]._rotate(), (0, 0))

    def test_a_database_without_its_key_asks_for_the_password_again(self):
        self.use(self.new)
        self.assertFalse(self.account.imap_password_set)
        with self.assertRaisesRegex(ValueError, "not set"):
            self.account._endpoint("imap")
        self.assertEqual(self.env["mail.center.account.secret"]._rotate(), (0, 1))
        self.account.imap_password = "typed again"
        self.assertTrue(self.account.imap_password_set)
        self.assertEqual(self.account._endpoint("imap").password, "typed again")

    def test_a_damaged_key_leaves_the_form_usable(self):
        self.use("this is no key")
        self.assertFalse(self.account.imap_password_set)

    def test_a_copy_of_the_account_has_no_password(self):
        self.assertFalse(self.account.copy().imap_password_set)

    def test_the_export_of_accounts_holds_no_password(self):
        data = self.account.export_data(["name", "imap_password", "imap_login"])["datas"]
        self.assertNotIn("planted", str(data))
        self.assertNotIn("planted", str(self.account.read()))
        self.assertNotIn("planted", repr(self.account._endpoint("imap")))

    def test_forgotten_passwords_are_gone(self):
        self.account.action_forget_passwords()
        self.assertFalse(self.account.imap_password_set)
        self.assertFalse(
            self.env["mail.center.account.secret"].search([("account_id", "=", self.account.id)])
        )
