from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.providers import PROVIDERS, lookup
from ..core.smtp import DAY, HOUR, MINUTE, Usage

WINDOWS = (("minute", MINUTE), ("hour", HOUR), ("day", DAY))
# After a change of one of these a server that was in trouble deserves a try at once.
FRESH_START = frozenset(
    {"smtp_host", "smtp_port", "smtp_security", "smtp_login", "smtp_password", "imap_password",
     "verify_certificate", "ca_pem", "send_enabled", "active"}
)


class MailCenterAccount(models.Model):
    """How fast an account may send, and when a server that is in trouble is tried again."""

    _inherit = "mail.center.account"

    send_per_minute = fields.Integer(string="Mails per minute", aggregator=None)
    send_per_hour = fields.Integer(string="Mails per hour", aggregator=None)
    send_per_day = fields.Integer(string="Mails per day", aggregator=None)
    send_limits_text = fields.Char(compute="_compute_send_limits_text", string="Limits")
    send_failures = fields.Integer(readonly=True, copy=False, aggregator=None)
    send_retry_at = fields.Datetime(string="Sending is tried again", readonly=True, copy=False)
    send_is_slow = fields.Boolean(readonly=True, copy=False)
    send_limited_until = fields.Datetime(
        string="A limit is reached until", readonly=True, copy=False
    )
    send_ticket = fields.Integer(readonly=True, copy=False, aggregator=None)
    held_count = fields.Integer(compute="_compute_held_count")

    @api.constrains("send_per_minute", "send_per_hour", "send_per_day")
    def _check_send_limits(self):
        for account in self:
            if min(account.send_per_minute, account.send_per_hour, account.send_per_day) < 0:
                raise ValidationError(self.env._("A limit can't be below zero."))

    def _provider_limits(self):
        """What is known of the provider's limits, or None."""
        provider = lookup(self.email or "")
        if not provider and self.smtp_host:
            # A company's own domain: its provider is known by the server.
            provider = next(
                (one for one in PROVIDERS
                 if one.smtp and one.smtp.host == self.smtp_host and not one.domains),
                None,
            )
        return provider.limits if provider else None

    def _send_limits(self):
        """``[(seconds, limit, unit)]`` that apply: one's own, else the provider's."""
        self.ensure_one()
        known = self._provider_limits()
        limits = []
        for name, seconds in WINDOWS:
            own = self[f"send_per_{name}"]
            provider = getattr(known, f"per_{name}", None) if known else None
            if own:
                limits.append((seconds, own, "messages"))
            elif provider:
                limits.append((seconds, provider, known.unit))
        return limits

    def _send_usage(self):
        """What was sent lately, as :class:`core.smtp.Usage`; what is being sent counts, too."""
        self.ensure_one()
        self.env.flush_all()
        usages = []
        for seconds, limit, unit in self._send_limits():
            counted = "count(*)" if unit == "messages" else "coalesce(sum(people.number), 0)"
            self.env.cr.execute(
                f"""
                SELECT {counted}, extract(epoch FROM now() AT TIME ZONE 'utc' - min(sent_at))
                  FROM mail_center_outbox outbox
            CROSS JOIN LATERAL (SELECT count(*) AS number FROM mail_center_outbox_recipient
                                 WHERE outbox_id = outbox.id) people
                 WHERE account_id = %(account)s
                   AND (sent_at > now() AT TIME ZONE 'utc' - %(seconds)s * interval '1 second'
                        OR state = 'sending')
                """,
                {"account": self.id, "seconds": seconds},
            )
            used, oldest = self.env.cr.fetchone()
            usages.append(Usage(seconds, limit, int(used), float(oldest or 0), unit))
        return usages

    @api.depends_context("lang")
    @api.depends("send_per_minute", "send_per_hour", "send_per_day", "email", "smtp_host")
    def _compute_send_limits_text(self):
        for account in self:
            account.send_limits_text = "; ".join(
                self._limit_text(*limit) for limit in account._send_limits()
            )

    @api.model
    def _limit_text(self, seconds, limit, unit):
        if unit == "messages":
            return {
                MINUTE: self.env._("mails per minute: %s", limit),
                HOUR: self.env._("mails per hour: %s", limit),
                DAY: self.env._("mails per day: %s", limit),
            }[seconds]
        return {
            MINUTE: self.env._("recipients per minute: %s", limit),
            HOUR: self.env._("recipients per hour: %s", limit),
            DAY: self.env._("recipients per day: %s", limit),
        }[seconds]

    def _compute_held_count(self):
        found = self.env["mail.center.outbox"].sudo()._read_group(
            [("account_id", "in", self.ids), ("state", "in", ["queued", "deferred"])],
            ["account_id"], ["__count"],
        )
        counts = {account.id: count for account, count in found}
        for account in self:
            account.held_count = counts.get(account.id, 0)

    # ---- trouble ------------------------------------------------------------

    def _send_trouble(self, seconds):
        """Leave the server alone for a time."""
        self.ensure_one()
        self.sudo().write(
            {
                "send_failures": self.send_failures + 1,
                "send_retry_at": self.env.cr.now() + timedelta(seconds=seconds),
            }
        )

    def _send_works(self):
        """Mail leaves again."""
        troubled = self.sudo().filtered(lambda a: a.send_failures or a.send_error)
        if troubled:
            troubled.write({"send_failures": 0, "send_retry_at": False, "send_error": False})

    def write(self, vals):
        result = super().write(vals)
        if FRESH_START & vals.keys():
            self.sudo()._send_again()
        return result

    def _send_again(self):
        """Forget the trouble: what waits for these accounts is tried now."""
        waiting = self.sudo().filtered(lambda a: a.send_retry_at or a.send_failures)
        if waiting:
            waiting.write({"send_retry_at": False, "send_failures": 0})
        self.env["mail.center.sender"]._wake()

    def action_open_held(self):
        """What waits to be sent."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Waiting to be sent"),
            "res_model": "mail.center.outbox",
            "view_mode": "list,form",
            "domain": [("account_id", "=", self.id), ("state", "in", ["queued", "deferred"])],
        }
