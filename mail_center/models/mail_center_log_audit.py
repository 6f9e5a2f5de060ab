from odoo import api, models
from odoo.models import MAGIC_COLUMNS
from odoo.tools import html2plaintext

from ..mailer_fields import is_mailers

# Passwords are named, never told; an authority is too long to be told.
SECRET = ("imap_password", "pop3_password", "smtp_password", "ca_pem")
# Without a column of their own, and settings all the same; and what is none.
BESIDES = frozenset({"use_for_odoo", "odoo_from_filter", "protocol"})
NONE = frozenset({"sequence", "autofilled", "found_settings"})
LONGEST = 100


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
        audited = [name for name in vals if self._is_audited(name)]
        before = {account: account._audit_values(audited) for account in self}
        # An empty password is none that was typed, and leaves the old one.
        held = {account: {name for name in SECRET if name in vals and account.sudo()[name]}
                for account in self}
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
                elif name in held[account]:
                    account._audit(
                        "setting_changed",
                        self.env._("“%s” was removed.", account._audit_label(name)),
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

    @api.model
    def _is_audited(self, name):
        """Whether people decide about this field, and others want to know who did: all settings,
        those that come along with an addon too."""
        field = self._fields.get(name)
        if not field or name in NONE or name in SECRET or name in MAGIC_COLUMNS:
            return False
        own = field.store and field.type != "one2many" and not is_mailers(field)
        return own or name in BESIDES

    def _audit_values(self, names):
        """``{field: its value as people read it}``."""
        record = self.sudo()
        return {name: record._audit_value(self._fields[name]) for name in names}

    def _audit_value(self, field):
        value = self[field.name]
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if field.type == "many2many":
            text = ", ".join(value.mapped("display_name"))
        elif field.type == "html":
            text = " ".join(html2plaintext(value or "").split())
        else:
            text = str(field.convert_to_export(value, self) or "")
        return (text if len(text) <= LONGEST else text[: LONGEST - 1] + "…") or "–"

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


class MailCenterFolder(models.Model):
    """Who decided that a folder is fetched, or that the server is changed, is written down."""

    _inherit = "mail.center.folder"

    def write(self, vals):
        before = {folder: folder.policy for folder in self} if "policy" in vals else {}
        result = super().write(vals)
        words = dict(self._fields["policy"]._description_selection(self.env))
        for folder, old in before.items():
            if folder.policy != old:
                folder.account_id._audit(
                    "setting_changed",
                    self.env._(
                        "Folder “%(folder)s”: “%(old)s” became “%(new)s”.",
                        folder=folder.path, old=words[old], new=words[folder.policy],
                    ),
                )
        return result
