from datetime import timedelta

from odoo import api, fields, models

from ..core.imap import poll_seconds

# How long the listener's word counts; it renews it several times meanwhile.
WORD_SECONDS = 180


class MailCenterAccount(models.Model):
    """Mail that shows within seconds: the server tells the listener, the listener the receiver.

    The listener is a process of its own (``mail_center_listen``); without it, and with servers
    that can't tell, mailboxes are looked into every few minutes.
    """

    _inherit = "mail.center.account"

    listen = fields.Boolean(
        string="Push", default=True,
        help="Hold a connection open on which the server tells of new mail at once (IDLE). Needs "
        "the process mail_center_listen beside Odoo; without it mail is fetched every few minutes.",
    )
    listening_until = fields.Datetime(readonly=True, copy=False)
    is_listening = fields.Boolean(compute="_compute_is_listening")
    # Somebody asked for a look into the mailbox while one was going on.
    sync_wanted = fields.Boolean(readonly=True, copy=False)
    poll_seconds = fields.Integer(
        string="Looked into every (seconds)", readonly=True, copy=False, default=60,
        aggregator=None,
    )

    @api.depends("listening_until")
    def _compute_is_listening(self):
        now = self.env.cr.now()
        # Nobody's word counts for longer: the clock was wrong when that was written.
        latest = now + timedelta(seconds=2 * WORD_SECONDS)
        for account in self:
            account.is_listening = bool(
                account.listening_until and now < account.listening_until < latest
            )

    @api.model
    def _to_listen(self):
        """The accounts that a connection is to be held for: ``{id: path of the inbox}``."""
        accounts = self.sudo().search(
            [("listen", "=", True), ("sync_enabled", "=", True), ("protocol", "=", "imap"),
             ("imap_host", "!=", False), ("sync_blocked", "=", False),
             ("sync_state", "in", ["ok", "running"])]
        )
        # INBOX is the one folder that every server has (RFC 9051 section 5.1).
        return {account.id: account._folder("inbox").path or "INBOX" for account in accounts}

    def _is_told(self):
        """The listener holds connections for these accounts."""
        until = self.env.cr.now() + timedelta(seconds=WORD_SECONDS)
        self.sudo().write({"listening_until": until.replace(microsecond=0)})

    def _look_now(self):
        """Have the receiver look into these mailboxes at once, or again after its present look."""
        due = self.sudo().filtered(lambda one: one.sync_enabled and one.sync_state != "failing")
        if due:
            # Once is enough: while much is fetched, the server tells every few seconds.
            due.filtered(lambda one: one.next_sync or not one.sync_wanted).write(
                {"next_sync": False, "sync_wanted": True}
            )
            self.env.ref("mail_center.ir_cron_receive").sudo()._trigger()

    def _poll_seconds(self):
        """How long until the next look into this mailbox."""
        self.ensure_one()
        now = self.env.cr.now()
        last = self.env["mail.center.message"].sudo().search_fetch(
            # What says that it was written in years to come tells nothing of the traffic.
            [("account_id", "=", self.id), ("date", "<=", now)],
            ["date"], order="date desc", limit=1,
        )
        # Who has just been written to may answer; who has just connected a mailbox looks at it.
        quiet = (now - max(last.date or self.create_date, self.create_date))
        return poll_seconds(max(quiet.total_seconds(), 0), self.is_listening)
