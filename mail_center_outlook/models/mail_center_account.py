from odoo import fields, models
from odoo.addons.mail_center.core.oauth import OAuthError, addresses_of, request_token
from odoo.exceptions import AccessError, UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools.urls import urljoin

IDENTITY = "openid email offline_access https://outlook.office.com/User.read"
HOSTS = frozenset(
    {"outlook.office365.com", "imap.outlook.com", "imap-mail.outlook.com",
     "smtp.office365.com", "smtp-mail.outlook.com", "smtp.outlook.com"}
)


def _nowhere(kind):
    """A field of Odoo's mixin that would keep a token in clear: here it keeps nothing."""
    return kind(compute="_compute_outlook_nothing", store=False, readonly=True, groups=NO_ACCESS,
                copy=False)


class MailCenterAccount(models.Model):
    _name = "mail.center.account"
    _inherit = ["mail.center.account", "microsoft.outlook.mixin"]
    _email_field = "email"
    _OUTLOOK_SCOPE = (
        "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send"
    )

    auth = fields.Selection(
        selection_add=[("microsoft", "Microsoft")], ondelete={"microsoft": "set default"}
    )
    microsoft_outlook_refresh_token = _nowhere(fields.Char)
    microsoft_outlook_access_token = _nowhere(fields.Char)
    microsoft_outlook_access_token_expiration = _nowhere(fields.Integer)
    microsoft_outlook_uri = fields.Char(groups=NO_ACCESS)

    def _compute_outlook_nothing(self):
        self.microsoft_outlook_refresh_token = False
        self.microsoft_outlook_access_token = False
        self.microsoft_outlook_access_token_expiration = False

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
        form = {
            **self._microsoft_form(),
            "grant_type": grant_type,
            "redirect_uri": urljoin(self.get_base_url(), "/microsoft_outlook/confirm"),
            **values,
        }
        try:
            token = request_token(self._microsoft_token_url(), form)
        except OAuthError as error:
            raise UserError(
                self.env._("Microsoft gave no permission. It said: %s", error)
            ) from error
        return {"access_token": token.access, "refresh_token": token.refresh,
                "id_token": token.identity, "expires_in": token.seconds}
