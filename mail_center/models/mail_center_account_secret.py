import os

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import config

from ..core.secrets import Keyring, WrongKey, load_or_create

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
    kind = fields.Selection([("imap", "IMAP"), ("smtp", "SMTP")], required=True)
    token = fields.Char(required=True)

    _account_kind_unique = models.UniqueIndex("(account_id, kind)")

    @api.model
    def _keyring(self):
        """The keys: environment, else configuration file, else a file made on first use."""
        keys = os.environ.get(ENVIRONMENT_KEY) or config.get(CONFIG_KEY)
        if keys:
            return Keyring.from_text(keys)
        return load_or_create(os.path.join(config["data_dir"], KEY_FILE))

    @api.model
    def _put(self, account, kind, password):
        """Store *password*; an empty one forgets what was stored."""
        secret = self.sudo().search([("account_id", "=", account.id), ("kind", "=", kind)])
        if not password:
            secret.unlink()
            return
        token = self._keyring().encrypt(password)
        if secret:
            secret.token = token
        else:
            self.sudo().create({"account_id": account.id, "kind": kind, "token": token})

    @api.model
    def _get(self, account, kind):
        """The password in clear, '' when none is set or the key that made it is gone."""
        secret = self.sudo().search([("account_id", "=", account.id), ("kind", "=", kind)])
        if not secret:
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
