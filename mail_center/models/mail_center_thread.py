from odoo import api, fields, models

from ..readable import named


class MailCenterThread(models.Model):
    """A conversation within one account."""

    _name = "mail.center.thread"
    _description = "Email conversation"
    _order = "last_date desc, id desc"
    _rec_name = "subject"

    account_id = fields.Many2one(
        "mail.center.account", required=True, ondelete="cascade", index=True
    )
    subject = fields.Char()
    last_date = fields.Datetime(index=True)
    message_ids = fields.One2many("mail.center.message", "thread_id")
    message_count = fields.Integer()
    unread_count = fields.Integer()
    user_id = fields.Many2one(
        "res.users", string="Handled by", index="btree_not_null", readonly=True
    )

    @api.depends("subject")
    @api.depends_context("uid")
    def _compute_display_name(self):
        for thread in named(self):
            thread.display_name = thread.subject or f"#{thread.id}"

    def _refresh(self):
        """Recount conversations from their messages, in one statement for all; most of those that
        are new are made with the right numbers and not written again."""
        if not self.ids:
            return
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE mail_center_thread AS thread
               SET last_date = counted.last_date,
                   message_count = counted.messages,
                   unread_count = counted.unread,
                   subject = counted.subject
              FROM (
                    SELECT thread_id,
                           max(date) AS last_date,
                           count(*) AS messages,
                           count(*) FILTER (
                               WHERE direction = 'in' AND is_read IS NOT TRUE) AS unread,
                           (array_agg(subject ORDER BY date, id))[1] AS subject
                      FROM mail_center_message
                     WHERE thread_id IN %s AND is_deleted IS NOT TRUE
                  GROUP BY thread_id
                   ) AS counted
             WHERE thread.id = counted.thread_id
               AND (thread.last_date, thread.message_count, thread.unread_count, thread.subject)
                   IS DISTINCT FROM
                   (counted.last_date, counted.messages, counted.unread, counted.subject)
            """,
            [tuple(self.ids)],
        )
        # No more than was written: all would take the conversation from the messages in the cache,
        # which would then be read again, with their bodies.
        self.invalidate_recordset(
            ["last_date", "message_count", "unread_count", "subject", "display_name"]
        )
