from odoo import api, fields, models
from odoo.exceptions import AccessError

SUSPENDED = "mail_center.sending_suspended"


class MailCenterSending(models.TransientModel):
    """All sending at a glance: what waits, and the switch that stops everything."""

    _name = "mail.center.sending"
    _description = "Sending of email"

    is_suspended = fields.Boolean(compute="_compute_queue")
    waiting_count = fields.Integer(string="Waiting to be sent", compute="_compute_queue")
    trouble_count = fields.Integer(string="Need a person", compute="_compute_queue")
    account_ids = fields.Many2many(
        "mail.center.account", string="Accounts", compute="_compute_queue"
    )

    @api.depends_context("uid")
    def _compute_queue(self):
        outbox = self.env["mail.center.outbox"].sudo()
        suspended = outbox._is_suspended()
        waiting = [("state", "in", ["queued", "deferred", "sending"])]
        for wizard in self:
            wizard.is_suspended = suspended
            wizard.waiting_count = outbox.search_count(waiting)
            wizard.trouble_count = outbox.search_count(
                [("state", "in", ["failed", "partly_sent", "uncertain"]),
                 ("is_done_with", "=", False)]
            )
            groups = outbox._read_group(waiting, ["account_id"])
            wizard.account_ids = [account.id for (account,) in groups]

    @api.depends_context("lang")
    def _compute_display_name(self):
        for wizard in self:
            wizard.display_name = self.env._("Sending")

    def _require_manager(self):
        if not self.env.user.has_group("mail_center.group_manager"):
            raise AccessError(self.env._("Only an email manager may suspend all sending."))

    def _switch(self, value):
        self._require_manager()
        self.env["ir.config_parameter"].sudo().set_param(SUSPENDED, value)
        self.env["mail.center.log"]._add(
            None,
            "sending_suspended" if value else "sending_resumed",
            self.env._("%s suspended all sending.", self.env.user.name)
            if value
            else self.env._("%s resumed sending.", self.env.user.name),
            level="warning" if value else "info",
        )

    def action_suspend(self):
        """Nothing leaves any more, from no account; what is being handed over just now ends."""
        self._switch("1")
        return self._again()

    def action_resume(self):
        self._switch(False)
        self.env["mail.center.sender"]._wake()
        return self._again()

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sending"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "current",
        }
