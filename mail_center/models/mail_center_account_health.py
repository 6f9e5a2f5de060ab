from datetime import timedelta

from odoo import api, fields, models

from ..core.health import WEEKS, Facts, is_silent, light, parts, score

LIGHTS = [("green", "Green"), ("amber", "Amber"), ("red", "Red")]


class MailCenterAccount(models.Model):
    """How well an account is, and why."""

    _inherit = "mail.center.account"

    health = fields.Integer(
        compute="_compute_health", aggregator=None, help="100: all is well; 0: nothing works."
    )
    health_light = fields.Selection(LIGHTS, string="Light", compute="_compute_health")
    health_reasons = fields.Text(
        string="Why", compute="_compute_health", help="What takes points away, the worst first."
    )
    silent_since = fields.Datetime(
        string="Quiet since", readonly=True, copy=False,
        help="Nothing has come since, although mail comes in these hours in other weeks.",
    )
    alert_user_ids = fields.Many2many(
        "res.users", "mail_center_account_alert_rel", "account_id", "user_id",
        string="Tell when it fails", domain=[("share", "=", False)],
        help="Who gets a message when the account stops working, and when it works again. "
        "Empty: its owner.",
    )
    # Whether people were told that it is down: once, and once that it is up again.
    alerted = fields.Datetime(string="People were told", readonly=True, copy=False)

    @api.depends_context("lang", "tz")
    @api.depends("status", "sync_failures", "send_error", "silent_since", "imap_security",
                 "smtp_security", "verify_certificate", "expiry_text")
    def _compute_health(self):
        for account in self:
            found = parts(account._health_facts())
            account.health = score(found)
            account.health_light = light(account.health)
            account.health_reasons = "\n".join(
                f"−{part.points}: {account._health_sentence(part)}" for part in found
            )

    def _worst(self):
        """What is wrong most, as a sentence of its own; '' for an account that is well."""
        self.ensure_one()
        found = parts(self._health_facts())
        sentence = self._health_sentence(found[0]) if found else ""
        return sentence[:1].upper() + sentence[1:]

    def _health_facts(self):
        now = self.env.cr.now()
        kind = self.protocol or "imap"
        used = [name for name in (kind, "smtp") if self[f"{name}_host"]]
        return Facts(
            status=self.status,
            failures=self.sync_failures,
            lag=self.lag,
            send_failing=bool(self.send_error),
            queue=self.queue_count,
            queue_age=int((now - self.queue_since).total_seconds()) if self.queue_since else 0,
            quarantine=self.quarantine_count,
            silent=bool(self.silent_since),
            unencrypted=any(self[f"{name}_security"] == "none" for name in used),
            unverified=bool(used) and not self.verify_certificate,
            expiry_days=self.expiry_days if self.expiry_text else None,
        )

    def _health_sentence(self, part):
        """One part of the score in plain words."""
        sentences = {
            "blocked": self.env._("the server refuses the login; nothing is tried any more."),
            "failing": self.env._("mail can't be fetched (%s times in a row).", part.value),
            "late": self.env._(
                "the mailbox was not looked into for %s minutes.", part.value // 60 + 2
            ),
            "never": self.env._("the mailbox has not been looked into yet."),
            "send_failing": self.env._("mail can't be sent."),
            "queue": self.env._("%s mails have been waiting to leave for long.", part.value),
            "silent": self.env._("no mail has come for unusually long."),
            "quarantine": self.env._("%s mails are in quarantine.", part.value),
            "expiry": self.env._(
                "a certificate or the access to the mailbox expires in %s days.", part.value
            ),
            "unencrypted": self.env._("the connection is not encrypted."),
            "unverified": self.env._("the server's certificate is not verified."),
        }
        return sentences[part.code]

    # ---- silence ------------------------------------------------------------

    def _check_silence(self):
        """Note since when a mailbox that is usually busy at this time has been quiet."""
        now = fields.Datetime.now()
        for account in self:
            last = account._last_arrival()
            # Where nobody could look there is no news: what was noted stays until mail comes.
            silent = bool(last) and account.silent_since == last and account.status != "paused"
            if last and account.status in ("ok", "legacy"):
                quiet = (now - last).total_seconds() / 3600
                usual = [
                    account._arrivals(last - timedelta(weeks=week), now - timedelta(weeks=week))
                    for week in range(1, WEEKS + 1)
                ] if quiet < 7 * 24 else []
                silent = is_silent(quiet, usual) or bool(not usual and account.silent_since)
            since = last if silent else False
            if account.silent_since != since:
                account.silent_since = since

    def _last_arrival(self):
        return self.env["mail.center.message"].sudo().search_fetch(
            [("account_id", "=", self.id), ("direction", "=", "in"),
             ("date", "<=", fields.Datetime.now())],
            ["date"], order="date desc", limit=1,
        ).date

    def _arrivals(self, start, end):
        return self.env["mail.center.message"].sudo().search_count(
            [("account_id", "=", self.id), ("direction", "=", "in"),
             ("date", ">", start), ("date", "<=", end)]
        )
