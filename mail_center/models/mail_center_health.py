import logging

from markupsafe import Markup
from odoo import api, models

from ..core.mime import Address

_logger = logging.getLogger(__name__)

# Fewer failures may be a restart of the server.
FAILURES_MIN = 3
LATE_MIN_SECONDS = 900


class MailCenterHealth(models.AbstractModel):
    """Watches the accounts, and tells people once when one is down and once when it is up."""

    _name = "mail.center.health"
    _inherit = "mail.center.transaction"
    _description = "Email health"

    @api.model
    def _cron_health(self):
        accounts = self.env["mail.center.account"].sudo().search([("active", "=", True)])
        for number, account in enumerate(accounts, 1):
            job, account = self._for_owner(account)
            job._transaction(lambda job=job, account=account: job._watch(account))
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(accounts) - number):
                return

    @api.model
    def _watch(self, account):
        account._check_silence()
        account._tell_expiry()
        reason = self._down_reason(account)
        if reason and not account.alerted:
            account.alerted = self.env.cr.now()
            self._tell(account, "health_down", "warning", self.env._(
                "“%(account)s” needs a person: %(reason)s", account=account.name, reason=reason
            ))
        elif not reason and account.alerted:
            account.alerted = False
            if account.status == "paused":
                return  # switched off is not mended
            self._tell(account, "health_recovered", "info", self.env._(
                "“%s” works again.", account.name
            ))

    @api.model
    def _down_reason(self, account):
        """Why people should be told that the account is down, '' when it is not."""
        status = account.status
        if status == "paused" and not account.send_error:
            return ""
        if status == "blocked" or status == "failing" and account.sync_failures >= FAILURES_MIN:
            return account.sync_error or self.env._("mail can't be fetched.")
        if status == "failing" and account.alerted:
            return account.sync_error or self.env._("mail can't be fetched.")
        if status == "late" and account.lag > LATE_MIN_SECONDS:
            return self.env._("The mailbox was not looked into for %s minutes.", account.lag // 60)
        if account.silent_since:
            return self.env._("No mail has come for unusually long.")
        return account.send_error or ""

    @api.model
    def _tell(self, account, event, level, sentence):
        self.env["mail.center.log"]._add(account, event, sentence, level=level)
        people = (account.alert_user_ids or account.user_id).filtered("active")
        kind = "danger" if level == "warning" else "success"
        people._bus_send("simple_notification", {"message": sentence, "type": kind, "sticky": True})
        try:
            with self.env.cr.savepoint():
                self.env["mail.thread"].message_notify(
                    partner_ids=people.partner_id.ids,
                    subject=sentence,
                    body=self._body(account, sentence),
                )
                self._mail(account, people, sentence)
        except Exception:
            # People are told in other ways too; what watches must go on.
            _logger.exception("Nobody could be told: %s", sentence)

    @api.model
    def _body(self, account, sentence):
        advice = self.env._("Open the account: %s", account.name)
        return Markup('<p>{}</p><p><a href="{}/odoo/mail.center.account/{}">{}</a></p>').format(
            sentence, account.get_base_url(), account.id, advice
        )

    @api.model
    def _mail(self, account, people, sentence):
        """The same by mail of another account: the one that is down may not be able to."""
        sender = self._alert_account()
        to = [Address(user.name, user.email) for user in people if user.email]
        if not sender or sender == account or not to:
            return
        writer = self.env["mail.center.writer"].sudo()
        writer._write_mail(
            sender, to=to, subject=sentence, html=str(self._body(account, sentence))
        )

    @api.model
    def _alert_account(self):
        number = self.env["ir.config_parameter"].sudo().get_param("mail_center.alert_account_id")
        account = self.env["mail.center.account"].sudo()
        if number and str(number).isdigit():
            account = account.browse(int(number)).exists()
        return account.filtered(lambda one: one.active and one.smtp_host and not one.send_error)

    # ---- for monitoring -----------------------------------------------------

    @api.model
    def _overview(self):
        """What a monitoring program asks for; counts and numbers, no mail."""
        accounts = self.env["mail.center.account"].sudo().search([("active", "=", True)])
        now = self.env.cr.now()
        rows = [
            {
                "id": account.id,
                "name": account.name,
                "status": account.status,
                "health": account.health,
                "light": account.health_light,
                "behind_seconds": account.lag,
                "failures": account.sync_failures,
                "queue": account.queue_count,
                "queue_age_seconds": (
                    max(int((now - account.queue_since).total_seconds()), 0)
                    if account.queue_since else 0
                ),
                "quarantine": account.quarantine_count,
            }
            for account in accounts
        ]
        lights = {row["light"] for row in rows}
        overall = next((one for one in ("red", "amber") if one in lights), "green")
        return {"status": overall, "accounts": rows}
