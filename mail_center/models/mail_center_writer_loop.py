from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

LOOP_LIMIT = 50


class MailCenterAccount(models.Model):
    _inherit = "mail.center.account"

    loop_limit = fields.Integer(
        string="Daily limit per correspondent", default=LOOP_LIMIT, required=True,
        aggregator=None,
        help="Programs send at most this many mails a day to an address that writes back as "
        "often: more would be two machines that answer each other, and is held. 0: no limit.",
    )

    @api.constrains("loop_limit")
    def _check_loop_limit(self):
        if any(account.loop_limit < 0 for account in self):
            raise ValidationError(self.env._("A limit of mails can't be below zero."))


class MailCenterOutbox(models.Model):
    """Two machines that answer each other are stopped (RFC 3834 section 2).

    An automation rule that answers new records, and somebody's program that answers every mail
    without saying that it is one, would go on for ever.
    """

    _inherit = "mail.center.outbox"

    def _hold_loops(self):
        """Hold mail of programs to an address with which too much went to and fro today."""
        for outbox in self.sudo():
            account = outbox.account_id
            if not account.loop_limit:
                continue
            caught = outbox.recipient_ids.filtered(
                lambda one, account=account: self._is_loop(account, one.email)
            )
            if caught:
                caught.write({"state": "failed", "reason_code": "loop"})
                outbox._set_state(outbox._summary())
                self.env["mail.center.log"]._add(
                    account,
                    "send_loop",
                    self.env._(
                        "Held: %(count)s mails within a day went to %(address)s, and as many came "
                        "back. Two machines seem to answer each other.",
                        count=account.loop_limit, address=caught[0].email,
                    ),
                    level="warning",
                )

    @api.model
    def _is_loop(self, account, email):
        since = self.env.cr.now() - timedelta(days=1)
        limit, names = account.loop_limit, list({email, email.casefold()})
        came = self.env["mail.center.message"].sudo().search_count(
            [("account_id", "=", account.id), ("direction", "=", "in"),
             ("email_from", "in", names), ("create_date", ">", since)],
            limit=limit,
        )
        if came < limit:
            return False
        went = self.env["mail.center.outbox.recipient"].sudo().search_count(
            [("outbox_id.account_id", "=", account.id), ("email", "in", names),
             ("create_date", ">", since), ("reason_code", "!=", "loop")],
            limit=limit + 1,
        )
        return went > limit  # this mail is one of them


class MailCenterWriter(models.AbstractModel):
    _inherit = "mail.center.writer"

    @api.model
    def _queue(self, account, *args, **options):
        message = super()._queue(account, *args, **options)
        if account._is_integration():
            message.sudo().outbox_ids._hold_loops()
        return message
