import os
from unittest.mock import patch

from odoo.addons.mail_center.core.secrets import Keyring
from odoo.tests import Form, TransactionCase, new_test_user

from .common import foreign_authority


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

    # ---- a password is for the servers it was typed for ---------------------

    def test_a_password_never_follows_the_account_to_a_foreign_server(self):
        self.account.write({"smtp_host": "smtp.mc.example", "smtp_login": "a"})
        self.assertEqual(self.account._endpoint("smtp").password, "planted", "a sister of IMAP's")
        manager = new_test_user(
            self.env, "secret_manager", groups="base.group_user,mail_center.group_manager"
        )
        self.env["mail.center.account.permission"].create(
            {"account_id": self.account.id, "user_id": manager.id, "can_manage": True}
        )
        self.account.with_user(manager).write(
            {"imap_host": "imap.evil.example", "smtp_host": "smtp.evil.example"}
        )
        self.assertFalse(self.account.imap_password_set)
        for kind in ("imap", "smtp"):
            with self.assertRaisesRegex(ValueError, f"not sent to “{kind}.evil.example”"):
                self.account._endpoint(kind)
            self.assertEqual(self.account._endpoint(kind, incomplete=True).password, "")

    def test_a_server_put_back_has_its_password_again(self):
        self.account.imap_host = "imap.typo.example"
        self.account.imap_host = "imap.mc.example"
        self.assertTrue(self.account.imap_password_set)
        self.assertEqual(self.account._endpoint("imap").password, "planted")

    def test_a_password_typed_with_the_new_server_is_for_it(self):
        self.account.write({"imap_host": "imap.new.example", "imap_password": "new"})
        self.assertEqual(self.account._endpoint("imap").password, "new")
        self.assertTrue(self.account.imap_password_set)

    def test_one_password_typed_for_two_unlike_servers_serves_both(self):
        account = self.env["mail.center.account"].create(
            {"name": "B", "email": "b@mc.example", "imap_host": "outlook.mc.example",
             "imap_login": "b", "smtp_login": "b", "smtp_host": "relay.other.example",
             "imap_password": "shared"}
        )
        self.assertEqual(account._endpoint("smtp").password, "shared")
        self.assertFalse(account.smtp_password_set)

    def test_the_form_says_at_once_that_another_server_has_no_password(self):
        with Form(self.account) as form:
            self.assertTrue(form.imap_password_set)
            form.imap_host = "imap.new.example"
            self.assertFalse(form.imap_password_set)
            form.imap_password = "typed before"
            form.imap_host = "imap.newer.example"
            self.assertEqual(form.imap_password, "typed before")
        self.assertEqual(self.account._endpoint("imap").password, "typed before")

    # ---- nor over a connection that was changed by who need not know it -----

    def other(self, login="secret_manager"):
        """The account, as a manager sees it who did not type its password."""
        manager = new_test_user(
            self.env, login, groups="base.group_user,mail_center.group_manager"
        )
        self.assertFalse(self.account.with_user(manager).can_read)
        return self.account.with_user(manager)

    def assertWithheld(self, kind="imap"):
        with self.assertRaisesRegex(ValueError, "did not type the password"):
            self.account._endpoint(kind)

    def test_a_password_never_follows_to_a_connection_that_others_can_listen_to(self):
        theirs = self.other()
        usual = {"imap_port": 993, "imap_security": "tls", "verify_certificate": True,
                 "ca_pem": False}
        for change in (
            {"imap_security": "none"},
            {"imap_security": "none", "imap_port": 143},
            {"verify_certificate": False},
            {"ca_pem": foreign_authority()},
        ):
            with self.subTest(change):
                theirs.write(change)
                self.assertWithheld()
                self.assertFalse(self.account.imap_password_set)
                theirs.write(usual)
                self.assertTrue(self.account.imap_password_set)
                self.assertEqual(self.account._endpoint("imap").password, "planted")

    def test_step_by_step_a_password_gets_no_further(self):
        theirs = self.other()
        theirs.write({"ca_pem": foreign_authority(), "verify_certificate": False})
        theirs.write({"verify_certificate": True})
        self.assertWithheld()

    def test_without_encryption_a_password_goes_to_no_other_port(self):
        self.account.write({"imap_security": "none", "imap_port": 143})
        self.assertEqual(self.account._endpoint("imap").password, "planted")
        theirs = self.other()
        theirs.imap_port = 10143
        self.assertWithheld()

    def test_a_better_connection_needs_no_password_anew(self):
        self.account.write({"imap_security": "none", "imap_port": 143})
        self.other().write({"imap_security": "starttls", "imap_port": 1143})
        self.assertEqual(self.account._endpoint("imap").password, "planted")

    def test_one_password_for_two_servers_is_withheld_from_the_one_that_was_changed(self):
        self.account.write({"smtp_host": "smtp.mc.example", "smtp_login": "another"})
        theirs = self.other()
        theirs.write({"smtp_security": "none", "smtp_port": 10025})
        theirs.smtp_login = "a"
        self.assertWithheld("smtp")
        self.assertEqual(self.account._endpoint("imap").password, "planted")

    def test_who_makes_himself_the_owner_knows_the_password_no_better(self):
        theirs = self.other()
        theirs.user_id = theirs.env.user
        theirs.verify_certificate = False
        self.assertWithheld()

    def test_who_typed_the_password_changes_the_connection_as_he_likes(self):
        theirs = self.other()
        theirs.write({"imap_password": "his own", "imap_security": "none"})
        theirs.verify_certificate = False
        self.assertEqual(self.account._endpoint("imap").password, "his own")

    def test_a_password_typed_anew_is_for_the_connection_as_it_is_then(self):
        theirs = self.other()
        theirs.write({"imap_port": 143, "imap_security": "none"})
        self.assertWithheld()
        self.account.imap_password = "typed again"
        self.assertEqual(self.account._endpoint("imap").password, "typed again")
        theirs.imap_port = 10143
        self.assertWithheld()

    def test_that_a_password_is_withheld_is_said_once_with_who_did_it(self):
        theirs = self.other()
        theirs.verify_certificate = False
        theirs.imap_security = "none"
        line = self.env["mail.center.log"].search(
            [("account_id", "=", self.account.id), ("event", "=", "password_withheld")]
        )
        self.assertEqual((line.level, line.repeats), ("warning", 1))
        self.assertEqual(line.user_id, theirs.env.user)
        self.assertIn("type the password into the account once more", line.message)
