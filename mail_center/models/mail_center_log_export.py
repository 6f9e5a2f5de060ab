from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.modules.registry import Registry

from ..core.log import redact
from ..core.log.exchange import csv_lines, dumps, header, stamp

BATCH = 1000
FORMATS = ("jsonl", "csv")


class MailCenterLog(models.Model):
    """The log as a file, of any length."""

    _inherit = "mail.center.log"

    @api.model
    def _export(self, domain, format_name):
        """A generator of the file's bytes; *domain* is searched with the user's own rights.

        It is used after the request's transaction is over: each batch has a transaction of its
        own, so that nothing is held open for as long as a slow browser reads.
        """
        if not self.env.user.has_group("mail_center.group_user"):
            raise AccessError(self.env._("You may not read the log."))
        domain = Domain(domain)
        self.search(domain, limit=1)  # a domain that is wrong is told now, not in the file
        return self._export_batches(
            self.env.cr.dbname, self.env.uid, dict(self.env.context), domain, format_name
        )

    @api.model
    def _export_batches(self, database, uid, context, domain, format_name):
        last, first = 0, True
        while True:
            with Registry(database).cursor() as cr:
                model = api.Environment(cr, uid, context)[self._name]
                rows, last = model._export_batch(domain, last)
                head = model._export_header() if first and format_name == "jsonl" else b""
            if format_name == "csv":
                yield csv_lines(rows, head=first)
            else:
                yield head + b"".join(map(dumps, rows))
            first = False
            if not rows:
                return

    @api.model
    def _export_header(self):
        name = self.env["ir.config_parameter"].sudo().get_param("web.base.url") or ""
        return header(self._database_id(), name, fields.Datetime.now())

    @api.model
    def _database_id(self):
        return self.env["ir.config_parameter"].sudo().get_param("database.uuid") or ""

    @api.model
    def _export_batch(self, domain, after):
        """``(rows, id of the last)`` of what follows the id *after*."""
        names = ["date", "last_date", "account_id", "account_name", "event", "level", "message",
                 "correlation", "duration", "mails", "repeats", "user_id", "user_name", "key"]
        manager = self.env.user.has_group("mail_center.group_manager")
        if manager:
            names.append("detail")
        found = self.search_fetch(
            Domain(domain) & Domain("id", ">", after), names, order="id", limit=BATCH
        )
        database = self._database_id()
        rows = [
            {
                "key": line.key or f"{database}:{line.id}",
                "date": stamp(line.date),
                "last_date": stamp(line.last_date),
                "account": line.account_name or line.account_id.with_user(
                    SUPERUSER_ID).display_name or "",
                "event": line.event,
                "level": line.level,
                "message": redact(line.message),
                "detail": redact(line.detail or "") if manager else "",
                "correlation": line.correlation or "",
                "duration": round(line.duration, 3) if line.duration else None,
                "mails": line.mails,
                "repeats": line.repeats,
                "user": line.user_name or line.user_id.with_user(SUPERUSER_ID).display_name or "",
            }
            for line in found
        ]
        return rows, found[-1:].id or after
