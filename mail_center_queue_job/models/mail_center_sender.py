from odoo import api, models


class MailCenterSender(models.AbstractModel):
    _inherit = "mail.center.sender"

    @api.model
    def _cron_send(self, prompt=False):
        """Make a job of every account that has mail to send; the regular cron also looks after
        what is no job: claims of the dead, doubts, copies."""
        self._recover()
        groups = self._due_groups(prompt)
        for account_id, mailing in groups:
            self.env["mail.center.account"].sudo().browse(account_id)._queue_send(mailing)
        self._commit()
        if prompt:
            return self._progress(len(groups), remaining=0)
        # Nothing is left to it but that.
        nothing = self.with_context(mail_center_group=(0, False))
        return super(MailCenterSender, nothing)._cron_send(prompt=prompt)

    @api.model
    def _send_due(self):
        """What a job does: the loop of the cron, for the one account of its context."""
        return super()._cron_send(prompt=True)

    @api.model
    def _due_groups(self, prompt=False):
        group = self.env.context.get("mail_center_group")
        # A job leaves nothing to another one because its server is slow: it has its own channel.
        found = super()._due_groups(prompt and not group)
        return [one for one in found if one == group] if group else found
