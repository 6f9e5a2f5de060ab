from odoo import api, fields, models
from odoo.tools.misc import format_datetime


class MailCenterOutbox(models.Model):
    """How a mail stands, in words for the person who wrote it."""

    _inherit = "mail.center.outbox"

    situation = fields.Char(compute="_compute_situation")

    @api.model
    def _is_suspended(self):
        """Whether a manager has stopped all sending: ``mail_center.sending_suspended``."""
        return bool(
            self.env["ir.config_parameter"].sudo().get_param("mail_center.sending_suspended")
        )

    @api.depends_context("lang", "tz")
    @api.depends("state", "error", "next_attempt", "send_after", "account_id.send_enabled",
                 "account_id.send_error", "recipient_ids.state", "recipient_ids.reason_code")
    def _compute_situation(self):
        suspended = self._is_suspended()
        for outbox in self:
            outbox.situation = outbox.sudo()._situation(suspended)

    def _situation(self, suspended):
        self.ensure_one()
        error = self.error or ""
        if self.state in ("queued", "deferred"):
            return self._waiting(suspended, error)
        if self.state == "sending":
            return self.env._("It is being handed over to the mail server.")
        if self.state in ("failed", "partly_sent"):
            return error or self._common_reason()
        return error if self.state == "uncertain" else ""

    def _waiting(self, suspended, error):
        account = self.account_id
        if suspended:
            return self.env._("Held: an email manager has suspended all sending.")
        if not account.send_enabled or not account.active:
            return self.env._("Held: sending from the account “%s” is suspended.", account.name)
        when = max(
            (time for time in (self.send_after, self.next_attempt, account.send_retry_at)
             if time and time > self.env.cr.now()),
            default=None,
        )
        if when and when == self.send_after:
            return self.env._("Leaves at %s.", format_datetime(self.env, when))
        error = error or account.send_error or ""
        if when:
            return self.env._(
                "Tried again at %(time)s. %(reason)s",
                time=format_datetime(self.env, when), reason=error,
            ).strip()
        if error:
            return self.env._("Tried again in a moment. %s", error)
        return self.env._("Waits for its turn.")

    def _common_reason(self):
        """The reason of the first recipient in trouble; hidden ones are the writer's alone."""
        troubled = self.recipient_ids.filtered(
            lambda recipient: recipient.state in ("failed", "uncertain")
        )
        return next((one.reason for one in troubled if one.reason), "")

    def _delivery(self):
        """What the reading pane shows of a mail that was written here, for the current user.

        ``{"id", "state", "label", "situation", "recipients": [{"email", "state", "label",
        "reason", "reply"}], "actions": names of methods of this model}``.
        """
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        recipients = self.recipient_ids
        names = dict(recipients._fields["state"]._description_selection(self.env))
        return {
            "id": self.id,
            "state": self.state,
            "label": labels[self.state],
            "situation": self.situation or "",
            "recipients": [
                {
                    "email": one.email,
                    "state": one.state,
                    "label": names[one.state],
                    "reason": one.reason if one.state not in ("queued", "sent") else "",
                    "reply": f"{one.code or ''} {one.reply or ''}".strip()
                    if self.can_see_replies else "",
                }
                for one in recipients
            ],
            "actions": self._actions(),
        }

    @api.readonly
    def delivery(self):
        """The same, asked for anew by the reading pane."""
        self.ensure_one()
        self.check_access("read")
        return self._delivery()

    def _actions(self):
        """What the current user can do about the mail now."""
        self.ensure_one()
        mine = self.user_id == self.env.user
        if not mine and not self.account_id.can_manage:
            return []
        actions = {
            "queued": ["action_send_now", "action_cancel"] if self.is_scheduled
            else ["action_cancel"],
            "deferred": ["action_retry", "action_cancel"],
            "failed": ["action_retry"],
            "partly_sent": ["action_retry"],
            "uncertain": ["action_arrived", "action_send_again"],
        }.get(self.state, [])
        if self.state == "partly_sent" and not self._retryable():
            actions = []
        if mine and self.state in ("queued", "deferred", "failed", "partly_sent", "cancelled"):
            actions = [*actions, "action_edit_and_resend"]
        if self.state in ("failed", "partly_sent") and not self.is_done_with:
            actions = [*actions, "action_done_with"]
        return actions

    def _retryable(self):
        return self.sudo().recipient_ids.filtered(lambda r: r.state in ("deferred", "failed"))
