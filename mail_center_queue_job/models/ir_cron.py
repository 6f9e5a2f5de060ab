import time

from odoo import api, models


class IrCron(models.Model):
    _inherit = "ir.cron"

    @api.model
    def _commit_progress(self, processed=0, *, remaining=None, deactivate=False):
        """Outside of a cron Odoo says that there is no end of time; to a job there is."""
        left = super()._commit_progress(processed, remaining=remaining, deactivate=deactivate)
        ends = self.env.context.get("mail_center_job_ends")
        return left if ends is None else max(min(left, ends - time.monotonic()), 0)
