from datetime import timedelta

import pytz
from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..core.health import EXPIRY_DAYS, light

HOURS = 24
LIGHTS = ("red", "amber", "green")


class MailCenterDashboard(models.AbstractModel):
    """All accounts on one page: does everything work, and if not, who has to do what?"""

    _name = "mail.center.dashboard"
    _description = "Email dashboard"

    @api.model
    def overview(self):
        """What the page shows: for managers of all accounts, for others of those they manage.

        ``light`` is "off" while there is nothing that could work: no account, or none but paused.

        ``{"light", "counts": {light: accounts}, "statuses": [[status, label, count]],
        "people": [what needs a person], "today": {"in", "out"}, "queue": {"count", "age" in
        seconds}, "quarantine", "hours": [[label, in, out]]}``
        """
        user = self.env.user
        if not user.has_group("mail_center.group_user"):
            raise AccessError(self.env._("This page is for who works with email."))
        domain = [] if user.has_group("mail_center.group_manager") else [("can_manage", "=", True)]
        accounts = self.env["mail.center.account"].search([*domain, ("active", "=", True)])
        lights = accounts.mapped("health_light")
        labels = dict(accounts._fields["status"]._description_selection(self.env))
        counted = [
            [status, label, sum(account.status == status for account in accounts)]
            for status, label in labels.items()
        ]
        since = [moment for moment in accounts.mapped("queue_since") if moment]
        age = int((fields.Datetime.now() - min(since)).total_seconds()) if since else 0
        return {
            "light": self._light(accounts, lights),
            "total": len(accounts),
            "counts": {one: lights.count(one) for one in LIGHTS},
            "statuses": [row for row in counted if row[2]],
            "people": self._people(accounts),
            "today": {
                "in": sum(accounts.mapped("received_today")),
                "out": sum(accounts.mapped("sent_today")),
            },
            "queue": {"count": sum(accounts.mapped("queue_count")), "age": max(age, 0)},
            "quarantine": sum(accounts.mapped("quarantine_count")),
            "hours": self._hours(accounts),
        }

    @api.model
    def _light(self, accounts, lights):
        if worse := next((one for one in LIGHTS if one in lights and one != "green"), None):
            return worse
        return "green" if any(one.status != "paused" for one in accounts) else "off"

    @api.model
    def _people(self, accounts):
        """The accounts that need a person, the worst first, and what that person can do."""
        troubled = accounts.filtered(
            lambda account: account.health_light != "green" and account.status != "paused"
            or account.send_error or account.quarantine_count
            or account.expiry_text and account.expiry_days < EXPIRY_DAYS
        ).sorted("health")
        return [
            {
                "id": account.id,
                "name": account.name,
                "owner": account.user_id.name,
                "light": light(account.health),
                "problem": account.problem or account._worst(),
                "advice": self._advice(account),
                "can_test": account.can_test,
            }
            for account in troubled
        ]

    @api.model
    def _advice(self, account):
        """What to do, as a plain sentence."""
        if account.oauth_state == "refused":
            return self.env._("Open the account and press “Sign in”; the rest goes by itself.")
        if account.oauth_state == "setup":
            return self.env._("Ask the administrator to correct the client ID and its secret.")
        if account.status == "blocked" or account.send_blocked or account.auth_failures:
            return self.env._("Type the password into the account anew, or correct its login.")
        if account.status == "failing":
            return self.env._(
                "Press “Test”: it tells which step fails. If the server is away, wait; "
                "it is tried again by itself."
            )
        if account.status == "late":
            return self.env._("Ask the administrator whether Odoo's scheduled jobs are running.")
        if account.send_error:
            return self.env._("Press “Test” and look at the lines about sending.")
        if account.silent_since:
            return self.env._("Ask somebody to write to the mailbox, and see whether it arrives.")
        if account.expiry_text and account.expiry_days < EXPIRY_DAYS:
            return self.env._(
                "Have it renewed before that day: a certificate by whoever runs the server, an "
                "access by logging in to the provider again in the account."
            )
        if account.quarantine_count:
            return self.env._("Look at the mails in quarantine: try them again or discard them.")
        if account.status == "never":
            return self.env._("Wait a minute, or press “Test”.")
        return self.env._("Open the account: its page “Health” tells the reasons.")

    @api.model
    def _hours(self, accounts):
        """``[label, received, sent]`` of each of the last 24 hours."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        now = fields.Datetime.now().replace(minute=0, second=0)
        start = now - timedelta(hours=HOURS - 1)
        found = {}
        if accounts:
            self.env["mail.center.message"].flush_model(["account_id", "direction", "date"])
            self.env.cr.execute(
                """
                SELECT date_trunc('hour', date), direction, count(*)
                  FROM mail_center_message
                 WHERE account_id IN %s AND date >= %s AND date <= %s
                   AND (direction = 'in' OR state IN ('sent', 'partly_sent', 'received'))
              GROUP BY 1, 2
                """,
                [tuple(accounts.ids), start, fields.Datetime.now()],
            )
            found = {(moment, way): count for moment, way, count in self.env.cr.fetchall()}
        hours = [start + timedelta(hours=number) for number in range(HOURS)]
        return [
            [
                pytz.utc.localize(hour).astimezone(zone).strftime("%H:%M"),
                found.get((hour, "in"), 0),
                found.get((hour, "out"), 0),
            ]
            for hour in hours
        ]
