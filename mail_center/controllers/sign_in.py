"""The way back from a provider's page to the account that was signed in."""

from functools import partial

from odoo.exceptions import UserError
from odoo.http import request

from ..core.oauth import OAuthError

ACCOUNT = "mail.center.account"


class SignInReturn:
    """Before Odoo's controller of a provider: what concerns an account is ours."""

    def _checked(self, record):
        """*record*, which the browser came back for, before the code that it brought is used."""
        if record._name == ACCOUNT:
            # Who was sent here by another must not give him his mail.
            record.sudo(False)._oauth_check_return()
        return record

    def _finish(self, key, record, get_token, error_page):
        """Keep the token of ``get_token()`` for the account, and show it, or why it was refused."""
        try:
            token = get_token()
            addresses = record._oauth_addresses(token)
            # The code counts once: when another transaction collides, only this is done again and
            # not the whole request.
            request.env["mail.center.transaction"]._transaction(
                partial(record._oauth_signed_in, key, token, addresses)
            )
        except (OAuthError, UserError) as error:
            return request.render(
                error_page, {"error": str(error), "redirect_url": self._get_redirect_url(record)}
            )
        return request.redirect(self._get_redirect_url(record))

    def _get_redirect_url(self, record):
        if record._name == ACCOUNT:
            return f"/odoo/action-mail_center.mail_center_account_action/{record.id}"
        return super()._get_redirect_url(record)
