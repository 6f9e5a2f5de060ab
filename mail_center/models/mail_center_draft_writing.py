from datetime import timedelta

from odoo import fields, models

# The window saves every few seconds: colleagues are told less often.
PAUSE = timedelta(seconds=15)


class MailCenterDraft(models.Model):
    """Whoever reads the same conversation sees that an answer is being written."""

    _inherit = "mail.center.draft"

    writing_told = fields.Datetime(readonly=True, copy=False)

    def save(self, vals, version=None):
        answer = super().save(vals, version)
        if "body_html" in vals and not answer.get("conflict"):
            self._tell_writing()
        return answer

    def _tell_writing(self):
        parent = self.sudo().parent_id
        now = fields.Datetime.now()
        if not parent.thread_id or (self.writing_told and now - self.writing_told < PAUSE):
            return
        self.sudo().writing_told = now
        others = parent.account_id._readers() - self.user_id
        others._bus_send(
            "mail_center/writing",
            {"thread_id": parent.thread_id.id, "name": self.user_id.name},
        )
