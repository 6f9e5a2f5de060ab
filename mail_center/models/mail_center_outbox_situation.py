from odoo import api, fields, models

from ..moments import written


class MailCenterOutbox(models.Model):
    """How a mail stands, in words for the person who wrote it."""

    _inherit = "mail.center.outbox"

    situation = fields.Char(compute="_compute_situation")
    can_retry = fields.Boolean(compute="_compute_can")
    can_settle = fields.Boolean(
        compute="_compute_can", help="A person may say whether it arrived."
    )

    @api.depends_context("uid")
    @api.depends("state", "recipient_ids.state", "account_id", "user_id")
    def _compute_can(self):
        for outbox in self:
            actions = outbox._actions()
            outbox.can_retry = "action_retry" in actions
            outbox.can_settle = "action_arrived" in actions

    @api.model
    def _is_suspended(self):
        """Whether a manager has stopped all sending: ``mail_center.sending_suspended``."""
        return bool(
            self.env["ir.config_parameter"].sudo().get_param("mail_center.sending_suspended")
        )

    @api.depends_context("lang", "tz")
    @api.depends("state", "error", "next_attempt", "send_after", "account_id.send_enabled",
                 "account_id.send_error", "account_id.send_blocked",
                 "account_id.send_limited_until", "recipient_ids.state",
                 "recipient_ids.reason_code")
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
        if account.send_blocked:
            return self.env._(
                "Held: the server has refused the login of the account “%s” too often. It leaves "
                "when the password is typed again.",
                account.name,
            )
        when = max(
            (time for time in (self.send_after, self.next_attempt, account.send_retry_at)
             if time and time > self.env.cr.now()),
            default=None,
        )
        if when and when == self.send_after:
            return self.env._("Leaves at %s.", written(self.env, when))
        error = error or account.send_error or ""
        if when:
            return self.env._(
                "Tried again at %(time)s. %(reason)s",
                time=written(self.env, when), reason=error,
            ).strip()
        if error:
            return self.env._("Tried again in a moment. %s", error)
        limited = account.send_limited_until
        if limited and limited > self.env.cr.now():
            return self.env._(
                "The account has reached its limit of mails: more leave from %s on.",
                written(self.env, limited),
            )
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
            "label": self.env._("Scheduled") if self.is_scheduled else labels[self.state],
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
        # Also of those whom only the writer sees.
        states = set(self.sudo().recipient_ids.mapped("state"))
        if self.state == "sending":
            return []
        waits = self.state in ("queued", "deferred")
        offered = {
            "action_send_now": self.is_scheduled,
            "action_retry": self.state in ("deferred", "failed", "partly_sent")
            and states & {"deferred", "failed"},
            "action_cancel": waits,
            "action_arrived": "uncertain" in states,
            "action_send_again": "uncertain" in states,
            "action_edit_and_resend": mine and (waits or states & {"failed", "cancelled"}),
            "action_done_with": self.state in ("failed", "partly_sent") and not self.is_done_with,
        }
        return [name for name, is_offered in offered.items() if is_offered]
