from odoo import fields, models
from odoo.addons.mail_center.core.oauth import addresses_of
from odoo.addons.mail_center.models.mail_center_account_sign_in import nowhere
from odoo.exceptions import AccessError
from odoo.orm.models import NO_ACCESS
from odoo.tools.urls import urljoin

IDENTITY = "openid email offline_access https://outlook.office.com/User.read"
HOSTS = frozenset(
    {"outlook.office365.com", "imap.outlook.com", "imap-mail.outlook.com",
     "pop-mail.outlook.com", "smtp.office365.com", "smtp-mail.outlook.com", "smtp.outlook.com"}
)
SCOPE = "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send"
POP3_SCOPE = "https://outlook.office.com/POP.AccessAsUser.All"


class MailCenterAccount(models.Model):
    _name = "mail.center.account"
    _inherit = ["mail.center.account", "microsoft.outlook.mixin"]
    _email_field = "email"

    @property
    def _OUTLOOK_SCOPE(self):  # noqa: N802
        """What the owner is asked to agree to: POP3 only where an account still needs it."""
        return f"{SCOPE} {POP3_SCOPE}" if "pop3" in self.mapped("protocol") else SCOPE

    auth = fields.Selection(
        selection_add=[("microsoft", "Microsoft")], ondelete={"microsoft": "set default"}
    )
    microsoft_outlook_refresh_token = nowhere(fields.Char)
    microsoft_outlook_access_token = nowhere(fields.Char)
    microsoft_outlook_access_token_expiration = nowhere(fields.Integer)
    microsoft_outlook_uri = fields.Char(groups=NO_ACCESS)

    def open_microsoft_outlook_uri(self):
        """Odoo's own button; ours asks for the right on the account instead of for the admin."""
        if not self.env.su:
            raise AccessError(self.env._("Use “Sign in with Microsoft” on the account."))
        return super().open_microsoft_outlook_uri()

    def _oauth_hosts(self, key):
        hosts = super()._oauth_hosts(key)
        return hosts | HOSTS if key == "microsoft" else hosts

    def _oauth_uri(self):
        if self.oauth_offer != "microsoft":
            return super()._oauth_uri()
        return self.microsoft_outlook_uri

    def _oauth_token_url(self):
        if self.auth != "microsoft":
            return super()._oauth_token_url()
        return self._microsoft_token_url()

    def _microsoft_token_url(self):
        return urljoin(self._get_microsoft_endpoint(), "token")

    def _oauth_form(self):
        return self._microsoft_form() if self.auth == "microsoft" else super()._oauth_form()

    def _microsoft_form(self):
        parameters = self.env["ir.config_parameter"].sudo()
        return {
            "client_id": parameters.get_param("microsoft_outlook_client_id") or "",
            "client_secret": parameters.get_param("microsoft_outlook_client_secret") or "",
            "scope": f"{IDENTITY} {self._OUTLOOK_SCOPE}",
        }

    def _oauth_addresses(self, token):
        if self.auth != "microsoft" and self.oauth_offer != "microsoft":
            return super()._oauth_addresses(token)
        return addresses_of(token)

    def _fetch_outlook_token(self, grant_type, **values):
        """As Odoo's, with the reason of a refusal."""
        token = self._oauth_exchange(
            self._microsoft_token_url(), self._microsoft_form(), "/microsoft_outlook/confirm",
            grant_type=grant_type, **values,
        )
        return {"access_token": token.access, "refresh_token": token.refresh,
                "id_token": token.identity, "expires_in": token.seconds}
