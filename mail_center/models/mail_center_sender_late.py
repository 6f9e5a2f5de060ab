from datetime import timedelta

from odoo import api, models

LOOKED_AT_ONCE = 200


class MailCenterSender(models.AbstractModel):
    """Mail that waits for long: its writer is told, and at last it is given up."""

    _inherit = "mail.center.sender"

    @api.model
    def _look_after_waiting(self):
        """Tell of what is late, and give up what has been tried for too long."""
        self._transaction(self._tell_late)
        self._transaction(self._give_up)

    @api.model
    def _waiting_for(self, seconds, *more):
        since = self.env.cr.now() - timedelta(seconds=seconds)
        return self.env["mail.center.outbox"].sudo().search(
            [
                ("state", "in", ["queued", "deferred"]),
                ("create_date", "<=", since),
                "|", ("send_after", "=", False), ("send_after", "<=", since),
                *more,
            ],
            order="id",
            limit=LOOKED_AT_ONCE,
        )

    @api.model
    def _tell_late(self):
        after = self.env["mail.center.outbox"]._late_after()
        rows = self._waiting_for(after, ("is_late_told", "=", False))
        rows.is_late_told = True
        for row in rows:
            row._tell_writer("late")
            self.env["mail.center.log"]._add(
                row.account_id,
                "send_late",
                self.env._("The mail no. %s is late: its writer was told.", row.id),
                level="warning",
                detail=row.error or "",
            )

    @api.model
    def _give_up(self):
        lifetime = self.env["mail.center.outbox"]._lifetime()
        # The others are given up by their next attempt: also a machine that stood still for a
        # week tries them once more.
        for row in self._waiting_for(
            lifetime, ("attempts", ">", 0), ("account_id.send_enabled", "=", True),
            ("account_id.send_retry_at", ">", self.env.cr.now()),
        ):
            self._give_up_on(row)

    @api.model
    def _give_up_on(self, row, **vals):
        """It was tried for as long as mail is tried."""
        row._open_recipients().write({"state": "failed", "reason_code": "given_up"})
        row._set_state(row._summary(), phase=False, claim_token=False, **vals)
        self._tell(row, "error")
