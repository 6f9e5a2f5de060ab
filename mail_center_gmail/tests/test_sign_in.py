from odoo.addons.mail_center.tests.sign_in_common import SignInCase, SignInTests
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestGoogleSignIn(SignInTests, SignInCase, HttpCase):
    key = "google"
    callback = "/google_gmail/confirm"

    def patches(self):
        return {
            **super().patches(),
            "_google_token_url": lambda _account: f"{self.provider.url}/token",
            "_google_userinfo_url": lambda _account: f"{self.provider.url}/userinfo",
        }

    def configure(self, secret):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("google_gmail_client_id", self.client)
        parameters.set_param("google_gmail_client_secret", secret)

    def test_odoos_own_fields_keep_no_token(self):
        self.sign_in()
        self.account.sudo().google_gmail_refresh_token = "planted"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.account.sudo().google_gmail_refresh_token)
        self.env.cr.execute(
            "SELECT 1 FROM information_schema.columns WHERE table_name = 'mail_center_account'"
            " AND column_name LIKE 'google_gmail%'"
        )
        self.assertFalse(self.env.cr.fetchall())


@tagged("post_install", "-at_install")
class TestGmailSettings(TransactionCase):
    def test_the_search_for_settings_speaks_of_signing_in_and_of_no_app_password(self):
        boss = new_test_user(self.env, "mc_boss", groups="mail_center.group_manager")
        (found,) = self.env["mail.center.probe"].with_user(boss)._find("anna@gmail.com")
        self.assertIn("sign in", found["note"])
        self.assertNotIn("app password", found["note"])
