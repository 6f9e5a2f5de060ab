import logging

from odoo import api, fields, models
from odoo.fields import NO_ACCESS

_logger = logging.getLogger(__name__)


class MailActivity(models.Model):
    """A reminder of a conversation is done by itself when the mail is there that it waits for."""

    _inherit = "mail.activity"

    # Of the mailer alone: by writing another conversation here one would read its subject.
    mail_center_thread_id = fields.Many2one(
        "mail.center.thread", string="Email conversation", ondelete="set null",
        index="btree_not_null", copy=False, groups=NO_ACCESS,
    )
    mail_center_waits_for = fields.Selection(
        [("in", "Incoming"), ("out", "Outgoing")], string="Waits for mail", copy=False,
        groups=NO_ACCESS,
    )

    @api.model
    def _mail_center_answered(self, messages):
        """People's *messages* have come or gone: what waited for one of them is done."""
        messages.sudo().fetch(["state", "is_automatic", "thread_id"])  # not their texts
        written = messages.sudo().filtered(lambda m: m.state != "draft" and not m.is_automatic)
        if not written.thread_id:
            return
        reminders = self.sudo().search([("mail_center_thread_id", "in", written.thread_id.ids)])
        for reminder in reminders:
            answers = written.filtered(
                lambda m, one=reminder: m.thread_id == one.mail_center_thread_id
                and m.direction == one.mail_center_waits_for
                and (m.received_date or m.date) > one.create_date  # older mail is fetched too
            )
            if answers:
                reminder._mail_center_close()

    def _mail_center_close(self):
        user = self.user_id
        reminder = self.with_user(user).sudo().with_context(lang=user.lang)
        text = (
            self.with_context(lang=user.lang).env._("The answer has come.")
            if self.mail_center_waits_for == "in"
            else self.with_context(lang=user.lang).env._("It was answered by email.")
        )
        try:
            with self.env.cr.savepoint():
                reminder.action_feedback(feedback=text)
        except Exception:
            # Other addons have a say in what is done: no mail is held up by them.
            _logger.exception("The reminder %s could not be closed", self.id)
