import time

from odoo.addons.google_gmail.controllers.main import GoogleGmailController
from odoo.addons.mail_center.core.oauth import OAuthError, Token
from odoo.exceptions import UserError
from odoo.http import request

ACCOUNT = "mail.center.account"


class MailCenterGmailController(GoogleGmailController):
    """Google sends the browser back to Odoo's own page; what concerns an account is ours."""

    def _get_gmail_record(self, model_name, rec_id, csrf_token):
        record = super()._get_gmail_record(model_name, rec_id, csrf_token)
        if record._name == ACCOUNT:
            # Before the code is used: who was sent here by another must not give him his mail.
            record.sudo(False)._oauth_check_return()
        return record

    def _check_email_and_redirect_to_gmail_record(
        self, access_token, expiration, refresh_token, record
    ):
        if record._name != ACCOUNT:
            return super()._check_email_and_redirect_to_gmail_record(
                access_token, expiration, refresh_token, record
            )
        token = Token(access_token, max(int(expiration) - int(time.time()), 1), refresh_token)
        try:
            record._oauth_signed_in("google", token, record._oauth_addresses(token))
        except (OAuthError, UserError) as error:
            return request.render(
                "google_gmail.google_gmail_oauth_error",
                {"error": str(error), "redirect_url": self._get_redirect_url(record)},
            )
        return request.redirect(self._get_redirect_url(record))

    def _get_redirect_url(self, record):
        if record._name == ACCOUNT:
            return f"/odoo/action-mail_center.mail_center_account_action/{record.id}"
        return super()._get_redirect_url(record)
