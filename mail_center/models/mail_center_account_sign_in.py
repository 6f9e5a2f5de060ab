import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.http import request
from odoo.orm.models import NO_ACCESS
from odoo.tools.urls import urljoin

from ..core.endpoint import Security
from ..core.oauth import OAuthError, request_token
from ..core.providers import lookup

ACCESS, REFRESH = "oauth_access", "oauth_refresh"
# A session may be opened shortly before the token ends.
MARGIN_SECONDS = 60
# Which account this browser is signing in, and since when: [id, seconds since 1970].
STARTED, STARTED_SECONDS = "mail_center_oauth", 3600


def nowhere(kind):
    """A field of Odoo's own mixins that would keep a token in clear: here it keeps nothing."""
    return kind(
        compute="_compute_nowhere", store=False, readonly=True, groups=NO_ACCESS, copy=False
    )


class MailCenterAccount(models.Model):
    """Signing in on the provider's own page (OAuth 2.0) instead of a password.

    The addon of a provider adds its key to *auth* and answers the hooks ``_oauth_*``. Tokens lie
    with the passwords: encrypted, readable by nobody, shown only to the servers they are for.
    """

    _inherit = "mail.center.account"

    auth = fields.Selection(
        [("password", "Password")], string="Sign-in", required=True, default="password",
        readonly=True, copy=False,
    )
    oauth_state = fields.Selection(
        [("ok", "Signed in"), ("refused", "Consent ended"), ("setup", "Set-up refused")],
        readonly=True, copy=False,
    )
    oauth_problem = fields.Char(string="Sign-in problem", readonly=True, copy=False)
    oauth_expires = fields.Datetime(
        string="Access until", readonly=True, copy=False,
        help="It is renewed by itself before.",
    )
    oauth_retry = fields.Datetime(readonly=True, copy=False)
    oauth_failures = fields.Integer(readonly=True, copy=False, aggregator=None)
    # Until when a worker is asking for a new token: the others wait for what it gets.
    oauth_renewing = fields.Datetime(readonly=True, copy=False)
    # The key of the provider whose sign-in fits these servers, an addon of which is installed.
    oauth_offer = fields.Char(compute="_compute_oauth_offer")

    def _compute_nowhere(self):
        for name, field in self._fields.items():
            if field.compute == "_compute_nowhere":
                self[name] = False

    @api.depends("imap_host", "pop3_host", "smtp_host", "protocol", "email")
    def _compute_oauth_offer(self):
        keys = self._oauth_keys()
        for account in self:
            provider = lookup(account.email or "")
            found = [provider.imap.host] if provider and provider.imap else []
            servers = {account[f"{kind}_host"] for kind in account._oauth_kinds()} or set(found)
            account.oauth_offer = next(
                (key for key in keys
                 if servers and servers <= account._oauth_hosts(key)), False
            )

    @api.depends("oauth_offer", "auth")
    def _compute_provider(self):
        result = super()._compute_provider()
        for account in self.filtered("oauth_offer"):
            account.provider_note = self._oauth_note() if account.auth == "password" else False
        return result

    @api.model
    def _oauth_keys(self):
        """The providers whose addon is installed."""
        return [key for key, _name in self._fields["auth"].selection if key != "password"]

    @api.model
    def _oauth_all_hosts(self):
        """The servers at which one signs in instead of typing a password."""
        return set().union(*map(self._oauth_hosts, self._oauth_keys()))

    @api.model
    def _oauth_note(self):
        return self.env._(
            "No password is needed: sign in on the page of the provider with the button here."
        )

    # ---- hooks --------------------------------------------------------------

    @api.model
    def _oauth_hosts(self, key):
        """The servers that a token of the provider *key* may be shown to, as a set."""
        return set()

    def _oauth_uri(self):
        """The page of the provider on which the owner agrees."""
        raise NotImplementedError

    def _oauth_token_url(self):
        """The provider's token endpoint."""
        raise NotImplementedError

    def _oauth_form(self):
        """What the token endpoint wants with every request, as a dictionary of texts."""
        raise NotImplementedError

    def _oauth_addresses(self, token):
        """Who has signed in: the addresses that the provider names for the *token*, as a set."""
        raise NotImplementedError

    # ---- the person ---------------------------------------------------------

    def action_oauth_sign_in(self):
        """Go to the provider's page; it comes back to :meth:`_oauth_signed_in`."""
        self.ensure_one()
        self._require("manage")
        account = self.sudo()
        if not account.oauth_offer:
            raise UserError(self.env._("The servers of this account offer no sign-in."))
        account._oauth_check_connection()
        uri = account._oauth_uri()
        if not uri:
            raise UserError(
                self.env._(
                    "Sign-in is not set up yet: the administrator enters the client ID and secret "
                    "of the provider under Settings → General Settings → Discuss."
                )
            )
        if request:
            request.session[STARTED] = [self.id, time.time()]
        return {"type": "ir.actions.act_url", "url": uri, "target": "self"}

    def _oauth_check_return(self):
        """The browser has come back from the provider: AccessError unless it was sent from here.

        Who follows a link that another person made would give him his mail, or put that
        person's mail into his own account (RFC 6749 section 10.12). It holds once.
        """
        self.ensure_one()
        self._require("manage")
        number, since = (request and request.session.pop(STARTED, None)) or (0, 0)
        if number != self.id or time.time() - since > STARTED_SECONDS:
            raise AccessError(
                self.env._(
                    "Sign in with the button of the account, in this browser and within an hour."
                )
            )

    def action_oauth_sign_out(self):
        """Forget the tokens; the account stops until it has another way in."""
        self._require("manage")
        accounts = self.sudo()
        accounts._forget_passwords()
        accounts.write({"auth": "password", "oauth_state": False, "oauth_problem": False,
                        "oauth_expires": False})
        for account in accounts:
            self.env["mail.center.log"]._add(
                account, "oauth_signed_out",
                self.env._("%s ended the sign-in; the tokens are forgotten.", self.env.user.name),
            )
        return True

    def _oauth_is_safe(self, kind):
        """Whether nobody can listen to the connection to the *kind* of server."""
        return self.verify_certificate and self[f"{kind}_security"] != Security.NONE.value

    def _oauth_kinds(self):
        """The servers that the account has: *imap*, *smtp*, while it is a legacy one *pop3*."""
        kinds = ("imap", "smtp", "pop3") if self.protocol == "pop3" else ("imap", "smtp")
        return [kind for kind in kinds if self[f"{kind}_host"]]

    def _oauth_check_connection(self):
        """A token goes only over a connection that nobody can listen to."""
        if not self.verify_certificate or not all(map(self._oauth_is_safe, self._oauth_kinds())):
            raise UserError(self._oauth_unsafe())

    def _oauth_unsafe(self):
        return self.env._(
            "Signing in needs encryption and verified certificates: switch them on."
        )

    def _oauth_signed_in(self, key, token, addresses):
        """Keep the tokens that the owner's consent gave. UserError for another's mailbox."""
        self.ensure_one()
        account = self.sudo()
        wanted = {(account[name] or "").strip().lower()
                  for name in ("email", f"{account.protocol}_login")} - {""}
        if not addresses & wanted:
            raise UserError(
                self.env._(
                    "You have signed in as %(found)s, but this is the account of %(wanted)s. "
                    "Sign in with that address.",
                    found=", ".join(sorted(addresses)) or "?",
                    wanted=account.email,
                )
            )
        if not token.refresh:
            raise UserError(
                self.env._("The provider gave no lasting permission. Sign in once more.")
            )
        account._oauth_check_connection()
        account.auth = key
        account._oauth_fill_servers(addresses & wanted)
        account._oauth_store(token, typed=True)
        self.env["mail.center.log"]._add(
            account, "oauth_signed_in",
            self.env._("%s signed in on the provider's page.", self.env.user.name),
        )
        account._oauth_resume()

    def _oauth_fill_servers(self, addresses):
        provider = lookup(self.email or "")
        for kind in ("imap", "smtp"):
            server = getattr(provider, kind, None)
            if server and not self[f"{kind}_host"]:
                self.write({f"{kind}_{part}": getattr(server, part)
                            for part in ("host", "port", "security")})
            if self[f"{kind}_host"] and not self[f"{kind}_login"]:
                self[f"{kind}_login"] = sorted(addresses)[0]

    def _oauth_resume(self):
        """What waited for the consent goes on at once."""
        self.write({"send_blocked": False, "send_auth_failures": 0, "send_error": False,
                    "sync_error": False})
        self._resume()
        self._send_again()
        self.env.ref("mail_center.ir_cron_receive").sudo()._trigger()
        self._notify_status()

    # ---- tokens -------------------------------------------------------------

    @api.model
    def _oauth_exchange(self, url, form, page, **values):
        """Ask the token endpoint *url* as Odoo's mixins do. UserError with the reason of a refusal.

        *page*: where the provider sends the browser back to, which it wants to be told.
        """
        form = {**form, "redirect_uri": urljoin(self.get_base_url(), page), **values}
        try:
            return request_token(url, form)
        except OAuthError as error:
            raise UserError(
                self.env._("The provider gave no permission. It said: %s", error)
            ) from error

    def _oauth_store(self, token, *, typed=False):
        """Keep *token*. *typed*: a person has just agreed to it, with the settings as they are."""
        self.ensure_one()
        secrets = self.env["mail.center.account.secret"]
        secrets._put(self, ACCESS, token.access, self._oauth_hosts(self.auth), typed=typed)
        if token.refresh:
            secrets._put(self, REFRESH, token.refresh, {self._oauth_token_url()}, typed=typed)
        self.write({
            "oauth_state": "ok", "oauth_problem": False, "oauth_failures": 0, "oauth_retry": False,
            "oauth_renewing": False,
            "oauth_expires": self.env.cr.now().replace(microsecond=0)
            + timedelta(seconds=token.seconds),
        })

    def _oauth_refused(self, error):
        """The provider gives no new token: because of the person, the set-up, or just now."""
        self.ensure_one()
        failures = self.oauth_failures + 1
        pause = min(60 * 2 ** min(failures, 6), 3600)
        self.write({"oauth_failures": failures,
                    "oauth_retry": self.env.cr.now() + timedelta(seconds=pause)})
        if error.kind == "later":
            return
        text = self._oauth_sentence(error)
        was, now = self.oauth_state, "refused" if error.kind == "consent" else "setup"
        self.write({"oauth_state": now, "oauth_problem": text})
        if now == "refused":
            # Nothing but a person can help: no server is asked again with what is void.
            self.env["mail.center.account.secret"]._forget(self, ACCESS)
            self.env["mail.center.account.secret"]._forget(self, REFRESH)
            self.write({"sync_blocked": True, "send_blocked": True, "sync_state": "failing",
                        "sync_error": text[:500], "send_error": text[:500],
                        "oauth_expires": self.env.cr.now().replace(microsecond=0)})
            self._notify_status()
        log = self.env["mail.center.log"]
        if was != now == "refused":
            log._add(self, "oauth_ended", text, level="error", detail=str(error))
        elif was != now:
            log._add(self, "oauth_setup", text, level="error", detail=str(error))

    def _oauth_sentence(self, error):
        name = dict(self._fields["auth"]._description_selection(self.env))[self.auth]
        if error.kind == "consent":
            return self.env._(
                "The permission that was given at %(name)s has expired or was withdrawn. Nothing "
                "is lost: press “Sign in” on the account, and everything goes on.",
                name=name,
            )
        if error.kind == "setup":
            return self.env._(
                "%(name)s does not accept Odoo's client ID or secret: the administrator corrects "
                "them under Settings. The provider said: %(said)s",
                name=name, said=str(error),
            )
        return self.env._(
            "%(name)s gives no new permission at present; it is tried again by itself.", name=name
        )

    def _oauth_is_due(self, seconds=MARGIN_SECONDS):
        """Whether the access token ends within *seconds*."""
        self.ensure_one()
        if self.auth == "password" or self.oauth_state == "refused":
            return False
        limit = self.env.cr.now() + timedelta(seconds=seconds)
        return not self.oauth_expires or self.oauth_expires <= limit

    def _token_expiry(self):
        """When the access ends unless somebody signs in anew: False while it renews itself."""
        self.ensure_one()
        return self.oauth_expires if self.oauth_state == "refused" else False

    def _oauth_doubt(self):
        """The server did not take the token: it is renewed before the next login."""
        self.filtered(lambda one: one.auth != "password").write(
            {"oauth_expires": False, "oauth_retry": False}
        )

    # ---- credentials --------------------------------------------------------

    def _credential(self, kind):
        if self.auth == "password":
            return super()._credential(kind)
        if not self._oauth_is_safe(kind):
            return "xoauth2", ""  # the settings were changed after the sign-in
        host = self[f"{kind}_host"] or ""
        return "xoauth2", self.env["mail.center.account.secret"]._get(
            self, ACCESS, host, kind
        )

    def _password_missing(self, kind):
        if self.auth == "password":
            return super()._password_missing(kind)
        if not self._oauth_is_safe(kind):
            return self._oauth_unsafe()
        if self._is_withheld():
            return self._way_changed()
        return self.oauth_problem or self._oauth_sentence(OAuthError("consent"))

    def _way_changed(self):
        if self.auth == "password":
            return super()._way_changed()
        return self.env._(
            "Somebody who did not sign in has changed port, encryption or certificates of the "
            "server, so that the access is not used any more: others could take it. Check these "
            "settings, press “Sign out” on the account, and sign in once more."
        )

    def _forget_passwords(self):
        result = super()._forget_passwords()
        for account in self:
            for kind in (ACCESS, REFRESH):
                self.env["mail.center.account.secret"]._forget(account, kind)
        return result

    def _store_password(self, kind):
        # A password that is typed is meant to be used.
        for account in self.filtered(lambda one: one.auth != "password"):
            if account[f"{kind}_password"]:
                account.sudo().write({"auth": "password", "oauth_state": False,
                                      "oauth_problem": False, "oauth_expires": False})
        return super()._store_password(kind)
