import logging
import time
from datetime import timedelta
from functools import partial

import psycopg2
from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS

from ..core.net import MailServerError
from ..core.probe import Policy
from ..core.webhook import SIGNATURE, WebhookError, next_delay, post, sign
from .mail_center_event import STATE_EVENTS

_logger = logging.getLogger(__name__)

KEPT_DAYS = 14


class MailCenterTriggerCall(models.Model):
    """One call of an automation: waiting, done, or given up. The network comes between two
    transactions: the try is noted, then made, then its outcome."""

    _name = "mail.center.trigger.call"
    _inherit = ["mail.center.named", "mail.center.transaction"]
    _description = "Call of an email automation"
    _order = "id desc"
    _rec_name = "key"

    trigger_id = fields.Many2one(
        "mail.center.trigger", required=True, readonly=True, ondelete="cascade", index=True
    )
    message_id = fields.Many2one(
        "mail.center.message", string="Email", required=True, readonly=True, ondelete="cascade",
        index=True,
    )
    # Whose rights chose the mail and wrote the body. It depends on no later writer.
    user_id = fields.Many2one(
        "res.users", string="Acts as", compute="_compute_user_id", store=True, precompute=True,
        ondelete="cascade",
    )
    # The same at each try, so that the receiver can tell that he knows it already.
    key = fields.Char(string="Call", required=True, readonly=True)
    body = fields.Text(readonly=True, groups=NO_ACCESS)
    state = fields.Selection(
        [("waiting", "Waiting"), ("done", "Done"), ("failed", "Given up")],
        required=True, default="waiting", readonly=True, index=True,
    )
    attempts = fields.Integer(readonly=True, aggregator=None)
    next_attempt = fields.Datetime(readonly=True)
    error = fields.Char(readonly=True)

    _due = models.Index("(next_attempt, id) WHERE state = 'waiting'")

    @api.depends("trigger_id")
    def _compute_user_id(self):
        for call in self:
            call.user_id = call.trigger_id.user_id

    @api.model
    def _cron_call(self):
        calls = self.sudo()
        while call := calls.search(
            [("state", "=", "waiting"), ("trigger_id.active", "=", True),
             "|", ("next_attempt", "=", False), ("next_attempt", "<=", self.env.cr.now())],
            order="next_attempt NULLS FIRST, id", limit=1,
        ):
            # A worker that dies here has made a try; the receiver knows the call by its key.
            call.write({
                "attempts": call.attempts + 1,
                "next_attempt": self.env.cr.now()
                + timedelta(seconds=next_delay(call.attempts + 1) or 3600),
            })
            self._commit()
            # What is told is told to its writer: a job itself has no language.
            call.with_context(lang=call.user_id.lang or self.env.lang)._make()
            if not self.env["ir.cron"]._commit_progress(1, remaining=1):
                return
        self.env["ir.cron"]._commit_progress(remaining=0)

    def _make(self):
        error = None
        try:
            if self.trigger_id.kind != "webhook":
                self._transaction(self._act)
                return
            self._check_rights()
            self._post()
        except WebhookError as caught:
            error = caught
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise  # the database itself is in trouble: nothing can be recorded now
        except Exception as caught:
            # One call that can't be made must not keep all others from being made.
            self.env.cr.rollback()
            self.env.invalidate_all()
            _logger.exception("Call %s of automation %s failed", self.id, self.trigger_id.id)
            error = WebhookError("fault", type(caught).__name__)
        self._transaction(partial(self._settle, error))

    def _act(self):
        """What the action did and that it did are one transaction: redone, both are."""
        error = None
        try:
            self._check_rights()
            self._run_action()
        except WebhookError as caught:
            error = caught
        self._settle(error)

    def _check_rights(self):
        """WebhookError unless it goes where its writer wanted it, who may still read the mail."""
        trigger = self.trigger_id
        if trigger.user_id != self.user_id or not trigger._wanted(self.message_id):
            raise WebhookError("rights")

    def _post(self):
        trigger = self.trigger_id
        secret = trigger._secret()
        if not secret:
            raise WebhookError("secret")
        private = trigger.allow_private and trigger.user_id.has_group("mail_center.group_manager")
        url, ca_pem, body = trigger.url, trigger.ca_pem or "", self.body.encode()
        headers = {
            SIGNATURE: sign(secret, int(time.time()), body),
            "X-Mail-Center-Event": trigger.event,
            "X-Mail-Center-Call": self.key,
        }
        self._commit()
        post(url, body, headers, ca_pem=ca_pem,
             allows_address=Policy(allow_private=private).allows_address)

    def _run_action(self):
        """Run the server action with the rights of the automation's writer."""
        trigger = self.trigger_id
        message = self.message_id
        context = {"active_model": message._name, "active_id": message.id,
                   "active_ids": message.ids, "mail_center_event": trigger.event}
        try:
            with self.env.cr.savepoint():
                env = self.env(user=trigger.user_id.id, su=False)
                trigger.action_server_id.with_env(env).with_context(**context).run()
        except Exception as error:
            self.env["mail.center.filing"]._reraise_concurrency(error)
            _logger.warning("The server action of automation %s failed", trigger.id, exc_info=True)
            raise WebhookError("action", f"{type(error).__name__}: {error}"[:300]) from error

    def _settle(self, error):
        """Note how the try went."""
        if not self.exists():
            return  # the automation was deleted, or does something else now
        if error is None:
            self.write({"state": "done", "error": False})
            self.trigger_id._note()
            return
        text = self._error_text(error)
        pause = next_delay(self.attempts) if error.again else None
        self.write(
            {"error": text, "state": "waiting" if pause else "failed",
             "next_attempt": pause and self.env.cr.now() + timedelta(seconds=pause)}
        )
        self.trigger_id._note(text)
        if error.status == 410:
            self.trigger_id._switch_off(text)

    @api.model
    def _error_text(self, error):
        texts = {
            "address": self.env._("This is no address that can be called."),
            "private": self.env._("The address leads into a private network."),
            "secret": self.env._("The signing secret can't be read: make a new one."),
            "unreachable": self.env._("The server can't be reached."),
            "refused": self.env._("The server refuses the call."),
            "action": self.env._("The server action failed."),
            "rights": self.env._("The automation, or what its writer may do, has changed since: "
                                 "nothing was passed on."),
            "fault": self.env._("The call failed unexpectedly; the administrator finds it in the "
                                "log."),
        }
        detail = str(error) if str(error) != error.code else ""
        if isinstance(error.__cause__, MailServerError):
            detail = self._in_words(error.__cause__)[:300]
        return f"{texts[error.code]} {detail}".strip()

    def action_again(self):
        """Try those that were given up once more."""
        self.trigger_id.check_access("write")
        self.sudo().filtered(lambda call: call.state == "failed").write(
            {"state": "waiting", "attempts": 0, "next_attempt": False}
        )
        self.env.ref("mail_center.ir_cron_triggers").sudo()._trigger()
        return True

    @api.autovacuum
    def _gc_calls(self):
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.sudo().search([("state", "!=", "waiting"), ("write_date", "<", before)]).unlink()


class MailCenterFiling(models.AbstractModel):
    _inherit = "mail.center.filing"

    @api.model
    def _arrived(self, messages):
        result = super()._arrived(messages)
        if not self.env.context.get("mail_center_upload"):
            # As with rules: years of mail that a first import brings are no news.
            since = fields.Datetime.subtract(fields.Datetime.now(), days=7)
            fresh = messages.filtered(
                lambda one: one.direction == "in" and one.state == "received"
                and one.date > since
            )
            self.env["mail.center.event"]._happened("received", fresh)
        return result


class MailCenterOutbox(models.Model):
    _inherit = "mail.center.outbox"

    def _state_entered(self, state):
        result = super()._state_entered(state)
        if event := STATE_EVENTS.get(state):
            self.env["mail.center.event"]._happened(event, self.message_id)
        return result
