import contextlib
import logging
import os
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import config

from ..core.password_hosts import may_see
from ..core.password_way import Way, may_go
from ..core.secrets import KeyFileError, Keyring, WrongKey, load_or_create

_logger = logging.getLogger(__name__)

ENVIRONMENT_KEY = "MAIL_CENTER_SECRET_KEY"
CONFIG_KEY = "mail_center_secret_key"
KEY_FILE = "mail_center_secret.key"


class MailCenterAccountSecret(models.Model):
    """Passwords, encrypted with a key that is not in the database.

    Nobody has access rights to this model: it is reached with ``sudo`` by the
    account alone, and only to open a connection.
    """

    _name = "mail.center.account.secret"
    _description = "Email account secret"

    account_id = fields.Many2one("mail.center.account", required=True, ondelete="cascade")
    kind = fields.Selection(
        [("imap", "IMAP"), ("smtp", "SMTP"), ("pop3", "POP3"), ("dkim", "DKIM"),
         ("oauth_access", "Access token"), ("oauth_refresh", "Refresh token")],
        required=True,
    )
    token = fields.Char(required=True)
    hosts = fields.Char(help="The servers that the password was typed for, by blanks.")

    typed_by_id = fields.Many2one(
        "res.users", ondelete="set null", help="Who knows it. Empty: nobody who uses Odoo, perhaps."
    )
    ways = fields.Json(
        help="How the servers were connected to before somebody else changed that: "
        "{kind: [port, security, verify, authority]}. Empty: as they still are."
    )

    _account_kind_unique = models.UniqueIndex("(account_id, kind)")

    @api.model
    def _configured_keys(self):
        """The keys set by the administrator, '' when the key file is used."""
        return os.environ.get(ENVIRONMENT_KEY) or config.get(CONFIG_KEY) or ""

    @api.model
    def _key_path(self):
        """The key file, None when the keys are configured elsewhere."""
        return None if self._configured_keys() else Path(config["data_dir"], KEY_FILE)

    @api.model
    def _keyring(self):
        """The keys: environment, else configuration file, else a file made on first use."""
        if keys := self._configured_keys():
            return Keyring.from_text(keys)
        return load_or_create(self._key_path())

    @api.model
    def _rotate(self):
        """Encrypt everything with the first key. Returns (encrypted anew, unreadable)."""
        keyring = self._keyring()
        rotated = lost = 0
        for secret in self.sudo().search([("token", "!=", False)]):
            try:
                if keyring.needs_rotation(secret.token):
                    secret.token = keyring.rotate(secret.token)
                    rotated += 1
            except WrongKey:
                lost += 1
        return rotated, lost

    @api.model
    def _usable(self, accounts):
        """``{(account id, kind): secret}`` of the passwords that can be decrypted."""
        secrets = self.sudo().search_fetch(
            [("account_id", "in", accounts.ids)], ["account_id", "kind", "token", "hosts", "ways"]
        )
        if not secrets:
            return {}
        usable = {}
        try:
            keyring = self._keyring()
        except (KeyFileError, ValueError):
            # The form must open, so that the passwords can be typed again.
            _logger.exception("The key of the mail passwords can't be used")
            return usable
        for secret in secrets:
            with contextlib.suppress(WrongKey):
                keyring.decrypt(secret.token)
                usable[secret.account_id.id, secret.kind] = secret
        return usable

    @api.model
    def _of(self, account, kind):
        return self.sudo().search([("account_id", "=", account.id), ("kind", "=", kind)])

    @api.model
    def _put(self, account, kind, password, hosts, *, typed=True):
        """Store *password*, for the servers *hosts*.

        *typed*: by the current user, for the account as it is now. A token that is renewed goes no
        other ways than the one before.
        """
        try:
            token = self._keyring().encrypt(password)
        except (KeyFileError, ValueError) as error:
            raise UserError(str(error)) from error
        vals = {"token": token, "hosts": " ".join(sorted(hosts))}
        if typed:
            # What is taken over from Odoo's servers is known to who may read it there.
            unknown = self.env.context.get("mail_center_taken_over") and not (
                self.env.user.has_group("base.group_system")
            )
            vals |= {"typed_by_id": False if unknown else self.env.uid, "ways": False}
        self._set(account, kind, vals)

    @api.model
    def _set(self, account, kind, vals):
        if secret := self._of(account, kind):
            secret.write(vals)
        else:
            self.sudo().create({**vals, "account_id": account.id, "kind": kind})

    @api.model
    def _forget(self, account, kind):
        self._of(account, kind).unlink()

    @api.model
    def _copy(self, account, kind, other):
        """Use the password of *kind* for *other*, which has none, at the same servers."""
        secret = self._of(account, kind)
        if secret and not self._of(account, other):
            self._set(account, other, {"token": secret.token, "hosts": secret.hosts,
                                       "typed_by_id": secret.typed_by_id.id, "ways": secret.ways})

    @api.model
    def _keep_ways(self, account, ways):
        """The current user changes how the servers of *account* are connected to: secrets that
        somebody else typed go on being for the *ways* of before, ``{kind: Way}``."""
        held = {kind: way.as_list() for kind, way in ways.items()}
        secrets = self.sudo().search([("account_id", "=", account.id)])
        secrets.filtered(
            lambda one: not one.ways and one.typed_by_id != self.env.user
        ).write({"ways": held})

    def _is_for(self, kind, host, way):
        """Whether the secret may be shown to *host*, the account's server of *kind*, over *way*.

        :param way: a :class:`core.password_way.Way`, None for what is no mail server
        """
        if not self or not may_see(host, (self.hosts or "").split()):
            return False
        typed = way and (self.ways or {}).get(kind)
        return not typed or may_go(way, Way(*typed))

    @api.model
    def _get(self, account, kind, host, server=None):
        """The password in clear, '' when none was typed for *host* or its key is gone.

        :param server: which server of the account *host* is: ``imap``, ``smtp``, ``pop3``; None
            for another host
        """
        secret = self._of(account, kind)
        if not secret._is_for(server, host, server and account._way(server)):
            return ""
        try:
            return self._keyring().decrypt(secret.token)
        except WrongKey:
            # A database copied without its key: ask again instead of failing.
            return ""

    def read(self, fields=None, load="_classic_read"):
        if not self.env.su:
            raise UserError(self.env._("Passwords can't be read."))
        return super().read(fields, load)
