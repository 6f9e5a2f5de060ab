from odoo import api, models

# What a person decides about an account and others want to know who did. Passwords are named,
# never told.
AUDITED = (
    "name", "email", "sender_name", "active", "user_id", "company_id", "sync_enabled",
    "send_enabled", "share_linked", "use_for_integration", "loop_limit",
    "incoming_type_id", "outgoing_type_id",
    "imap_host", "imap_port", "imap_security", "imap_login", "pop3_host", "pop3_port",
    "pop3_security", "pop3_login", "smtp_host", "smtp_port", "smtp_security", "smtp_login",
    "verify_certificate", "protocol",
)
SECRET = ("imap_password", "pop3_password", "smtp_password", "ca_pem")


class MailCenterAccount(models.Model):
    """Who changed what about an account is written down."""

    _inherit = "mail.center.account"

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        for account in accounts:
            account._audit(
                "account_created", self.env._("The account “%s” was connected.", account.name)
            )
        return accounts

    def write(self, vals):
        audited = [name for name in AUDITED if name in vals]
        before = {account: account._audit_values(audited) for account in self}
        result = super().write(vals)
        for account, old in before.items():
            new = account._audit_values(audited)
            for name in audited:
                if old[name] != new[name]:
                    account._audit(
                        "setting_changed",
                        self.env._(
                            "%(setting)s: “%(old)s” became “%(new)s”.",
                            setting=account._audit_label(name), old=old[name], new=new[name],
                        ),
                    )
            for name in SECRET:
                if vals.get(name):
                    account._audit(
                        "setting_changed",
                        self.env._("“%s” was typed anew.", account._audit_label(name)),
                    )
        return result

    def unlink(self):
        names = self.mapped("name")
        result = super().unlink()
        for name in names:
            self.browse()._audit(
                "account_deleted", self.env._("The account “%s” was deleted.", name)
            )
        return result

    def _audit_label(self, name):
        return self.env["ir.model.fields"].get_field_string(self._name)[name]

    def _audit_values(self, names):
        """``{field: its value as people read it}``."""
        record = self.sudo()
        return {
            name: self._fields[name].convert_to_export(record[name], record) or "–"
            if self._fields[name].type != "boolean"
            else (self.env._("yes") if record[name] else self.env._("no"))
            for name in names
        }

    def _audit(self, event, message):
        self.env["mail.center.log"]._add(self, event, message, user=self.env.user)


class MailCenterAccountPermission(models.Model):
    """Who let whom into a mailbox is written down."""

    _inherit = "mail.center.account.permission"

    @api.model_create_multi
    def create(self, vals_list):
        permissions = super().create(vals_list)
        for permission in permissions:
            permission._audit(self.env._("%s was given.", permission._in_words()))
        return permissions

    def write(self, vals):
        before = {permission: permission._in_words() for permission in self}
        result = super().write(vals)
        for permission, old in before.items():
            new = permission._in_words()
            if new != old:
                permission._audit(
                    self.env._("%(old)s became %(new)s.", old=old, new=new)
                )
        return result

    def unlink(self):
        taken = [(permission.account_id, permission._in_words()) for permission in self]
        result = super().unlink()
        for account, words in taken:
            self.env["mail.center.log"]._add(
                account, "permission_changed", self.env._("%s was taken away.", words),
                user=self.env.user,
            )
        return result

    def _in_words(self):
        """Such as “Sales team: Read, Send”."""
        self.ensure_one()
        labels = self.env["ir.model.fields"].get_field_string(self._name)
        rights = [
            labels[name] for name in ("can_read", "can_send", "can_manage") if self[name]
        ]
        return f"“{self.display_name}: {', '.join(rights)}”"

    def _audit(self, message):
        self.env["mail.center.log"]._add(
            self.account_id, "permission_changed", message, user=self.env.user
        )
