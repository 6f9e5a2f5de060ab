from odoo import fields, models
from odoo.addons.mail_center.core.oauth import ask_addresses
from odoo.addons.mail_center.models.mail_center_account_sign_in import nowhere
from odoo.exceptions import AccessError
from odoo.orm.models import NO_ACCESS

TOKEN_URL = "https://oauth2.googleapis.com/token"
USERINFO_URL = "https://www.googleapis.com/oauth2/v2/userinfo"
HOSTS = frozenset({"imap.gmail.com", "pop.gmail.com", "smtp.gmail.com"})


class MailCenterAccount(models.Model):
    _name = "mail.center.account"
    _inherit = ["mail.center.account", "google.gmail.mixin"]
    _email_field = "email"

    auth = fields.Selection(
        selection_add=[("google", "Google")], ondelete={"google": "set default"}
    )
    google_gmail_refresh_token = nowhere(fields.Char)
    google_gmail_access_token = nowhere(fields.Char)
    google_gmail_access_token_expiration = nowhere(fields.Integer)
    google_gmail_uri = fields.Char(groups=NO_ACCESS)

    def open_google_gmail_uri(self):
        """Odoo's own button; ours asks for the right on the account instead of for the admin."""
        if not self.env.su:
            raise AccessError(self.env._("Use “Sign in with Google” on the account."))
        return super().open_google_gmail_uri()

    def _oauth_hosts(self, key):
        hosts = super()._oauth_hosts(key)
        return hosts | HOSTS if key == "google" else hosts

    def _oauth_uri(self):
        if self.oauth_offer != "google":
            return super()._oauth_uri()
        return self.google_gmail_uri

    def _oauth_token_url(self):
        return self._google_token_url() if self.auth == "google" else super()._oauth_token_url()

    def _google_token_url(self):
        return TOKEN_URL

    def _google_userinfo_url(self):
        return USERINFO_URL

    def _oauth_form(self):
        return self._google_form() if self.auth == "google" else super()._oauth_form()

    def _google_form(self):
        parameters = self.env["ir.config_parameter"].sudo()
        return {
            "client_id": parameters.get_param("google_gmail_client_id") or "",
            "client_secret": parameters.get_param("google_gmail_client_secret") or "",
        }

    def _oauth_addresses(self, token):
        if self.auth != "google" and self.oauth_offer != "google":
            return super()._oauth_addresses(token)
        return ask_addresses(self._google_userinfo_url(), token.access)

    def _fetch_gmail_token(self, grant_type, **values):
        """As Odoo's, with the reason of a refusal."""
        token = self._oauth_exchange(
            self._google_token_url(), self._google_form(), "/google_gmail/confirm",
            grant_type=grant_type, **values,
        )
        return {"access_token": token.access, "refresh_token": token.refresh,
                "expires_in": token.seconds}
