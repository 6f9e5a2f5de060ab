import logging
import re

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.log import kind_of, redact

_logger = logging.getLogger(__name__)

LEVELS = [
    ("debug", "Detail"),
    ("info", "Information"),
    ("warning", "Warning"),
    ("error", "Error"),
]
KINDS = [
    ("connection", "Connections"),
    ("fetching", "Fetching"),
    ("sending", "Sending"),
    ("quarantine", "Quarantine"),
    ("settings", "Settings"),
    ("permissions", "Permissions"),
    ("health", "Health"),
    ("other", "Other"),
]
MESSAGE_MAX = 1000
DETAIL_MAX = 20_000
_RUN = re.compile(r"[\w-]{1,40}")
FAILURES = ("warning", "error")
PERCENTILES = {"duration_median": 0.5, "duration_95": 0.95}


class MailCenterLog(models.Model):
    """What the mailer did, one line each; only the mailer writes it.

    The same thing said again within the hour counts up the line that is there (``repeats``), so
    that a server that is away for a week leaves 168 lines and not ten thousand.
    """

    _name = "mail.center.log"
    _inherit = "mail.center.named"
    _description = "Mailer log"
    _order = "date desc, id desc"
    _rec_name = "message"

    date = fields.Datetime(
        string="Time", required=True, readonly=True, default=fields.Datetime.now
    )
    last_date = fields.Datetime(string="Last time", readonly=True)
    account_id = fields.Many2one("mail.center.account", ondelete="set null", readonly=True)
    event = fields.Char(required=True, readonly=True, help="Stable code of what happened.")
    kind = fields.Selection(
        KINDS, string="About", compute="_compute_kind", store=True, readonly=True
    )
    level = fields.Selection(LEVELS, required=True, default="info", readonly=True)
    message = fields.Char(required=True, readonly=True)
    detail = fields.Text(
        string="Protocol detail", readonly=True, groups="mail_center.group_manager",
        help="What the server said, word for word, with passwords removed.",
    )
    correlation = fields.Char(
        string="Run", index="btree_not_null", readonly=True, help="Groups the lines of one run."
    )
    duration = fields.Float(
        string="Duration (s)", digits=(12, 3), aggregator="avg", readonly=True,
        help="In seconds; of repeated lines the average.",
    )
    duration_median = fields.Float(
        string="Duration: median (s)", compute="_compute_percentiles", aggregator="avg"
    )
    duration_95 = fields.Float(
        string="Duration: 95 of 100 are faster (s)", compute="_compute_percentiles",
        aggregator="avg",
    )
    mails = fields.Integer(readonly=True, help="How many mails the line is about.")
    repeats = fields.Integer(
        string="Times", required=True, default=1, readonly=True,
        help="How often the same happened within the hour.",
    )
    failures = fields.Integer(
        string="Warnings and errors", compute="_compute_failures", aggregator="sum",
        help="How often something went wrong.",
    )
    times = fields.Char(string="Repeated", compute="_compute_times")
    user_id = fields.Many2one("res.users", string="By", readonly=True, ondelete="set null")

    _account_event_date = models.Index("(account_id, event, date)")
    _date_index = models.Index("(date DESC, id DESC)")
    _level_date = models.Index("(level, date)")

    @api.depends("event")
    def _compute_kind(self):
        for line in self:
            line.kind = kind_of(line.event or "")

    @api.depends("repeats")
    def _compute_times(self):
        for line in self:
            line.times = f"×{line.repeats}" if line.repeats > 1 else False

    @api.depends("level", "repeats")
    def _compute_failures(self):
        for line in self:
            line.failures = line.repeats if line.level in FAILURES else 0

    @api.depends("duration")
    def _compute_percentiles(self):
        """Of one line it is its own; of many PostgreSQL works it out."""
        for line in self:
            line.duration_median = line.duration_95 = line.duration

    def _read_group_select(self, aggregate_spec, query):
        name, _colon, function = aggregate_spec.partition(":")
        if name in PERCENTILES and function == "avg":
            return SQL(
                "percentile_cont(%s) WITHIN GROUP (ORDER BY %s)",
                PERCENTILES[name],
                self._field_to_sql(self._table, "duration", query),
            )
        if name == "failures" and function == "sum":
            return SQL(
                "coalesce(sum(%s) FILTER (WHERE %s IN %s), 0)",
                self._field_to_sql(self._table, "repeats", query),
                self._field_to_sql(self._table, "level", query),
                FAILURES,
            )
        return super()._read_group_select(aggregate_spec, query)

    def action_same_run(self):
        """All that belongs to the same run, in the order in which it happened."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("mail_center.mail_center_log_action")
        return {
            **action,
            "domain": [
                ("correlation", "=", self.correlation), ("import_id", "=", self.import_id.id),
            ],
            "context": {},
        }

    # ---- writing ------------------------------------------------------------

    @api.model
    def _add(
        self, account, event, message, *,
        level="info", detail="", correlation="", duration=None, mails=0, user=None,
    ):
        """Write one line; *message* is a whole sentence for a person, *detail* is for an expert.

        *duration* is in seconds. Never raises and never harms the transaction it is part of: a
        line that can't be written is told to the server's own log.
        """
        try:
            line = self._write_line(
                {
                    "account": account.id if account else None,
                    "event": event,
                    "kind": kind_of(event),
                    "level": level,
                    "message": _one_line(message),
                    "detail": redact(detail[:DETAIL_MAX].replace("\x00", "")) if detail else None,
                    "correlation": correlation or self._run_here() or None,
                    "duration": duration,
                    "mails": mails,
                    "user": user.id if user else None,
                    "uid": self.env.uid,
                }
            )
        except Exception:
            _logger.exception("Could not log %s: %s", event, message)
            return self.sudo().browse()
        return self.sudo().browse(line)

    @api.model
    def _add_many(self, lines):
        """Write lines of their own each (no repeats): dicts of the arguments of :meth:`_add`.

        Like it, never raises.
        """
        columns = ("account_id", "event", "kind", "level", "message", "detail", "correlation",
                   "mails")  # fmt: skip
        rows = [
            (
                line["account"].id or None, line["event"], kind_of(line["event"]),
                line.get("level", "info"), _one_line(line["message"]), line.get("detail") or None,
                line.get("correlation") or self._run_here() or None,
                line.get("mails", 0),
            )
            for line in lines
        ]
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute_values(
                    f"""
                    INSERT INTO mail_center_log
                           ({", ".join(columns)}, date, repeats, create_uid, write_uid,
                            create_date, write_date)
                    VALUES %s
                    """,
                    rows,
                    template=f"""(%s, %s, %s, %s, %s, %s, %s, %s,
                        date_trunc('second', clock_timestamp() AT TIME ZONE 'utc'), 1,
                        {int(self.env.uid)}, {int(self.env.uid)},
                        now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc')""",
                )
        except Exception:
            _logger.exception("Could not log %s lines", len(rows))

    @api.model
    def _run_here(self):
        """The run that the context names. Whatever a caller puts there instead, the line about
        what he did is written."""
        run = self.env.context.get("mail_center_run")
        return run if isinstance(run, str) and _RUN.fullmatch(run) else ""

    @api.model
    def _write_line(self, vals):
        # Not the flushing kind: what is wrong with other data must not be swallowed here.
        with self.env.cr.savepoint(flush=False):
            line = self._count_up(vals) or self._insert(vals)
        self.sudo().browse(line).invalidate_recordset()
        return line

    @api.model
    def _count_up(self, vals):
        """Add to the same line of this hour. Returns its id, None when there is none to add to.

        What brings mail or was done by a person is an event of its own each time. A line that
        another worker holds is not waited for.
        """
        if vals["mails"] or vals["user"]:
            return None
        same_account = "account_id = %(account)s" if vals["account"] else "account_id IS NULL"
        self.env.cr.execute(
            f"""
            UPDATE mail_center_log
               SET repeats = repeats + 1,
                   last_date = date_trunc('second', clock_timestamp() AT TIME ZONE 'utc'),
                   duration = coalesce(
                       (duration * repeats + %(duration)s) / (repeats + 1), %(duration)s, duration
                   ),
                   detail = coalesce(%(detail)s, detail),
                   correlation = coalesce(%(correlation)s, correlation)
             WHERE id = (
                    SELECT id FROM mail_center_log
                     WHERE {same_account} AND event = %(event)s
                       AND date >= date_trunc('hour', clock_timestamp() AT TIME ZONE 'utc')
                       AND level = %(level)s AND message = %(message)s AND import_id IS NULL
                  ORDER BY date DESC LIMIT 1
                       FOR NO KEY UPDATE SKIP LOCKED
                   )
         RETURNING id
            """,
            vals,
        )
        row = self.env.cr.fetchone()
        return row and row[0]

    @api.model
    def _insert(self, vals):
        self.env.cr.execute(
            """
            INSERT INTO mail_center_log
                   (date, account_id, event, kind, level, message, detail, correlation, duration,
                    mails, repeats, user_id, create_uid, write_uid, create_date, write_date)
            VALUES (date_trunc('second', clock_timestamp() AT TIME ZONE 'utc'), %(account)s,
                    %(event)s, %(kind)s, %(level)s, %(message)s, %(detail)s, %(correlation)s,
                    %(duration)s, %(mails)s, 1, %(user)s, %(uid)s, %(uid)s,
                    now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc')
         RETURNING id
            """,
            vals,
        )
        return self.env.cr.fetchone()[0]


def _one_line(message):
    text = redact(" ".join(str(message).replace("\x00", "").split()))
    return text if len(text) <= MESSAGE_MAX else text[: MESSAGE_MAX - 1] + "…"
