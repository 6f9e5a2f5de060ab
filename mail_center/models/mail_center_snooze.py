from odoo import api, fields, models
from odoo.tools import SQL


class MailCenterSnooze(models.Model):
    """Until when a conversation is out of the inbox of one user, unless somebody writes in it."""

    _name = "mail.center.snooze"
    _description = "Snoozed email conversation"
    _order = "until, id"
    _rec_name = "until"

    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, ondelete="cascade",
        default=lambda self: self.env.user,
    )
    thread_id = fields.Many2one(
        "mail.center.thread", required=True, readonly=True, ondelete="cascade", index=True
    )
    until = fields.Datetime(required=True, readonly=True)
    # Mail that comes after this is news: the conversation shows again.
    since = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)

    _user_thread_unique = models.UniqueIndex("(user_id, thread_id)")

    @api.model
    def _condition(self, snoozed):
        """SQL: is the conversation of ``message`` out of the current user's inbox or not?"""
        condition = SQL(
            "EXISTS (SELECT 1 FROM mail_center_snooze snooze"
            " WHERE snooze.user_id = %s AND snooze.thread_id = message.thread_id"
            " AND snooze.until > now() AT TIME ZONE 'utc' AND message.date <= snooze.since)",
            self.env.uid,
        )
        return condition if snoozed else SQL("NOT %s", condition)

    @api.autovacuum
    def _gc_past(self):
        """What has come back long ago."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=30)
        self.search([("until", "<", limit)], limit=10_000).unlink()
