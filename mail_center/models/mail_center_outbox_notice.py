from odoo import api, fields, models

from ..core import smtp
from .mail_center_outbox_recipient import OPEN_STATES


class MailCenterOutboxRecipient(models.Model):
    _inherit = "mail.center.outbox.recipient"

    is_told = fields.Boolean(help="The writer knows that this recipient has not got the mail.")

    def write(self, vals):
        if vals.get("state") in OPEN_STATES:
            vals = {"is_told": False, **vals}
        return super().write(vals)


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
        outboxes = self.sudo()
        outboxes.filtered(lambda one: one.is_done_with and one.state != state).is_done_with = False
        result = super()._set_state(state, **vals)
        for outbox in outboxes:
            news = outbox.recipient_ids.filtered(
                lambda one: one.state in ("failed", "uncertain") and not one.is_told
            )
            if news:
                news.is_told = True
                # Who did it himself knows.
                if self.env.user != outbox.user_id:
                    outbox._tell_of(news)
        return result

    def _tell_of(self, news):
        """Tell at once of recipients who are lost, also while others are still to be tried."""
        what = self.state
        if what not in ("failed", "partly_sent", "uncertain"):
            what = "partly_sent" if "failed" in news.mapped("state") else "uncertain"
        news = news.with_context(lang=self.user_id.lang or self.env.lang)
        self._tell_writer(what, next((one for one in news.mapped("reason") if one), ""))

    def _tell_writer(self, what, reason=""):
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
        text = outbox.error or reason
        if what == "late":
            text = outbox.env._(
                "It could not be sent so far and is tried again. %(reason)s", reason=text
            )
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
