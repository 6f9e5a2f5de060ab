from contextlib import suppress

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY


class IrCron(models.Model):
    """Jobs are due by PostgreSQL's clock, and the two may differ: either may have been wrong."""

    _inherit = "ir.cron"

    def _register_hook(self):
        result = super()._register_hook()
        self._bring_back()
        return result

    def _trigger(self, at=None):
        if at is None:
            # Odoo takes its own clock for what is due at once. Ahead, that would be later.
            at = min(fields.Datetime.now(), self.env.cr.now())
        return super()._trigger(at)

    @api.model
    def _reschedule_later(self, job):
        result = super()._reschedule_later(job)
        self._bring_back()
        return result

    @api.model
    def _reschedule_asap(self, job):
        result = super()._reschedule_asap(job)
        (name,) = self.browse(job["id"]).get_external_id().values()
        if name.startswith("mail_center"):
            # Odoo would look again within a minute, or, when its clock was set back, not before
            # somebody else asks for a job: a large import goes on at once.
            self.env.cr.postcommit.add(self._notifydb)
        return result

    @api.model
    def _bring_back(self):
        """Have those run now that wait for longer than they ever do.

        Their next run was written while the clock was ahead; Odoo would let them rest until then,
        and mail neither come nor go, for years perhaps.
        """
        # Of two workers that start at once one does it.
        with (
            suppress(*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY),
            self.env.cr.savepoint(flush=False),
        ):
            self.env.cr.execute(
                r"""
                UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'utc'
                 WHERE id IN (
                         SELECT cron.id
                           FROM ir_cron AS cron
                           JOIN ir_model_data AS name
                             ON name.model = 'ir.cron' AND name.res_id = cron.id
                            AND name.module LIKE 'mail\_center%'
                          WHERE cron.nextcall > now() AT TIME ZONE 'utc' + interval '2 hours'
                                + (cron.interval_number || ' ' || cron.interval_type)::interval
                            FOR NO KEY UPDATE OF cron SKIP LOCKED
                       )
                """,
                log_exceptions=False,
            )
