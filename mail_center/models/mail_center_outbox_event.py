from odoo import SUPERUSER_ID, api, fields, models

from .mail_center_message import STATES


def insert_events(steps):
    """The INSERT of many steps, for statements that go round the ORM; it takes ``%(uid)s``.

    *steps*: a SELECT of outbox_id, recipient_id (or NULL), state_before, state, code and reply.
    """
    return f"""
        INSERT INTO mail_center_outbox_event
               (outbox_id, recipient_id, state_before, state, code, reply,
                date, create_uid, create_date, write_uid, write_date)
        SELECT steps.*, now() AT TIME ZONE 'utc',
               %(uid)s, now() AT TIME ZONE 'utc', %(uid)s, now() AT TIME ZONE 'utc'
          FROM ({steps}) AS steps
      ORDER BY 1, 2
    """


class MailCenterOutboxEvent(models.Model):
    """One step of an outgoing mail, or of one of its recipients. Nothing changes it afterwards."""

    _name = "mail.center.outbox.event"
    _description = "Step of an outgoing email"
    _order = "id"
    _rec_name = "state"

    outbox_id = fields.Many2one(
        "mail.center.outbox", required=True, ondelete="cascade", index=True
    )
    recipient_id = fields.Many2one(
        "mail.center.outbox.recipient", ondelete="cascade", help="Empty: the whole mail."
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    state_before = fields.Selection(STATES, string="Before")
    state = fields.Selection(STATES, required=True)
    code = fields.Char()
    reply = fields.Char(string="Server's answer")
    user_id = fields.Many2one("res.users", string="By", help="Empty: by itself.")


class MailCenterOutbox(models.Model):
    _inherit = "mail.center.outbox"

    event_ids = fields.One2many("mail.center.outbox.event", "outbox_id", string="History")
    can_see_replies = fields.Boolean(compute="_compute_can_see_replies")

    @api.depends_context("uid")
    @api.depends("account_id")
    def _compute_can_see_replies(self):
        """Servers' own words are for who looks after the account; others read the reason."""
        manager = self.env.user.has_group("mail_center.group_manager")
        for outbox in self:
            outbox.can_see_replies = manager or outbox.account_id.can_manage

    def _note(self, before):
        """Write a step of whole mails down; *before*: their states until now, by record."""
        self.env["mail.center.outbox.event"].sudo().create(
            [
                {"outbox_id": outbox.id, "state_before": before.get(outbox), "state": outbox.state,
                 "user_id": self._by_whom()}
                for outbox in self
                if before.get(outbox) != outbox.state
            ]
        )

    def _by_whom(self):
        return False if self.env.uid == SUPERUSER_ID else self.env.uid

    @api.model_create_multi
    def create(self, vals_list):
        outboxes = super().create(vals_list)
        outboxes._note({})
        return outboxes

    def write(self, vals):
        before = {outbox: outbox.state for outbox in self} if "state" in vals else {}
        result = super().write(vals)
        if before:
            self._note(before)
        return result


class MailCenterOutboxRecipient(models.Model):
    _inherit = "mail.center.outbox.recipient"

    def write(self, vals):
        before = {recipient: recipient.state for recipient in self} if "state" in vals else {}
        result = super().write(vals)
        changed = [one for one, state in before.items() if one.state != state or "code" in vals]
        self.env["mail.center.outbox.event"].sudo().create(
            [
                {
                    "outbox_id": recipient.outbox_id.id,
                    "recipient_id": recipient.id,
                    "state_before": before[recipient],
                    "state": recipient.state,
                    "code": vals.get("code") or False,
                    "reply": vals.get("reply") or False,
                    "user_id": recipient.outbox_id._by_whom(),
                }
                for recipient in changed
            ]
        )
        return result
