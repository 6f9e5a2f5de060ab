from odoo import api, fields, models

from ..core.password_way import Way

KINDS = ("imap", "smtp", "pop3")
# How the servers are connected to.
WAY_FIELDS = ("verify_certificate", "ca_pem",
              *(f"{kind}_{part}" for kind in KINDS for part in ("port", "security")))


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
    own must not bring the password there, nor must a connection that others can listen to, or that
    ends at whoever answers. It is withheld until it is typed anew, or the settings are as before.
    Who has typed a password himself knows it, and may change what he likes.
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
    @api.depends("imap_host", "smtp_host", "pop3_host", *WAY_FIELDS)
    def _compute_passwords_set(self):
        stored = self.env["mail.center.account.secret"]._usable(self._origin)
        for account in self:
            for kind in KINDS:
                secret = stored.get((account._origin.id, kind))
                host = account[f"{kind}_host"]
                account[f"{kind}_password_set"] = secret is not None and (
                    not host or secret._is_for(kind, host, account._way(kind))
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
        password = secrets._get(self, kind, host, kind)
        if not password and self[f"{kind}_login"] == self[f"{self.protocol}_login"]:
            # One mailbox, one password: the one that mail is fetched with.
            password = secrets._get(self, self.protocol, host, kind)
        return password

    def _way(self, kind):
        """How the server of *kind* is connected to, as a :class:`core.password_way.Way`."""
        self.ensure_one()
        return Way.of(self[f"{kind}_port"], self[f"{kind}_security"], self.verify_certificate,
                      self.ca_pem or "")

    def write(self, vals):
        names = [name for name in WAY_FIELDS if name in vals]
        changed = self.sudo().filtered(
            lambda account: any((account[name] or False) != (vals[name] or False) for name in names)
        )
        withheld = {account for account in changed if account._is_withheld()}
        for account in changed:
            self.env["mail.center.account.secret"]._keep_ways(
                account, {kind: account._way(kind) for kind in KINDS}
            )
        result = super().write(vals)
        for account in changed:
            if account not in withheld and account._is_withheld():
                self.env["mail.center.log"]._add(
                    account, "password_withheld", account._way_changed(), level="warning",
                    user=self.env.user,
                )
        return result

    def _is_withheld(self):
        """Whether a server gets no secret because of the way to it."""
        stored = self.env["mail.center.account.secret"]._usable(self).values()
        return any(
            secret._is_for(None, self[f"{kind}_host"], None)
            and not secret._is_for(kind, self[f"{kind}_host"], self._way(kind))
            for kind in KINDS if self[f"{kind}_host"] for secret in stored
        )

    def _way_changed(self):
        """What to do when a secret is withheld because of the way, in the user's language."""
        return self.env._(
            "Somebody who did not type the password has changed port, encryption or certificates "
            "of the server, so that it is not sent any more: others could read it. Check these "
            "settings, and type the password into the account once more."
        )

    def _password_missing(self, kind):
        """What to do when :meth:`_password` has none, in the user's language."""
        login, host = self[f"{kind}_login"], self[f"{kind}_host"] or ""
        stored = self.env["mail.center.account.secret"]._usable(self)
        held = [stored[self.id, one] for one in (kind, self.protocol) if (self.id, one) in stored]
        if any(secret._is_for(None, host, None) for secret in held):
            return self._way_changed()
        if held:
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
