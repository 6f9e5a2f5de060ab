from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..core.log.exchange import LineError, lines, read_header, read_line

BATCH = 1000
REPORTED = 200


class MailCenterLogImport(models.Model):
    """A log file of another database. Its lines are looked at, and never taken for our own."""

    _name = "mail.center.log.import"
    _inherit = "mail.center.named"
    _description = "Imported log"
    _order = "id desc"

    name = fields.Char(string="File", required=True, readonly=True)
    origin = fields.Char(string="From", readonly=True, help="The database that wrote the file.")
    imported = fields.Integer(string="Lines imported", readonly=True)
    known = fields.Integer(
        string="Known already", readonly=True, help="Lines that an earlier import had brought."
    )
    refused = fields.Integer(string="Lines refused", readonly=True)
    report = fields.Text(readonly=True, help="Which lines were refused, and why.")

    @api.model
    def _import_file(self, name, stream):
        """Read a JSON Lines file from a binary *stream*, in constant memory.

        Returns the import. Raises UserError when it is no log at all; single bad lines are
        refused and reported.
        """
        if not self.env.user.has_group("mail_center.group_manager"):
            raise AccessError(self.env._("Only email managers may import a log."))
        numbered = lines(stream)
        try:
            head = read_header(next(numbered, (1, b""))[1])
        except LineError as error:
            raise UserError(self._reason(error)) from None
        record = self.sudo().create(
            {"name": name or "?", "origin": head["name"] or head["database"] or "?"}
        )
        counts = {"imported": 0, "known": 0, "refused": 0}
        report, batch = [], {}
        for number, line in numbered:
            if line is not None and not line.strip():
                continue
            try:
                row = read_line(line)
            except LineError as error:
                counts["refused"] += 1
                if len(report) < REPORTED:
                    report.append(
                        self.env._("Line %(number)s: %(reason)s",
                                   number=number, reason=self._reason(error))
                    )
                continue
            if row["key"] in batch:
                counts["known"] += 1
            batch[row["key"]] = row
            if len(batch) >= BATCH:
                record._store(batch.values(), counts)
                batch = {}
        record._store(batch.values(), counts)
        if counts["refused"] > len(report):
            report.append(self.env._("… and %s more.", counts["refused"] - len(report)))
        record.write({**counts, "report": "\n".join(report) or False})
        return record.sudo(False)

    def _store(self, rows, counts):
        if not rows:
            return
        names = ("key", "date", "last_date", "account", "event", "kind", "level", "message",
                 "detail", "correlation", "duration", "mails", "repeats", "user")
        values = SQL(", ").join(
            SQL("(%s, %s, %s, %s)", SQL(", ").join(SQL("%s", row[name]) for name in names),
                self.id, self.env.uid, self.env.cr.now())
            for row in rows
        )
        found = self.env.execute_query(
            SQL(
                """
                INSERT INTO mail_center_log AS line
                       (key, date, last_date, account_name, event, kind, level, message, detail,
                        correlation, duration, mails, repeats, user_name, import_id, create_uid,
                        create_date)
                VALUES %s
           ON CONFLICT (key) WHERE key IS NOT NULL
             DO UPDATE SET repeats = excluded.repeats, last_date = excluded.last_date
                 -- A line of an hour that was not over yet has been counted up since.
                 WHERE excluded.repeats > line.repeats
             RETURNING xmax = 0
                """,
                values,
            )
        )
        new = sum(is_new for (is_new,) in found)
        counts["imported"] += new
        counts["known"] += len(rows) - new

    @api.model
    def _reason(self, error):
        """Why a line was refused, as a person reads it."""
        reasons = {
            "too_long": self.env._("it is too long."),
            "no_json": self.env._("it is no JSON."),
            "no_object": self.env._("it is no JSON object."),
            "no_header": self.env._(
                "This is no log of Email Center: such a file has the name .jsonl and begins with "
                "a line that says so."
            ),
            "version": self.env._(
                "The file was written by a newer Email Center (version %s of the file).",
                error.value,
            ),
            "missing": self.env._("“%s” is missing.", error.value),
            "value": self.env._("“%s” has a value that can't be.", error.value),
        }
        return reasons[error.code]

    def action_open_lines(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mail_center.mail_center_log_action_imported"
        )
        title = self.env._("Log of %s", self.origin)
        return {
            **action,
            "name": title,
            "display_name": title,
            # What an earlier import of the same place brought was not brought again.
            "domain": [("import_id.origin", "=", self.origin)],
        }


class MailCenterLog(models.Model):
    _inherit = "mail.center.log"

    import_id = fields.Many2one(
        "mail.center.log.import", string="Imported from", readonly=True, ondelete="cascade",
        index="btree_not_null", help="Empty: it happened here.",
    )
    # Accounts and users of the other database, which are none of ours.
    account_name = fields.Char(string="Account there", readonly=True)
    user_name = fields.Char(string="By (there)", readonly=True)
    key = fields.Char(readonly=True, help="What the line is called in files.")

    _key_unique = models.UniqueIndex("(key) WHERE key IS NOT NULL")
