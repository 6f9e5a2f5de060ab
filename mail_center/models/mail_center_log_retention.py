from datetime import timedelta

from odoo import api, fields, models

BATCH = 5000
# How many days lines of a level are kept.
DAYS = {"debug": 3, "info": 30, "warning": 90, "error": 180}


class MailCenterLog(models.Model):
    """Old lines go, the less important ones sooner; imported ones with their import."""

    _inherit = "mail.center.log"

    @api.model
    def _days(self, level):
        value = self.env["ir.config_parameter"].sudo().get_param(f"mail_center.log_days_{level}")
        return int(value) if value and value.isdigit() else DAYS[level]

    @api.model
    def _cron_prune(self):
        """Delete what is old enough, batch by batch, each in a transaction of its own."""
        for level in DAYS:
            before = fields.Datetime.now() - timedelta(days=self._days(level))
            while self._prune(level, before):
                if not self.env["ir.cron"]._commit_progress(1, remaining=1):
                    return
        self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _prune(self, level, before):
        """Delete up to a batch of lines; how many were deleted."""
        self.env.cr.execute(
            """
            DELETE FROM mail_center_log
             WHERE id IN (
                    SELECT id FROM mail_center_log
                     WHERE level = %s AND date < %s AND import_id IS NULL
                     LIMIT %s
                       FOR UPDATE SKIP LOCKED
                   )
            """,
            [level, before, BATCH],
        )
        self.invalidate_model()
        return self.env.cr.rowcount
