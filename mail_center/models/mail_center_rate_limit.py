import math
import time

from odoo import api, fields, models
from odoo.exceptions import UserError


class MailCenterRateLimit(models.Model):
    """How often each user did something lately that costs time or touches other machines.

    One row for each user and kind, so that two requests at once collide and one of them is
    retried: the limit holds over all workers. Nobody has access rights to it.
    """

    _name = "mail.center.rate.limit"
    _description = "Email rate limit"

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    kind = fields.Char(required=True)
    times = fields.Json(help="Moments of use, in seconds since 1970.")

    _user_kind_unique = models.UniqueIndex("(user_id, kind)")

    @api.model
    def _take(self, kind, limit, seconds=60):
        """Count one use by the current user; UserError if *limit* in *seconds* is reached.

        Takes effect when the transaction is committed.
        """
        self.flush_model()
        self.env.cr.execute(
            "INSERT INTO mail_center_rate_limit (user_id, kind) VALUES (%s, %s)"
            " ON CONFLICT (user_id, kind) DO NOTHING",
            [self.env.uid, kind],
        )
        self.env.cr.execute(
            "SELECT id FROM mail_center_rate_limit WHERE user_id = %s AND kind = %s FOR UPDATE",
            [self.env.uid, kind],
        )
        row = self.sudo().browse(self.env.cr.fetchone()[0])
        row.invalidate_recordset()
        now = time.time()
        recent = [moment for moment in row.times or [] if now - seconds < moment <= now]
        if len(recent) >= limit:
            wait = math.ceil(recent[-limit] + seconds - now)
            raise UserError(
                self.env._(
                    "That was tried %(count)s times within a short time. "
                    "Wait %(seconds)s seconds and try again.",
                    count=limit,
                    seconds=wait,
                )
            )
        row.times = [*recent, now]
