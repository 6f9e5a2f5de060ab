from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class MailCenterHandover(models.TransientModel):
    """Someone leaves: the accounts that were his get another owner, and he loses his rights."""

    _name = "mail.center.handover"
    _description = "Hand-over of mail accounts"

    user_id = fields.Many2one(
        "res.users", string="Who leaves", required=True, domain=[("share", "=", False)],
        # Often the user is archived already.
        context={"active_test": False},
    )
    new_owner_id = fields.Many2one(
        "res.users", string="New owner", domain=[("share", "=", False)],
        help="Reads, sends and manages the accounts from now on.",
    )
    account_ids = fields.Many2many(
        "mail.center.account", string="Accounts", compute="_compute_account_ids", store=True,
        readonly=False, context={"active_test": False},
    )
    other_ids = fields.Many2many(
        "mail.center.account", string="Accounts of others", compute="_compute_other_ids",
        help="On these the person has a permission of his own.",
    )
    remove_permissions = fields.Boolean(
        string="Take the permissions away", default=True,
        help="Removes the permissions on all accounts and the membership in all profiles.",
    )
    forget_passwords = fields.Boolean(
        string="Forget the passwords",
        help="Whoever leaves may know them. Change them at the provider, and type the new ones "
        "into the accounts: until then the accounts stop.",
    )

    @api.depends("user_id")
    def _compute_account_ids(self):
        accounts = self.env["mail.center.account"].with_context(active_test=False)
        for wizard in self:
            wizard.account_ids = accounts.search([("user_id", "in", wizard.user_id.ids)])

    @api.depends("user_id")
    def _compute_other_ids(self):
        permissions = self.env["mail.center.account.permission"]
        for wizard in self:
            found = permissions.search([("user_id", "in", wizard.user_id.ids)])
            wizard.other_ids = found.account_id - wizard.account_ids

    def _check_choice(self):
        self.ensure_one()
        if not self.env.user.has_group("mail_center.group_manager"):
            raise AccessError(self.env._("Only an email manager may hand accounts over."))
        if any(account.user_id != self.user_id for account in self.account_ids):
            raise UserError(
                self.env._("Only accounts of %s can be handed over here.", self.user_id.name)
            )
        owner = self.new_owner_id
        if not self.account_ids:
            return
        if not owner or owner == self.user_id or not owner.active:
            raise UserError(self.env._("Choose who gets the accounts: somebody else, who stays."))
        if not owner.has_group("mail_center.group_user"):
            raise UserError(
                self.env._(
                    "%s has no right on email. Give the right “Email Center: User” first.",
                    owner.name,
                )
            )
        strange = self.account_ids.company_id - owner.sudo().company_ids
        if strange:
            raise UserError(
                self.env._(
                    "%(user)s does not work for %(company)s, whose account this is.",
                    user=owner.name, company=strange[0].name,
                )
            )

    def action_hand_over(self):
        """Give the accounts to the new owner and take what the former one could do away."""
        self._check_choice()
        leaving, owner = self.user_id, self.new_owner_id
        log = self.env["mail.center.log"]
        for account in self.account_ids:
            account.permission_ids.filtered(lambda one: one.user_id == owner).unlink()
            account.user_id = owner
            if self.forget_passwords:
                account._forget_passwords()
            log._add(
                account,
                "handed_over",
                self.env._(
                    "%(manager)s handed the account over from %(former)s to %(owner)s.",
                    manager=self.env.user.name, former=leaving.name, owner=owner.name,
                ),
                user=self.env.user,
            )
        if self.remove_permissions:
            self._remove_permissions()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s accounts handed over.", count=len(self.account_ids)
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _remove_permissions(self):
        leaving = self.user_id
        permissions = self.env["mail.center.account.permission"].search(
            [("user_id", "=", leaving.id)]
        )
        for account in permissions.account_id:
            self.env["mail.center.log"]._add(
                account,
                "permission_removed",
                self.env._(
                    "%(manager)s took the permission of %(former)s away, who leaves.",
                    manager=self.env.user.name, former=leaving.name,
                ),
                user=self.env.user,
            )
        permissions.unlink()
        profiles = self.env["mail.center.profile"].with_context(active_test=False)
        for profile in profiles.search([("user_ids", "in", leaving.ids)]):
            profile.user_ids = [(3, leaving.id)]
