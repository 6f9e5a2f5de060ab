from odoo import api, models
from odoo.exceptions import AccessError

HIDDEN = "mail_center.onboarding_hidden"


class MailCenterDashboard(models.AbstractModel):
    """The first steps, on the overview of an email manager until they are done."""

    _inherit = "mail.center.dashboard"

    @api.model
    def overview(self):
        """See there; with ``"onboarding": [[step, done]]``, empty when there is none to take."""
        found = super().overview()
        return {**found, "onboarding": self._onboarding()}

    @api.model
    def _onboarding(self):
        hidden = self.env["ir.config_parameter"].sudo().get_param(HIDDEN)
        if hidden or not self.env.user.has_group("mail_center.group_manager"):
            return []
        accounts = self.env["mail.center.account"].search([("active", "=", True)])
        shared = self.env["mail.center.account.permission"].search_count(
            [("account_id", "in", accounts.ids)], limit=1
        )
        # Only whether there is one: a manager need not be able to read it.
        sent = self.env["mail.center.outbox"].sudo().search_count(
            [("account_id", "in", accounts.ids), ("state", "=", "sent")], limit=1
        )
        steps = [
            ["connect", bool(accounts)],
            ["fetch", any(account.last_sync for account in accounts)],
            ["share", bool(shared)],
            ["write", bool(sent)],
        ]
        return [] if all(done for _step, done in steps) else steps

    @api.model
    def hide_onboarding(self):
        """Show the first steps no more, to no manager."""
        if not self.env.user.has_group("mail_center.group_manager"):
            raise AccessError(self.env._("Only email managers may hide the first steps."))
        self.env["ir.config_parameter"].sudo().set_param(HIDDEN, "1")
