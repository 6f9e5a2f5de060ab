from odoo import api, fields, models


class MailCenterReading(models.Model):
    """Who opened which mail of an account whose reading is recorded: one row for each of both."""

    _name = "mail.center.reading"
    _description = "Reading of a shared mailbox"
    _order = "last_date desc, id desc"
    _rec_name = "message_id"

    message_id = fields.Many2one(
        "mail.center.message", string="Email", required=True, ondelete="cascade", readonly=True
    )
    account_id = fields.Many2one(
        related="message_id.account_id", store=True, index=True, readonly=True
    )
    user_id = fields.Many2one(
        "res.users", required=True, ondelete="cascade", index=True, readonly=True
    )
    first_date = fields.Datetime(string="First read", required=True, readonly=True)
    last_date = fields.Datetime(string="Last read", required=True, readonly=True, index=True)
    count = fields.Integer(string="Times", readonly=True, aggregator="sum")

    _message_user_unique = models.UniqueIndex("(message_id, user_id)")

    @api.model
    def _note(self, messages):
        """The current user has been given *messages* (sudo): noted where the account wants it."""
        for message in messages:
            if message.account_id.audit_reading:
                self._note_one(message)

    @api.model
    def _note_one(self, message):
        self.env.cr.execute(
            """
            INSERT INTO mail_center_reading
                   (message_id, account_id, user_id, first_date, last_date, count,
                    create_uid, create_date, write_uid, write_date)
            SELECT %(message)s, %(account)s, %(user)s, now, now, 1, %(user)s, now, %(user)s, now
              FROM (SELECT now() AT TIME ZONE 'utc' AS now) AS moment
                ON CONFLICT (message_id, user_id)
                DO UPDATE SET last_date = EXCLUDED.last_date,
                              count = mail_center_reading.count + 1
            """,
            {"message": message.id, "account": message.account_id.id, "user": self.env.uid},
        )


class MailCenterAccount(models.Model):
    _inherit = "mail.center.account"

    audit_reading = fields.Boolean(
        string="Record who reads",
        help="Whoever opens a mail of this account is noted. Its owner and who manages it see "
        "the list here.",
    )

    def action_open_readings(self):
        """Show who has read what."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mail_center.mail_center_reading_action"
        )
        return {**action, "domain": [("account_id", "=", self.id)]}
