from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.smtp import SCHEDULED, shown_state


class MailCenterOutbox(models.Model):
    _inherit = "mail.center.outbox"

    draft_ids = fields.One2many("mail.center.draft", "outbox_id")
    is_scheduled = fields.Boolean(compute="_compute_is_scheduled")

    @api.depends("state", "send_after", "attempts")
    def _compute_is_scheduled(self):
        now = fields.Datetime.now()
        for outbox in self:
            wait = ((outbox.send_after or now) - now).total_seconds()
            outbox.is_scheduled = shown_state(outbox.state, outbox.attempts, wait) == SCHEDULED

    def _state_changed(self, state):
        result = super()._state_changed(state)
        drafts = self.draft_ids
        if state in ("sent", "partly_sent", "uncertain"):
            for draft in drafts.filtered("parent_id"):
                flag = "$Forwarded" if draft.mode == "forward" else "\\Answered"
                self.env["mail.center.change"].sudo()._queue_flag(draft.parent_id, flag, True)
            drafts.unlink()
        elif state in ("failed", "cancelled"):
            # What nobody got can be mended and sent again.
            drafts._reopen()
        return result

    def _withdraw(self):
        """Take mails out that were never tried, as if they had not been written."""
        for outbox in self.sudo():
            # Waits for a worker that has it just now, so that the answer is the truth.
            outbox.lock_for_update()
            outbox.invalidate_recordset()
            if outbox.user_id != self.env.user:
                raise UserError(self.env._("Only who wrote an email can change it."))
            if outbox.state != "queued" or outbox.attempts:
                raise UserError(
                    self.env._("“%s” has left already.", outbox.message_id.display_name)
                )
            message = outbox.message_id
            thread = message.thread_id
            outbox.account_id._notify_readers(outbox.message_id)
            outbox.draft_ids.write({"outbox_id": False})
            outbox.unlink()
            message.with_context(mail_center_withdraw=True).unlink()
            if thread.message_ids:
                thread._refresh()
            else:
                thread.unlink()

    def action_edit(self):
        """Back into its window: a scheduled mail is a draft again."""
        self.ensure_one()
        draft = self.sudo().draft_ids.sudo(False)
        if not draft:
            raise UserError(self.env._("This email can't be changed any more."))
        draft.undo()
        return draft.action_open()

    def action_send_now(self):
        """Don't wait for the time that was set."""
        self._require_writer()
        for outbox in self.sudo():
            outbox.lock_for_update()
            if outbox.state == "queued":
                outbox.send_after = False
        self.env["mail.center.sender"]._wake()
        return True


class MailCenterMessage(models.Model):
    _inherit = "mail.center.message"

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        # A mail that never left was never mail.
        if not (self.env.su and self.env.context.get("mail_center_withdraw")):
            return super()._unlink_never()
        return None
