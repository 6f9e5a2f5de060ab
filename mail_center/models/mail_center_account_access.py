from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..remembered import forget, remembered


class MailCenterAccount(models.Model):
    """Who may read, send from and manage an account."""

    _inherit = "mail.center.account"

    can_read = fields.Boolean(compute="_compute_access", search="_search_can_read")
    can_send = fields.Boolean(compute="_compute_access", search="_search_can_send")
    can_manage = fields.Boolean(compute="_compute_access", search="_search_can_manage")

    @api.model
    def _accessible(self, right):
        """The ids of the accounts on which the current user has *right*: read, send or manage."""
        uid, companies = self.env.uid, tuple(self.env.companies.ids)
        profiles = self.env["mail.center.profile"]._ids_of(self.env.user)
        rights = remembered(
            self.env, ("accounts", uid, profiles, companies),
            lambda: self._find_accessible(uid, profiles, companies),
        )
        return rights[right]

    @api.model
    def _find_accessible(self, uid, profiles, companies):
        """Right → ids of the accounts that are one's own, or on which one was given it."""
        self.flush_model(["user_id", "company_id"])
        self.env["mail.center.account.permission"].flush_model()
        # Whoever manages an account can open it to himself: be honest about it.
        self.env.cr.execute(
            """
            SELECT id, true, true, true FROM mail_center_account
             WHERE user_id = %(uid)s AND (company_id IS NULL OR company_id = ANY(%(companies)s))
            UNION ALL
            SELECT account.id, permission.can_read OR permission.can_manage, permission.can_send,
                   permission.can_manage
              FROM mail_center_account_permission permission
              JOIN mail_center_account account ON account.id = permission.account_id
             WHERE (permission.user_id = %(uid)s OR permission.profile_id = ANY(%(profiles)s))
               AND (account.company_id IS NULL OR account.company_id = ANY(%(companies)s))
            """,
            {"uid": uid, "profiles": list(profiles), "companies": list(companies)},
        )
        rows = self.env.cr.fetchall()
        return {
            right: frozenset(row[0] for row in rows if row[place])
            for place, right in enumerate(("read", "send", "manage"), 1)
        }

    def modified(self, fnames, create=False, before=False):
        if create or not {"user_id", "company_id"}.isdisjoint(fnames):
            forget(self.env)
        return super().modified(fnames, create=create, before=before)

    def unlink(self):
        result = super().unlink()
        forget(self.env)
        return result

    def _search_access(self, right, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("id", "in", sorted(self._accessible(right)))

    def _search_can_read(self, operator, value):
        return self._search_access("read", operator, value)

    def _search_can_send(self, operator, value):
        return self._search_access("send", operator, value)

    def _search_can_manage(self, operator, value):
        return self._search_access("manage", operator, value)

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("user_id", "company_id", "permission_ids.can_read", "permission_ids.can_send",
                 "permission_ids.can_manage", "permission_ids.user_id",
                 "permission_ids.profile_id.member_ids")
    def _compute_access(self):
        for right in ("read", "send", "manage"):
            allowed = self._accessible(right)
            for account in self:
                # Of one that is being set up there is no more than its owner.
                account[f"can_{right}"] = (
                    account._origin.id in allowed if account._origin
                    else account.user_id._origin == self.env.user
                )

    def _require(self, right):
        """Raise AccessError unless the current user has *right* on every account."""
        if self.env.su:
            return
        self.check_access("read")  # who may not even see it learns nothing of it
        for account in self:
            if not account.sudo(False)[f"can_{right}"]:
                raise AccessError(
                    self.env._(
                        "You are not allowed to do this with the account “%(account)s”. "
                        "Ask its owner, %(owner)s, for the permission “%(right)s”.",
                        account=account.sudo().name,
                        owner=account.sudo().user_id.name,
                        right=right,
                    )
                )
