import math
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

UNDO_SECONDS, MAX_UNDO_SECONDS = 10, 60
MAX_DAYS = 366


class MailCenterDraft(models.Model):
    _inherit = "mail.center.draft"

    @api.model
    def _undo_seconds(self):
        """For how long a person can take a mail back: ``mail_center.undo_seconds``."""
        text = self.env["ir.config_parameter"].sudo().get_param("mail_center.undo_seconds", "")
        seconds = int(text) if text.isdigit() else UNDO_SECONDS
        return min(seconds, MAX_UNDO_SECONDS)

    def send(self, html=None, undo_seconds=None, at=None, confirmed=()):
        """Queue the mail; it leaves when the time to undo is over, or at *at* (UTC).

        *html* is the body with its styles written into it; *confirmed* are the codes of warnings
        that the person has seen. Returns ``{"problems": [...]}`` and sends nothing when others
        are left, else ``{"id", "outbox_id", "seconds"}``: how long it can be undone for sure.
        """
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(self.env._("This email has been sent already."))
        self.account_id._require("send")
        problems = [
            problem
            for problem in self.check(html)
            if problem["level"] == "error" or problem["code"] not in confirmed
        ]
        if problems:
            return {"problems": problems}
        seconds = self._undo_seconds() if undo_seconds is None else undo_seconds
        seconds = max(0, min(int(seconds), MAX_UNDO_SECONDS))
        now = self.env.cr.now()  # whether it is due, PostgreSQL's clock tells
        when = self._time(at, now) if at else None
        if not when and seconds:
            # Whole seconds are stored: never less than what was promised.
            when = (now + timedelta(seconds=seconds + 1)).replace(microsecond=0)
        message = self.env["mail.center.writer"]._write_mail(
            self.account_id, **self._mail(html), send_after=when
        )
        outbox = message.sudo().outbox_ids
        self.sudo().write({"state": "waiting", "outbox_id": outbox.id, "is_open": False})
        return {
            "id": self.id,
            "outbox_id": outbox.id,
            "seconds": math.ceil((when - now).total_seconds()) if when and not at else 0,
            "send_after": fields.Datetime.to_string(when) if when else False,
        }

    def _time(self, at, now):
        try:
            when = fields.Datetime.to_datetime(at)
        except ValueError:
            when = None
        if not when or when <= now or when > now + timedelta(days=MAX_DAYS):
            raise UserError(
                self.env._("Choose a time between now and a year from now for sending later.")
            )
        return when.replace(microsecond=0)

    @api.model
    def wake(self):
        """The time to undo is over: send now what is due."""
        self.check_access("read")
        self.env["mail.center.sender"]._wake()
        return True

    def undo(self):
        """Take the mail back before it has left, and show it again. Returns its window."""
        self.ensure_one()
        self.check_access("write")
        if self.state == "waiting":
            self.sudo().outbox_id._withdraw()
            self._reopen(is_open=True)
        return self._window()

    def _reopen(self, is_open=False):
        self.sudo().write({"state": "draft", "outbox_id": False, "is_open": is_open})

    # ---- the list of drafts -------------------------------------------------

    def action_undo(self):
        """Don't send it yet: back into its window."""
        self.ensure_one()
        self.undo()
        return self.action_open()

    def action_send_now(self):
        return self.outbox_id.action_send_now()

    def action_cancel(self):
        return self.outbox_id.action_cancel()
