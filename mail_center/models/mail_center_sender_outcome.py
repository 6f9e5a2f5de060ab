import logging
from datetime import timedelta

from odoo import api, models

from ..core import smtp

# Why a server wants to be left alone for a time, whichever mail it said it of.
WAITS = frozenset({"throttled", "quota", "login_required", "encryption_required"})
# A login that is refused again and again locks mailboxes up (seconds).
LOGIN_PAUSE = 30 * 60

_logger = logging.getLogger(__name__)


class MailCenterSender(models.AbstractModel):
    """What became of a mail, stored for each recipient and told to whom it concerns."""

    _inherit = "mail.center.sender"

    @api.model
    def _unsendable(self, row, error):
        row._open_recipients().state = "failed"
        row._set_state(
            "failed", phase=False, error=str(error), copy_state="none", claim_token=False
        )
        self._tell(row, "error")

    @api.model
    def _record(self, row, token, attempt):
        """Store what became of each recipient, and commit. Returns the seconds left."""
        def store():
            row.invalidate_recordset()
            if row.claim_token != token:
                # Taken over meanwhile, for example decided by a person: theirs is the word.
                _logger.warning("Outbox %s was taken over while it was being sent", row.id)
                return
            self._record_results(row, attempt)

        _result, left = self._transaction(store)
        return left

    @api.model
    def _record_results(self, row, attempt):
        now = self.env.cr.now()
        if row._uncertain_recipients() and "uncertain" in {
            result.state for result in attempt.results.values()
        }:
            # Of two attempts nobody knows: a copy in Sent could come from either.
            row.sent_is_proof = False
        by_email = {recipient.email: recipient for recipient in row.recipient_ids}
        for email, result in attempt.results.items():
            reply = result.reply
            by_email[email].write(
                {
                    "state": result.state,
                    "code": f"{reply.code} {reply.enhanced}".strip() if reply else False,
                    "reply": (reply.text if reply else False) or False,
                    "reason_code": result.reason_code or False,
                    "date": now,
                }
            )
        states = {result.state for result in attempt.results.values()}
        if states & {"sent", "uncertain"}:
            row.sent_at = now
        self._sum_up(row, attempt.results)
        self._record_account(row.account_id, attempt)

    @api.model
    def _sum_up(self, row, emails=()):
        """The state of a mail from its recipients'; *emails*: those whom the attempt was for."""
        now = self.env.cr.now()
        open_rows = row._open_recipients()
        if open_rows and row._is_expired(now):
            open_rows.write({"state": "failed", "reason_code": "given_up"})
        state = row._summary()
        job, told = self._for_owner(row)
        troubled = told.recipient_ids.filtered(
            lambda recipient: recipient.email in emails and recipient.state != "sent"
        )
        reasons = [text for text in troubled.mapped("reason") if text]
        vals = {"phase": "done", "claim_token": False, "error": reasons[0] if reasons else False}
        if state == "uncertain":
            vals["error"] = job._uncertain_text()
        if state == "deferred":
            vals["next_attempt"] = now + timedelta(seconds=smtp.next_delay(row.attempts))
        if state == "failed":
            vals["copy_state"] = "none"
        row._set_state(state, **vals)
        self._tell(row, {"sent": "info", "failed": "error"}.get(state, "warning"))

    @api.model
    def _record_account(self, account, attempt):
        """What the attempt says of the server and of the account at it."""
        reasons = {result.reason_code for result in attempt.results.values()}
        if reasons & WAITS:
            account._send_trouble(smtp.throttle_delay(account.send_failures + 1))
        elif attempt.phase == "done":
            account._send_works()

    @api.model
    def _account_failed(self, account, rows, token, error):
        """The server can't be used: every mail waits, none is blamed."""
        self.env.invalidate_all()
        rows = rows.filtered(lambda row: row.claim_token == token and row.state == "sending")
        now = self.env.cr.now()
        is_login = getattr(error, "kind", "") == "auth"
        wait = smtp.next_delay(account.send_failures + 1)
        account._send_trouble(max(wait, LOGIN_PAUSE) if is_login else wait)
        for row in rows:
            if row._is_expired(now):
                row._open_recipients().write({"state": "failed", "reason_code": "given_up"})
            else:
                row._open_recipients().state = "deferred"
            row._set_state(
                row._summary(),
                phase=False,
                claim_token=False,
                error=self._in_words(error),
                next_attempt=account.send_retry_at,
            )
            if is_login and not row.is_late_told:
                # Nobody but a person can mend it.
                row.is_late_told = True
                row._tell_writer("late")
            row.account_id._notify_readers(row.message_id)
        account.send_error = self._in_words(error)[:500]
        self.env["mail.center.log"]._add(
            account,
            "send_unavailable",
            self.env._("Mail could not be sent: %s", self._in_words(error)),
            level="error",
            detail=getattr(error, "server_text", ""),
        )

    @api.model
    def _in_doubt(self, row):
        """Its worker died after it could have handed the mail over: nobody knows."""
        row._new_doubt()
        row.sent_at = self.env.cr.now()
        row._set_state("uncertain", error=self._for_owner(row)[0]._uncertain_text())
        self.env["mail.center.log"]._add(
            row.account_id,
            "send_uncertain",
            self.env._("Nobody knows whether the mail no. %s was sent.", row.id),
            level="warning",
        )

    @api.model
    def _uncertain_text(self):
        return self.env._(
            "The connection broke after the mail was handed over and before the server "
            "confirmed it. It is not sent again by itself: ask the recipient, or look into the "
            "provider's folder of sent mail."
        )

    @api.model
    def _tell(self, row, level):
        label = dict(row._fields["state"]._description_selection(self.env))[row.state]
        self.env["mail.center.log"]._add(
            row.account_id,
            f"send_{row.state}",
            # No subject: whoever may read the log may not always read the mail.
            self.env._("%(state)s: mail no. %(number)s", state=label, number=row.id),
            level=level,
            detail=row.error or "",
            mails=1 if row.state in ("sent", "partly_sent") else 0,
            correlation=f"outbox-{row.id}",
        )
        row.account_id._notify_readers(row.message_id)
