import time

from odoo import api, models
from odoo.addons.mail_center.models.mail_center_receiver import OutOfTime
from odoo.addons.queue_job.exception import RetryableJobError

RECEIVE, SEND = "receive", "send"
# A worker is killed after limit_time_real, 120 unless set otherwise, and what it does between two
# looks at the clock takes its time.
JOB_SECONDS = 60
SECONDS_PARAMETER = "mail_center_queue_job.seconds"


class MailCenterAccount(models.Model):
    """An account's passes and batches as jobs, which any machine may run."""

    _inherit = "mail.center.account"

    def _job_channel(self, kind, work):
        """The channel of the account's server, ``root.mail_center.receive.imap_example_com``: how
        many of its jobs run at a time is the channel's capacity, set where the jobs run."""
        self.ensure_one()
        host = (self[f"{kind}_host"] or "none").lower()
        name = "".join(letter if letter.isalnum() else "_" for letter in host)
        return f"root.mail_center.{work}.{name}"

    def _queue_receive(self):
        """One job an account and pass: while it waits or runs there is no second one."""
        for account in self:
            account.with_delay(
                channel=account._job_channel(account.protocol, RECEIVE),
                identity_key=f"mail_center:{RECEIVE}:{account.id}",
                description=account.env._("Fetch mail: %s", account.email),
            )._job_receive()

    def _queue_send(self, mailing):
        """One job an account and kind of mail; what a person wrote goes before mailings."""
        for account in self:
            account.with_delay(
                channel=account._job_channel("smtp", SEND),
                identity_key=f"mail_center:{SEND}:{account.id}:{int(mailing)}",
                priority=20 if mailing else 5,
                description=account.env._("Send mail: %s", account.email),
            )._job_send(mailing)

    def _job_receive(self):
        """The job: a pass over the mailbox, unless another worker has it just now."""
        receiver = self.env["mail.center.receiver"].sudo()
        try:
            receiver.with_context(mail_center_job_ends=self._job_ends())._receive_due(self.sudo())
        except OutOfTime as error:
            self._job_goes_on(error)

    def _job_send(self, mailing):
        """The job: everything of the account that is due."""
        ends = self._job_ends(least=1)
        sender = self.env["mail.center.sender"].sudo().with_context(
            mail_center_group=(self.id, mailing), mail_center_job_ends=ends
        )
        sender._send_due()
        if time.monotonic() >= ends and sender._due_groups():
            self._job_goes_on()

    @api.model
    def _job_ends(self, least=0):
        """When (``time.monotonic()``) a job that begins now has to make room for others."""
        text = self.env["ir.config_parameter"].sudo().get_param(SECONDS_PARAMETER) or ""
        return time.monotonic() + max(int(text) if text.isdecimal() else JOB_SECONDS, least)

    @api.model
    def _job_goes_on(self, error=None):
        """Queue the running job again, behind those that wait. What it has done is committed."""
        raise RetryableJobError(
            self.env._("There is more to do."), seconds=1, ignore_retry=True
        ) from error

    @api.model
    def _pending_jobs(self, work):
        """How many jobs of ``receive`` or ``send`` wait or run."""
        return self.env["queue.job"].sudo().search_count(
            [("identity_key", "=like", f"mail_center:{work}:%"),
             ("state", "in", ("pending", "enqueued", "started", "wait_dependencies"))]
        )
