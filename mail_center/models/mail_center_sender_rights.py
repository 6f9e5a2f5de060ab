from functools import partial

from odoo import SUPERUSER_ID, api, fields, models

LOOKED_AT_ONCE = 200


class MailCenterOutbox(models.Model):
    """Who answers for a mail that leaves: its writer, or who let it leave in the writer's place."""

    _inherit = "mail.center.outbox"

    released_by_id = fields.Many2one(
        "res.users", string="Let go by", readonly=True,
        help="Who manages the account and let the mail leave in the place of its writer.",
    )

    def _release_for_writer(self):
        """Whoever manages the account decides on mail of others, and answers for it."""
        others = self.sudo().filtered(lambda outbox: outbox.user_id != self.env.user)
        others.released_by_id = self.env.user

    def action_retry(self):
        self._require_sender()
        self._release_for_writer()
        return super().action_retry()

    def action_send_again(self):
        self._require_sender()
        self._release_for_writer()
        return super().action_send_again()

    def _sender(self):
        self.ensure_one()
        return self.released_by_id or self.user_id

    def _stop_for_right(self):
        """It does not leave: its writer lost the right to send from the account, or left."""
        self._open_recipients().write({"state": "failed", "reason_code": "no_right"})
        for outbox in self:
            outbox._set_state(
                outbox._summary(), phase=False, claim_token=False, error=outbox._no_right_text()
            )
            outbox._tell_owner()
            outbox.account_id._notify_readers(outbox.message_id)
            self.env["mail.center.log"]._add(
                outbox.account_id,
                "send_no_right",
                self.env._(
                    "The mail no. %(number)s did not leave: %(writer)s may not send from the "
                    "account any more.",
                    number=outbox.id, writer=outbox.user_id.name,
                ),
                level="warning",
            )

    def _no_right_text(self):
        outbox = self.with_context(lang=self.user_id.lang or self.env.lang)
        return outbox.env._(
            "It did not leave: %(writer)s may not send from the account “%(account)s” any more. "
            "Whoever manages the account can let it leave with “Retry now”.",
            writer=self._sender().name, account=self.account_id.name,
        )

    def _tell_owner(self):
        owner = self.account_id.user_id
        if owner == self.user_id or not owner.active:
            return
        outbox = self.with_context(lang=owner.lang or self.env.lang)
        owner._bus_send(
            "mail_center/notice",
            {
                "outbox_id": self.id,
                "title": outbox.env._("“%s” was not sent", outbox.message_id.display_name),
                "message": outbox.env._(
                    "%(writer)s wrote it and may not send from the account “%(account)s” any "
                    "more. You can let it leave with “Retry now”.",
                    writer=self.user_id.name, account=self.account_id.name,
                ),
                "type": "warning",
            },
        )


class MailCenterSender(models.AbstractModel):
    """Mail of those who may not send from the account any more does not leave."""

    _inherit = "mail.center.sender"

    @api.model
    def _load(self, rows):
        senders = {row._sender() for row in rows}
        open_to = {user: self._open_to(user, rows.account_id) for user in senders}
        stopped = rows.filtered(lambda row: row.account_id not in open_to[row._sender()])
        if stopped:
            stopped._stop_for_right()
            # A server that can't be reached undoes what was not committed.
            self._commit()
        return super()._load(rows - stopped)

    @api.model
    def _look_after_waiting(self):
        result = super()._look_after_waiting()
        # What is to leave in a month is not held back only then.
        while self._transaction(partial(self._stop_some_for_right))[0]:
            pass
        return result

    @api.model
    def _stop_some_for_right(self):
        outboxes = self.env["mail.center.outbox"].sudo()
        waiting = [("state", "in", ["queued", "deferred"])]
        for user, released, accounts in outboxes._read_group(
            waiting, ["user_id", "released_by_id"], ["account_id:recordset"]
        ):
            shut = accounts - self._open_to(released or user, accounts)
            rows = shut and outboxes.search(
                [
                    *waiting, ("account_id", "in", shut.ids), ("user_id", "=", user.id),
                    ("released_by_id", "=", released.id),
                ],
                order="id", limit=LOOKED_AT_ONCE,
            )
            if rows:
                rows._stop_for_right()
                return len(rows)
        return 0

    @api.model
    def _open_to(self, user, accounts):
        """Those of *accounts* from which *user* may send now. Odoo itself always may."""
        if user.id == SUPERUSER_ID:
            return accounts
        if not user.active:
            return accounts.browse()
        theirs = accounts.with_user(user).with_context(allowed_company_ids=[])
        return theirs._filtered_access("read").filtered("can_send").with_env(accounts.env)
