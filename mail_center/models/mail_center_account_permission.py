from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..readable import named
from ..remembered import forget


class MailCenterAccountPermission(models.Model):
    _name = "mail.center.account.permission"
    _description = "Email account permission"
    _order = "account_id, id"

    account_id = fields.Many2one(
        "mail.center.account", required=True, ondelete="cascade", index=True
    )
    user_id = fields.Many2one(
        "res.users", string="User", ondelete="cascade", index=True, domain=[("share", "=", False)]
    )
    profile_id = fields.Many2one(
        "mail.center.profile", string="Profile", ondelete="cascade", index=True
    )
    can_read = fields.Boolean(string="Read", default=True)
    can_send = fields.Boolean(string="Send")
    can_manage = fields.Boolean(string="Manage")

    _user_or_profile = models.Constraint(
        "CHECK ((user_id IS NULL) <> (profile_id IS NULL))",
        "A permission is for one user or for one profile: choose exactly one.",
    )
    _user_unique = models.UniqueIndex(
        "(account_id, user_id) WHERE user_id IS NOT NULL",
        "This user has a permission on the account already: change that one.",
    )
    _profile_unique = models.UniqueIndex(
        "(account_id, profile_id) WHERE profile_id IS NOT NULL",
        "This profile has a permission on the account already: change that one.",
    )

    @api.constrains("can_read", "can_send", "can_manage")
    def _check_grants_something(self):
        for permission in self:
            if not (permission.can_read or permission.can_send or permission.can_manage):
                raise ValidationError(
                    self.env._("Tick at least one of Read, Send and Manage, or delete the line.")
                )

    def write(self, vals):
        result = super().write(vals)
        if "account_id" in vals:
            # Odoo looks at the rights before the change: here the new account counts too.
            self.check_access("write")
        return result

    def modified(self, fnames, create=False, before=False):
        forget(self.env)
        return super().modified(fnames, create=create, before=before)

    def unlink(self):
        result = super().unlink()
        forget(self.env)
        return result

    @api.depends("user_id", "profile_id")
    @api.depends_context("uid")
    def _compute_display_name(self):
        for permission in named(self):
            permission.display_name = (
                permission.user_id.sudo().name or permission.profile_id.sudo().name
            )
