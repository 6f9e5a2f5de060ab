from functools import partial

from odoo import fields, models
from odoo.exceptions import LockError, UserError

from ..core.smtp import message_state
from ..loads import whole
from .mail_center_message import STATES
from .mail_center_outbox_recipient import OPEN_STATES


class MailCenterOutbox(models.Model):
    """A mail on its way out. Its bytes and envelope are frozen when it is queued.

    queued → sending → sent | partly_sent | deferred | failed | uncertain; deferred → sending.
    *uncertain* is left by a person alone: after the final dot without an answer nobody knows
    whether the server took the mail (RFC 5321, 4.5.3.2.6), so it is never sent again by itself.
    """

    _name = "mail.center.outbox"
    _inherit = "mail.center.named"
    _description = "Outgoing email"
    _order = "id desc"
    _rec_name = "message_id"

    message_id = fields.Many2one(
        "mail.center.message", string="Email", required=True, ondelete="restrict", index=True
    )
    account_id = fields.Many2one(
        "mail.center.account", required=True, ondelete="restrict", index=True
    )
    user_id = fields.Many2one("res.users", string="Written by", required=True, index=True)
    subject = fields.Char(related="message_id.subject")
    state = fields.Selection(
        [state for state in STATES if state[0] not in ("received", "draft")],
        required=True,
        default="queued",
        index=True,
    )
    phase = fields.Char(help="How far the last attempt got: claimed, content, done.")
    envelope_from = fields.Char(required=True)
    recipient_ids = fields.One2many("mail.center.outbox.recipient", "outbox_id")
    attempts = fields.Integer(aggregator=None)
    next_attempt = fields.Datetime(index=True)
    send_after = fields.Datetime(string="Leaves at", help="Not sent before; empty: at once.")
    error = fields.Char(string="Reason")
    copy_state = fields.Selection(
        [("none", "Not needed"), ("pending", "Pending"), ("done", "Filed"), ("failed", "Failed")],
        string="Copy in Sent",
        required=True,
        default="pending",
    )
    claim_token = fields.Char()
    claim_worker = fields.Char()
    claim_until = fields.Datetime()

    def _raw(self):
        """The frozen bytes of the mail."""
        self.ensure_one()
        return self._reader(self.env["ir.attachment"]._mail_source(self.message_id))()

    def _reader(self, source):
        """What gives the frozen bytes of the mail, or raises MissingSource; *source*: attachments.

        Where they are a file and files need no database it may be called without a transaction.
        """
        self.ensure_one()
        if len(source) != 1:
            return partial(whole, bytes, "")
        if source.store_fname:
            # Past the ORM's cache, which costs more than the reading.
            read = partial(source._file_read, source.store_fname)
        else:
            read = partial(getattr, source, "raw")
        return partial(whole, read, source.checksum)

    def _seconds_under_way(self, now):
        """How long the mail has been trying to leave; waiting for its time does not count."""
        self.ensure_one()
        return (now - max(self.create_date, self.send_after or self.create_date)).total_seconds()

    def _summary(self):
        """One state for the whole mail from the states of its recipients."""
        self.ensure_one()
        return message_state(self.recipient_ids.mapped("state"))

    def _open_recipients(self):
        """Those who are still to get the mail."""
        return self.recipient_ids.filtered(lambda recipient: recipient.state in OPEN_STATES)

    def _set_state(self, state, **vals):
        outboxes = self.sudo()
        entered = outboxes.filtered(lambda outbox: outbox.state != state)
        outboxes.write({"state": state, **vals})
        outboxes.message_id.write({"state": state})
        outboxes._state_changed(state)
        entered._state_entered(state)
        return True

    def _state_changed(self, state):
        """What else follows from a state of these (sudo), whichever way it was stored."""

    def _state_entered(self, state):
        """What follows once, when these (sudo) come into a state in which they were not."""

    def _require_writer(self):
        self.check_access("read")
        for outbox in self:
            if outbox.user_id != self.env.user:
                outbox.account_id._require("manage")

    def _require_sender(self):
        """Who sends again needs the right that he had when he wrote it."""
        self._require_writer()
        for outbox in self:
            if outbox.user_id == self.env.user:
                outbox.account_id._require("send")

    def action_retry(self):
        """Try the recipients that are still open now, without waiting."""
        self._require_sender()
        open_again = ("deferred", "failed", "partly_sent")
        for outbox in self.sudo().filtered(lambda o: o.state in open_again):
            again = outbox.recipient_ids.filtered(lambda r: r.state in ("deferred", "failed"))
            again.write({"state": "queued", "reason_code": False})
            if again:
                # Odoo's own mail lies in no folder that others read: see _queue_odoo_mail.
                copy = "none" if outbox.message_id.is_odoos else "pending"
                outbox._set_state("queued", next_attempt=False, error=False, copy_state=copy)
        self.sudo().account_id._send_again()
        return True

    def action_cancel(self):
        self._require_writer()
        for outbox in self.sudo():
            outbox._lock()
            if outbox.state not in ("queued", "deferred"):
                raise UserError(
                    self.env._("“%s” can't be cancelled any more.", outbox.message_id.display_name)
                )
            outbox._open_recipients().state = "cancelled"
            outbox._set_state(outbox._summary())
        return True

    def _in_doubt(self):
        """Those (sudo) of which a person may say whether they arrived, also at some recipients."""
        outboxes = self.sudo().filtered(lambda o: o._uncertain_recipients())
        for outbox in outboxes.filtered(lambda o: o.state != "uncertain"):
            # A worker may take it to the other recipients just now.
            outbox._lock()
            if outbox.state == "sending":
                raise UserError(self._busy_text())
        return outboxes

    def _lock(self):
        """Wait for a worker that has the mail just now, so that the answer is the truth."""
        try:
            self.lock_for_update()
        except LockError as error:
            raise UserError(self._busy_text()) from error

    def _busy_text(self):
        return self.env._("The mail is being sent just now. Look again in a moment.")

    def action_arrived(self):
        """A person knows that the uncertain mail arrived."""
        self._require_writer()
        for outbox in self._in_doubt():
            outbox._uncertain_recipients().write(
                {"state": "sent", "reason_code": "said_arrived"}
            )
            outbox._set_state(outbox._summary(), error=False, claim_token=False)
        self.env["mail.center.sender"]._wake()
        return True

    def action_send_again(self):
        """A person knows that the uncertain mail did not arrive."""
        self._require_sender()
        for outbox in self._in_doubt():
            outbox._uncertain_recipients().write({"state": "queued", "reason_code": False})
            outbox._set_state("queued", next_attempt=False, error=False)
        self.env["mail.center.sender"]._wake()
        return True
