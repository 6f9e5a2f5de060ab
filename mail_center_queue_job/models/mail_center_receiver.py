from odoo import api, models


class MailCenterReceiver(models.AbstractModel):
    _inherit = "mail.center.receiver"

    @api.model
    def _cron_receive(self):
        """Make a job of every account that is due; the jobs do what the cron did before."""
        accounts = self._due_accounts()
        accounts._queue_receive()
        self.env["ir.cron"]._commit_progress(len(accounts), remaining=0)
