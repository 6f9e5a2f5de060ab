from odoo import api, fields, models

from ..core import smtp


class MailCenterOutbox(models.Model):
    """What the writer of a mail is told of it, and when it is given up."""

    _inherit = "mail.center.outbox"

    is_late_told = fields.Boolean(help="The writer knows that the mail is late.")
    is_done_with = fields.Boolean(
        string="Done with", help="A person has seen what became of it: it needs nobody any more."
    )

    @api.model
    def _seconds(self, name, unit, default):
        """A time that the settings hold in days or hours, in seconds."""
        text = self.env["ir.config_parameter"].sudo().get_param(f"mail_center.{name}", "")
        return int(text) * unit if text.isdigit() and int(text) else default

    @api.model
    def _lifetime(self):
        """How long a mail is tried, in seconds: ``mail_center.lifetime_days``."""
        return self._seconds("lifetime_days", 86400, smtp.LIFETIME)

    @api.model
    def _late_after(self):
        """When its writer is told that a mail is late: ``mail_center.late_hours``."""
        return self._seconds("late_hours", 3600, smtp.DELAYED_NOTICE)

    def _is_expired(self, now):
        self.ensure_one()
        return smtp.expired(self._seconds_under_way(now), self._lifetime())

    def _set_state(self, state, **vals):
        for outbox in self.sudo():
            changed = outbox.state != state
            more = {"is_done_with": False} if changed else {}
            super(MailCenterOutbox, outbox)._set_state(state, **{**more, **vals})
            # Who did it himself knows.
            if changed and state in ("failed", "partly_sent", "uncertain") and (
                self.env.user != outbox.user_id
            ):
                outbox._tell_writer(state)
        return True

    def _tell_writer(self, what):
        """Tell the writer at once, on every page he has open; *what*: a state, or ``late``."""
        self.ensure_one()
        outbox = self.with_context(lang=self.user_id.lang or self.env.lang)
        subject = outbox.message_id.display_name
        titles = {
            "failed": outbox.env._("“%s” was not sent", subject),
            "partly_sent": outbox.env._("“%s” did not reach everybody", subject),
            "uncertain": outbox.env._("Did “%s” arrive?", subject),
            "late": outbox.env._("“%s” is late", subject),
        }
        text = outbox.error or ""
        if what == "late":
            text = outbox.env._(
                "It could not be sent so far and is tried again. %(reason)s", reason=text
            )
        elif what == "failed" and not text:
            text = next((one for one in outbox.recipient_ids.mapped("reason") if one), "")
        self.user_id._bus_send(
            "mail_center/notice",
            {
                "outbox_id": self.id,
                "title": titles[what],
                "message": text.strip(),
                "type": "danger" if what == "failed" else "warning",
            },
        )

    def action_done_with(self):
        """It needs nobody any more."""
        self._require_writer()
        self.sudo().is_done_with = True
        return True
