import time

from odoo.addons.google_gmail.controllers.main import GoogleGmailController
from odoo.addons.mail_center.controllers.sign_in import ACCOUNT, SignInReturn
from odoo.addons.mail_center.core.oauth import Token


class MailCenterGmailController(SignInReturn, GoogleGmailController):
    """Google sends the browser back to Odoo's own page; what concerns an account is ours."""

    def _get_gmail_record(self, model_name, rec_id, csrf_token):
        return self._checked(super()._get_gmail_record(model_name, rec_id, csrf_token))

    def _check_email_and_redirect_to_gmail_record(
        self, access_token, expiration, refresh_token, record
    ):
        if record._name != ACCOUNT:
            return super()._check_email_and_redirect_to_gmail_record(
                access_token, expiration, refresh_token, record
            )
        token = Token(access_token, max(int(expiration) - int(time.time()), 1), refresh_token)
        return self._finish(
            "google", record, lambda: token, "google_gmail.google_gmail_oauth_error"
        )
