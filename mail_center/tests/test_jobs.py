from odoo.tests import TransactionCase


class TestJobs(TransactionCase):
    """Scheduled jobs that have more to do than one turn takes."""

    def wakes(self, xmlid):
        """Whether the workers are told of a job that is to go on."""
        told = []
        jobs = self.env["ir.cron"]
        self.patch(type(jobs), "_notifydb", lambda _self: told.append(True))
        jobs._reschedule_asap({"id": self.env.ref(xmlid).id})
        self.env.cr.postcommit.run()
        return bool(told)

    def test_a_large_import_goes_on_at_once_and_not_at_the_next_look_of_a_minute(self):
        self.assertTrue(self.wakes("mail_center.ir_cron_receive"))

    def test_jobs_of_others_keep_their_pace(self):
        self.assertFalse(self.wakes("base.autovacuum_job"))
