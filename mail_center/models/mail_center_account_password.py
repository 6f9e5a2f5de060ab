from odoo import api, fields, models

from ..core.password_hosts import may_see

KINDS = ("imap", "smtp", "pop3")


def _password_field(kind, label, **options):
    """The field in which a password is typed: it goes into the secrets and is never read back."""
    return fields.Char(
        string=label,
        compute="_compute_passwords",
        inverse=lambda accounts: accounts._store_password(kind),
        exportable=False,
        copy=False,
        **options,
    )


class MailCenterAccount(models.Model):
    """Passwords: written, never read, and shown only to the servers they were typed for.

    Who may change a server need not know the password: pointing the account at a host of one's
    own must not bring the password there.
    """

    _inherit = "mail.center.account"

    imap_password = _password_field("imap", "IMAP password")
    smtp_password = _password_field(
        "smtp",
        "SMTP password",
        help="Empty with the same login as IMAP: the IMAP password is used.",
    )
    pop3_password = _password_field("pop3", "POP3 password")
    imap_password_set = fields.Boolean(compute="_compute_passwords_set")
    smtp_password_set = fields.Boolean(compute="_compute_passwords_set")
    pop3_password_set = fields.Boolean(compute="_compute_passwords_set")

    def _compute_passwords(self):
        for account in self:
            for kind in KINDS:
                account[f"{kind}_password"] = False

    # Not with the passwords: they would be emptied when a host is changed in the form.
    @api.depends("imap_host", "smtp_host", "pop3_host")
    def _compute_passwords_set(self):
        stored = self.env["mail.center.account.secret"]._usable(self._origin)
        for account in self:
            for kind in KINDS:
                hosts = stored.get((account._origin.id, kind))
                host = account[f"{kind}_host"]
                account[f"{kind}_password_set"] = hosts is not None and (
                    not host or may_see(host, hosts)
                )

    def _store_password(self, kind):
        secrets = self.env["mail.center.account.secret"]
        for account in self:
            if password := account[f"{kind}_password"]:
                secrets._put(account, kind, password, account._password_hosts(kind))
        # Nothing keeps the clear text, the record cache included.
        self.invalidate_recordset([f"{kind}_password", f"{kind}_password_set"], flush=False)

    def _password_hosts(self, kind):
        """The servers that a password typed for *kind* is for, as the account is now."""
        self.ensure_one()
        hosts = {self[f"{kind}_host"]}
        if kind == self.protocol and self.smtp_login == self[f"{kind}_login"]:
            # One mailbox, one password: see _password.
            hosts.add(self.smtp_host)
        return hosts - {False}

    def _password(self, kind):
        """The password to log in with at the server of *kind*, '' when there is none for it."""
        self.ensure_one()
        secrets = self.env["mail.center.account.secret"]
        host = self[f"{kind}_host"] or ""
        password = secrets._get(self, kind, host)
        if not password and self[f"{kind}_login"] == self[f"{self.protocol}_login"]:
            # One mailbox, one password: the one that mail is fetched with.
            password = secrets._get(self, self.protocol, host)
        return password

    def _password_missing(self, kind):
        """What to do when :meth:`_password` has none, in the user's language."""
        login, host = self[f"{kind}_login"], self[f"{kind}_host"] or ""
        stored = self.env["mail.center.account.secret"]._usable(self)
        if any((self.id, one) in stored for one in (kind, self.protocol)):
            return self.env._(
                "The password of “%(login)s” was typed for another server, so it is not sent to "
                "“%(host)s”. Type it into the account once more.",
                login=login,
                host=host,
            )
        return self.env._(
            "The password of “%(login)s” is not set. Type it into the account: passwords "
            "are not part of a copied database.",
            login=login,
        )

    def action_forget_passwords(self):
        self._require("manage")
        self._forget_passwords()

    def _forget_passwords(self):
        for account in self:
            for kind in KINDS:
                self.env["mail.center.account.secret"]._forget(account, kind)
        self.invalidate_recordset([f"{kind}_password_set" for kind in KINDS])
