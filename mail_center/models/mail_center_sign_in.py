import time
from datetime import timedelta
from functools import partial

from odoo import api, models

from ..core.endpoint import MailServerError
from ..core.oauth import OAuthError, request_token
from .mail_center_account_sign_in import MARGIN_SECONDS, REFRESH

# A provider that is away for a quarter of an hour must not stop the mail.
AHEAD_SECONDS = 15 * 60
# A worker that died while it asked for a token is waited for so long.
RENEWING_SECONDS = 60
# Who finds another one asking waits for the answer, and looks so often whether it is there.
WAIT_SECONDS, LOOK_SECONDS = 20, 0.2
# What a refused renewal is to the jobs that wanted to log in.
_KINDS = {"later": "throttled", "consent": "auth", "setup": "refused"}


class MailCenterSignIn(models.AbstractModel):
    """Renews the tokens of accounts that sign in on their provider's page, ahead of their end."""

    _name = "mail.center.sign.in"
    _inherit = "mail.center.transaction"
    _description = "Email sign-in renewal"

    @api.model
    def _cron_renew(self):
        accounts = self.env["mail.center.account"].sudo().search(
            [("auth", "!=", "password"), ("oauth_state", "!=", "refused"),
             "|", ("oauth_retry", "=", False), ("oauth_retry", "<=", self.env.cr.now())]
        ).filtered(lambda one: one._oauth_is_due(AHEAD_SECONDS))
        for number, account in enumerate(accounts, 1):
            job, account = self._for_owner(account)
            job._renew(account, AHEAD_SECONDS)
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(accounts) - number):
                return

    @api.model
    def _renew(self, account, seconds=MARGIN_SECONDS):
        """Ask for a new access token between two transactions, if the old one ends within
        *seconds*. Returns the OAuthError, if any.

        One worker at a time: a provider may take each refresh token only once (RFC 9700 section
        4.14.2), and who came second would believe that the consent has ended.
        """
        url, form = account._oauth_token_url(), account._oauth_form()
        self._commit()
        until = time.monotonic() + WAIT_SECONDS
        while True:
            self.env.invalidate_all()
            (turn, refresh), _left = self._transaction(
                partial(self._take_turn, account, url, seconds)
            )
            if turn == "fresh":
                return None
            if turn == "mine":
                break
            if time.monotonic() > until:
                return OAuthError("later", "another worker is asking")
            time.sleep(LOOK_SECONDS)
        try:
            if not refresh:
                raise OAuthError("consent", "no refresh token")
            token = request_token(
                url, {**form, "grant_type": "refresh_token", "refresh_token": refresh}
            )
        except OAuthError as error:
            outcome, work = error, partial(account._oauth_refused, error)
        else:
            outcome, work = None, partial(account._oauth_store, token)
        counts, _left = self._transaction(partial(self._end_turn, account, url, refresh, work))
        return outcome if counts else None

    @api.model
    def _take_turn(self, account, url, seconds):
        """Whether to ask *url* for a new token now. Part of a transaction.

        ``("mine", the refresh token)``; ``("fresh", "")``: the access holds for more than
        *seconds*, or there is none any more; ``("busy", "")``: another worker is asking.
        """
        now = self.env.cr.now()
        if not account.exists() or not account._oauth_is_due(seconds):
            return "fresh", ""
        if account.oauth_renewing and account.oauth_renewing > now:
            return "busy", ""
        account.oauth_renewing = now + timedelta(seconds=RENEWING_SECONDS)
        return "mine", self.env["mail.center.account.secret"]._get(account, REFRESH, url)

    @api.model
    def _end_turn(self, account, url, refresh, work):
        """Do *work*, what the answer for the token *refresh* means, and let others ask.

        Not if somebody has signed in or out meanwhile: then it means nothing any more. Returns
        whether it does. Part of a transaction.
        """
        if not account.exists():
            return False
        account.oauth_renewing = False
        held = self.env["mail.center.account.secret"]._get(account, REFRESH, url)
        if account.auth == "password" or held != refresh:
            return False
        work()
        return True

    @api.model
    def _keep_fresh(self, account):
        """Renew what is about to end. Raises MailServerError when there is no way to log in."""
        if account._oauth_is_due() and (error := self._renew(account)):
            raise MailServerError(_KINDS[error.kind], account._oauth_sentence(error))


class MailCenterReceiver(models.AbstractModel):
    _inherit = "mail.center.receiver"

    @api.model
    def _receive_mailbox(self, account, token):
        self.env["mail.center.sign.in"]._keep_fresh(account)
        return super()._receive_mailbox(account, token)

    @api.model
    def _refusal(self, account, error):
        if account.auth == "password" or getattr(error, "kind", "") != "auth":
            return super()._refusal(account, error)
        if account.oauth_state == "refused":
            return {"sync_blocked": True}
        # It may have been revoked before its time: once more with a new one, at once.
        account._oauth_doubt()
        again = {"next_sync": self._in(1)} if not account.auth_failures else {}
        return {**super()._refusal(account, error), **again}


class MailCenterSender(models.AbstractModel):
    _inherit = "mail.center.sender"

    @api.model
    def _send_batch(self, account, rows, token, *args, **options):
        try:
            self.env["mail.center.sign.in"]._keep_fresh(account)
        except MailServerError as error:
            self.env.cr.rollback()
            self._transaction(partial(self._account_failed, account, rows, token, error))
            return False
        return super()._send_batch(account, rows, token, *args, **options)

    @api.model
    def _account_failed(self, account, rows, token, error):
        if account.auth == "password" or getattr(error, "kind", "") != "auth" \
                or account.oauth_state == "refused":
            return super()._account_failed(account, rows, token, error)
        account._oauth_doubt()
        if account.send_auth_failures:
            error = MailServerError("auth", self.env._(
                "The server refuses the sign-in. Sign in again on the account."
            ), server_text=error.server_text)
            return super()._account_failed(account, rows, token, error)
        # Not the person's fault, perhaps: a new token is tried before anybody is troubled.
        softer = MailServerError("closed", self.env._(
            "The server does not take the access any more; it is being renewed."
        ), server_text=error.server_text)
        result = super()._account_failed(account, rows, token, softer)
        rows.filtered(lambda row: row.state == "deferred").write({"next_attempt": False})
        account.write({"send_retry_at": False, "send_auth_failures": 1})
        self._wake()
        return result
