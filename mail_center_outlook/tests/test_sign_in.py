from odoo.addons.mail_center.tests.sign_in_common import SignInCase, SignInTests
from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestMicrosoftSignIn(SignInTests, SignInCase, HttpCase):
    key = "microsoft"
    callback = "/microsoft_outlook/confirm"

    def configure(self, secret):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("microsoft_outlook_client_id", self.client)
        parameters.set_param("microsoft_outlook_client_secret", secret)
        parameters.set_param("microsoft_outlook.endpoint", f"{self.provider.url}/")

    def test_a_refresh_token_that_changes_at_each_use_is_kept_up(self):
        self.sign_in()
        self.provider.rotates = True
        for _number in range(3):
            self.account.oauth_expires = False
            self.renew()
            self.assertEqual(self.account.oauth_state, "ok")
        self.receive()
        self.assertEqual(self.account.sync_state, "ok")

    def test_odoos_own_fields_keep_no_token(self):
        self.sign_in()
        self.env.cr.execute(
            "SELECT 1 FROM information_schema.columns WHERE table_name = 'mail_center_account'"
            " AND column_name LIKE 'microsoft_outlook%'"
        )
        self.assertFalse(self.env.cr.fetchall())
