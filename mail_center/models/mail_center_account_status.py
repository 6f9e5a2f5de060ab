from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# Without a look into the mailbox for so long after one was due, the account is late.
LATE_SECONDS = 300

STATUSES = [
    ("never", "Never synchronised"),
    ("syncing", "Synchronising"),
    ("ok", "Up to date"),
    ("late", "Late"),
    ("failing", "Failing"),
    ("paused", "Paused"),
    ("blocked", "Blocked"),
    ("legacy", "Legacy POP3"),
]

SERVER_FIELDS = ("protocol", "pop3_host", "imap_host")

# Whoever changes one of these has a reason to believe that it works now.
RESUMING_FIELDS = frozenset(
    {"sync_enabled"}
    | {
        f"{kind}_{part}"
        for kind in ("imap", "pop3")
        for part in ("host", "port", "security", "login", "password")
    }
)


class MailCenterAccount(models.Model):
    """What the mailer does with an account, in one word.

    It depends on the clock, so it is stored nowhere: PostgreSQL works it out where it is
    read, searched or grouped by.
    """

    _inherit = "mail.center.account"

    status = fields.Selection(
        STATUSES, compute="_compute_status", search="_search_status",
        help="Blocked: the server refused the login several times; to keep the mailbox from being "
        "locked at the provider nothing is tried until the credentials are changed.",
    )
    server = fields.Char(
        string="Incoming server", compute="_compute_server", search="_search_server"
    )
    sync_blocked = fields.Boolean(
        string="Blocked", readonly=True, copy=False,
        help="The server refused the login too often; new credentials lift it.",
    )
    auth_failures = fields.Integer(
        string="Refused logins in a row", readonly=True, copy=False, aggregator=None
    )
    # How far the import is that goes on just now; 0 of 0: none that is worth a bar.
    sync_done = fields.Integer(
        string="Mails fetched in this run", readonly=True, copy=False, aggregator=None
    )
    sync_total = fields.Integer(
        string="Mails of this run", readonly=True, copy=False, aggregator=None
    )
    sync_started = fields.Datetime(string="This run started", readonly=True, copy=False)

    @api.model
    def _status_sql(self, alias):
        """The expression of *status* for a row of *alias*."""
        def column(name):
            return SQL.identifier(alias, name, to_flush=self._fields[name])

        return SQL(
            """
            (CASE
                WHEN %(blocked)s THEN 'blocked'
                WHEN %(enabled)s IS NOT TRUE
                  OR CASE %(protocol)s WHEN 'imap' THEN %(imap)s ELSE %(pop3)s END IS NULL
                THEN 'paused'
                WHEN %(claim)s > now() AT TIME ZONE 'utc'
                 AND (%(total)s > 0 OR %(state)s = 'running' AND %(last)s IS NULL)
                THEN 'syncing'
                WHEN %(state)s = 'failing' THEN 'failing'
                -- Between two runs of the scheduled job, or left by a worker that died.
                WHEN %(state)s = 'running' AND %(total)s > 0
                 AND %(next)s > now() AT TIME ZONE 'utc' - %(late)s * interval '1 second'
                THEN 'syncing'
                WHEN %(last)s IS NULL THEN 'never'
                WHEN %(last)s < now() AT TIME ZONE 'utc'
                              - (%(late)s + coalesce(%(poll)s, 60)) * interval '1 second'
                THEN 'late'
                WHEN %(protocol)s = 'pop3' THEN 'legacy'
                ELSE 'ok'
            END)
            """,
            blocked=column("sync_blocked"),
            enabled=column("sync_enabled"),
            protocol=column("protocol"),
            imap=column("imap_host"),
            pop3=column("pop3_host"),
            claim=column("claim_until"),
            total=column("sync_total"),
            state=column("sync_state"),
            last=column("last_sync"),
            next=column("next_sync"),
            late=LATE_SECONDS,
            poll=column("poll_seconds"),
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "status":
            return self._status_sql(alias)
        if field_expr == "server":
            return SQL(
                "(CASE %s WHEN 'pop3' THEN %s ELSE %s END)",
                *(self._field_to_sql(alias, name, query) for name in SERVER_FIELDS),
            )
        return super()._field_to_sql(alias, field_expr, query)

    @api.depends("sync_blocked", "sync_enabled", "protocol", "imap_host", "pop3_host",
                 "claim_until", "sync_total", "sync_state", "last_sync", "next_sync")
    def _compute_status(self):
        self.status = "never"
        if not self._origin:
            return
        rows = self.env.execute_query(
            SQL(
                "SELECT id, %s FROM mail_center_account account WHERE id IN %s",
                self._status_sql("account"),
                tuple(self._origin.ids),
            )
        )
        found = dict(rows)
        for account in self:
            account.status = found.get(account._origin.id, "never")

    def _search_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = tuple(value) or (None,)
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL("%s IN %s", self._status_sql(alias), wanted),
            predicate=lambda account: account.status in wanted,
        )

    @api.depends(*SERVER_FIELDS)
    def _compute_server(self):
        for account in self:
            account.server = account[f"{account.protocol}_host"] if account.protocol else False

    def _search_server(self, operator, value):
        legacy = Domain("protocol", "=", "pop3")
        return (legacy & Domain("pop3_host", operator, value)) | (
            ~legacy & Domain("imap_host", operator, value)
        )

    def write(self, vals):
        result = super().write(vals)
        if RESUMING_FIELDS & vals.keys():
            self._resume()
            if vals.get("sync_enabled") is False:
                # A run that is under way notices before it stores the next chunk.
                super().write(
                    {"claim_token": False, "claim_until": False, "sync_total": 0, "sync_done": 0}
                )
        if (RESUMING_FIELDS | {"name", "active"}) & vals.keys():
            self._notify_status()
        return result

    def _resume(self):
        """Try again at once: what was wrong may have been put right."""
        self.sudo().write(
            {"sync_blocked": False, "auth_failures": 0, "sync_failures": 0, "next_sync": False}
        )

    # ---- live ---------------------------------------------------------------

    def _status_watchers(self):
        """Who learns at once what the mailer does with these accounts, besides the managers."""
        accounts = self.sudo()
        permissions = accounts.permission_ids.filtered("can_manage")
        return accounts.user_id | permissions.user_id | permissions.profile_id.member_ids

    def _notify_status(self):
        """Tell the browsers that show the status of these accounts what there is to know."""
        managers = self.env.ref("mail_center.group_manager").sudo()
        for account in self.sudo():
            news = {"id": account.id, **account._progress()}
            managers._bus_send("mail_center/status", news)
            others = account._status_watchers() - managers.all_user_ids
            others._bus_send("mail_center/status", news)

    def _progress(self):
        """``{"done", "total", "rate" in mails a second, "left" in seconds}``, {} without a run."""
        self.ensure_one()
        if not self.sync_total:
            return {}
        now = self.env.cr.now()
        seconds = max((now - (self.sync_started or now)).total_seconds(), 1)
        rate = self.sync_done / seconds
        left = (self.sync_total - self.sync_done) / rate if rate else 0
        return {
            "done": self.sync_done,
            "total": self.sync_total,
            "rate": round(rate, 1),
            "left": round(left),
        }

    # ---- buttons ------------------------------------------------------------

    def action_sync_on(self):
        """Switch the synchronisation of the chosen accounts on."""
        return self._switch_sync(True)

    def action_sync_off(self):
        """Switch the synchronisation of the chosen accounts off."""
        return self._switch_sync(False)

    def _switch_sync(self, value):
        self.check_access("write")
        self.filtered(lambda account: account.sync_enabled != value).sync_enabled = value
        if value:
            self.env.ref("mail_center.ir_cron_receive").sudo()._trigger()
        return True

    def action_open_log(self):
        """The log of these accounts."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("mail_center.mail_center_log_action")
        title = self.env._("Log: %s", ", ".join(self.mapped("name")))
        return {
            **action,
            "name": title,
            "display_name": title,
            "domain": [("account_id", "in", self.ids), ("import_id", "=", False)],
        }
