from datetime import timedelta

import pytz
from odoo import api, fields, models
from odoo.tools import SQL


class MailCenterAccount(models.Model):
    """The numbers beside an account's state; worked out when they are looked at."""

    _inherit = "mail.center.account"

    lag = fields.Integer(
        string="Behind", compute="_compute_lag", aggregator=None,
        help="How much longer than planned the mailbox was not looked into, in seconds.",
    )
    last_mail = fields.Datetime(
        string="Last real mail", compute="_compute_figures",
        help="The newest mail that somebody wrote; automatic mail does not count.",
    )
    received_today = fields.Integer(string="Received today", compute="_compute_figures")
    sent_today = fields.Integer(string="Sent today", compute="_compute_figures")
    queue_count = fields.Integer(
        string="Waiting to leave", compute="_compute_figures",
        help="Mails that are to be sent now; those with a later time of their own not counted.",
    )
    queue_since = fields.Datetime(string="Oldest in the queue", compute="_compute_figures")
    quarantine_count = fields.Integer(string="In quarantine", compute="_compute_figures")

    mails_here = fields.Integer(
        compute="_compute_mails", help="Mails of all folders that are fetched or accounted for."
    )
    mails_on_server = fields.Integer(
        compute="_compute_mails", help="As the server counted them at the last look."
    )

    problem = fields.Char(
        compute="_compute_problem", help="What is wrong with fetching, or else with sending."
    )

    @api.depends("sync_error", "send_error")
    def _compute_problem(self):
        for account in self:
            account.problem = account.sync_error or account.send_error

    @api.depends("folder_ids.known_uids", "folder_ids.server_count", "folder_ids.policy")
    def _compute_mails(self):
        # Where one may not read the folders their number is told all the same, as in the log.
        counted = self.env["mail.center.folder"].sudo()._read_group(
            [("account_id", "in", self._origin.ids), ("policy", "!=", "off"),
             ("exists_on_server", "=", True)],
            ["account_id"], ["known_uids:sum", "server_count:sum"],
        )
        found = {account.id: counts for account, *counts in counted}
        for account in self:
            account.mails_here, account.mails_on_server = found.get(account._origin.id, (0, 0))

    @api.depends("last_sync", "sync_enabled", "sync_blocked", "poll_seconds")
    def _compute_lag(self):
        now = self.env.cr.now()
        for account in self:
            behind = 0
            if account.last_sync and account.sync_enabled:
                behind = int((now - account.last_sync).total_seconds()) - 2 * account.poll_seconds
            account.lag = max(behind, 0)

    @api.depends("sync_state", "last_sync")
    @api.depends_context("tz", "uid")
    def _compute_figures(self):
        names = (
            "last_mail", "received_today", "sent_today", "queue_count", "queue_since",
            "quarantine_count",
        )
        found = {row[0]: row[1:] for row in self._figures()}
        for account in self:
            row = found.get(account._origin.id, (False, 0, 0, 0, False, 0))
            for name, value in zip(names, row, strict=True):
                account[name] = value or False

    def _figures(self):
        """``(id, last mail, received today, sent today, queue, its oldest, quarantine)`` each."""
        if not self._origin:
            return []
        self.env["mail.center.message"].flush_model(["account_id", "direction", "date"])
        self.env["mail.center.outbox"].flush_model(["account_id", "state", "send_after"])
        self.env["mail.center.quarantine"].flush_model(["account_id", "state"])
        return self.env.execute_query(
            SQL(
                """
                SELECT account.id,
                       (SELECT mail.date FROM mail_center_message mail
                         WHERE mail.account_id = account.id AND mail.direction = 'in'
                           AND mail.is_automatic IS NOT TRUE AND mail.date <= %(now)s
                      ORDER BY mail.date DESC LIMIT 1),
                       (SELECT count(*) FROM mail_center_message mail
                         WHERE mail.account_id = account.id AND mail.direction = 'in'
                           AND mail.date BETWEEN %(today)s AND %(now)s),
                       (SELECT count(*) FROM mail_center_message mail
                         WHERE mail.account_id = account.id AND mail.direction = 'out'
                           AND mail.state IN ('sent', 'partly_sent', 'received')
                           AND mail.date BETWEEN %(today)s AND %(now)s),
                       queue.count, queue.since,
                       (SELECT count(*) FROM mail_center_quarantine line
                         WHERE line.account_id = account.id AND line.state = 'waiting')
                  FROM mail_center_account account
             LEFT JOIN LATERAL (
                       SELECT count(*), min(coalesce(send_after, create_date)) AS since
                         FROM mail_center_outbox
                        WHERE account_id = account.id
                          AND state IN ('queued', 'deferred', 'sending')
                          AND (send_after IS NULL OR send_after <= %(now)s)
                       ) queue ON true
                 WHERE account.id IN %(ids)s
                """,
                ids=tuple(self._origin.ids),
                today=self._start_of_today(),
                now=fields.Datetime.now() + timedelta(minutes=5),
            )
        )

    @api.model
    def _start_of_today(self):
        """Midnight where the user is, in UTC without a zone as the database has it."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        midnight = pytz.utc.localize(fields.Datetime.now()).astimezone(zone).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        return midnight.astimezone(pytz.utc).replace(tzinfo=None)
