import time

from odoo.addons.mail_center.core.oauth import OAuthError, Token
from odoo.addons.microsoft_outlook.controllers.main import MicrosoftOutlookController
from odoo.exceptions import UserError
from odoo.http import request

ACCOUNT = "mail.center.account"


class MailCenterOutlookController(MicrosoftOutlookController):
    """Microsoft sends the browser back to Odoo's own page; what concerns an account is ours."""

    def _get_outlook_record(self, model_name, rec_id, csrf_token):
        record = super()._get_outlook_record(model_name, rec_id, csrf_token)
        if record._name == ACCOUNT:
            # Before the code is used: who was sent here by another must not give him his mail.
            record.sudo(False)._oauth_check_return()
        return record

    def _check_email_and_redirect_to_outlook_record(
        self, access_token, expiration, refresh_token, record
    ):
        if record._name != ACCOUNT:
            return super()._check_email_and_redirect_to_outlook_record(
                access_token, expiration, refresh_token, record
            )
        try:
            # Who has signed in is asked of Microsoft itself, as Odoo does: what the browser
            # brought could be of two people.
            refresh, access, identity, expires = record._fetch_outlook_access_token(refresh_token)
            token = Token(access, max(int(expires) - int(time.time()), 1),
                          refresh or refresh_token, identity)
            record._oauth_signed_in("microsoft", token, record._oauth_addresses(token))
        except (OAuthError, UserError) as error:
            return request.render(
                "microsoft_outlook.microsoft_outlook_oauth_error",
                {"error": str(error), "redirect_url": self._get_redirect_url(record)},
            )
        return request.redirect(self._get_redirect_url(record))

    def _get_redirect_url(self, record):
        if record._name == ACCOUNT:
            return f"/odoo/action-mail_center.mail_center_account_action/{record.id}"
        return super()._get_redirect_url(record)
