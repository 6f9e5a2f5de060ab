import time

from odoo.addons.mail_center.controllers.sign_in import ACCOUNT, SignInReturn
from odoo.addons.mail_center.core.oauth import Token
from odoo.addons.microsoft_outlook.controllers.main import MicrosoftOutlookController


class MailCenterOutlookController(SignInReturn, MicrosoftOutlookController):
    """Microsoft sends the browser back to Odoo's own page; what concerns an account is ours."""

    def _get_outlook_record(self, model_name, rec_id, csrf_token):
        return self._checked(super()._get_outlook_record(model_name, rec_id, csrf_token))

    def _check_email_and_redirect_to_outlook_record(
        self, access_token, expiration, refresh_token, record
    ):
        if record._name != ACCOUNT:
            return super()._check_email_and_redirect_to_outlook_record(
                access_token, expiration, refresh_token, record
            )

        def get_token():
            # Who has signed in is asked of Microsoft itself, as Odoo does: what the browser
            # brought could be of two people.
            refresh, access, identity, expires = record._fetch_outlook_access_token(refresh_token)
            return Token(access, max(int(expires) - int(time.time()), 1),
                         refresh or refresh_token, identity)

        return self._finish(
            "microsoft", record, get_token, "microsoft_outlook.microsoft_outlook_oauth_error"
        )
