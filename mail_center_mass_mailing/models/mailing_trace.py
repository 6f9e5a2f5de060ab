from odoo import api, fields, models
from odoo.tools.mail import mail_header_msgid_re


class MailingTrace(models.Model):
    """The figures of mailings know what the queue and the mailboxes have seen.

    Odoo learns of bounces and answers from mail that its own gateway reads; mailboxes of accounts
    do not come by there.
    """

    _inherit = "mailing.trace"

    # Looked up for every mail of a mailing that leaves, and every answer that comes.
    message_id = fields.Char(index="btree_not_null")

    @api.model
    def _mail_center_came_out(self, message_id, failed, sent):
        """Take over what became of a mail; *failed*: ``{address: reason}``, *sent*: ``{address}``.

        Who refuses it at once has bounced, too: with another server in between it would have.
        """
        if not message_id:
            return
        for trace in self.search([("message_id", "=", message_id)]):
            if trace.email in failed and trace.trace_status in ("pending", "process", "sent"):
                trace.set_bounced(bounce_message=failed[trace.email])
            elif trace.email in sent and trace.trace_status == "bounce":
                trace.set_sent()
                trace.failure_reason = False

    @api.model
    def _mail_center_answered(self, messages):
        """Note whose mailing these messages answer; an automatic reply was not written for it."""
        answered = {
            reference
            for message in messages.filtered(lambda one: not one.is_automatic)
            for reference in mail_header_msgid_re.findall(
                f"{message.in_reply_to or ''} {message.references or ''}"
            )
        }
        if not answered:
            return
        traces = self.search([("message_id", "in", list(answered))])
        traces.set_opened()
        traces.set_replied()
