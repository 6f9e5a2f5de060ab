import json
import secrets
import uuid

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.orm.models import NO_ACCESS

from ..core.secrets import KeyFileError, WrongKey
from ..core.webhook import WebhookError, parts
from ..mailer_fields import filled, refuse_mailer_fields
from ..readable import require_readable
from .mail_center_event import EVENTS

TEXT_MAX = 100_000
FAILURES_MAX = 100
# Whatever is given, it is the one who writes.
BESIDES = ("user_id",)


class MailCenterTrigger(models.Model):
    """When something happens to mail of some accounts and types: a server action or a webhook.

    It sees and does what the person may who wrote it last, and nothing more.
    """

    _name = "mail.center.trigger"
    _inherit = "mail.center.named"
    _description = "Email automation"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    user_id = fields.Many2one(
        "res.users", string="Acts as", readonly=True, default=lambda self: self.env.user,
        ondelete="cascade", required=True,
        help="Whoever wrote it last. Only mail that this person may read is passed on.",
    )
    event = fields.Selection(EVENTS, string="When", required=True, default="received")
    account_ids = fields.Many2many(
        "mail.center.account", string="Accounts", help="Empty: all that you may read."
    )
    type_ids = fields.Many2many("mail.center.type", string="Types", help="Empty: all.")
    kind = fields.Selection(
        [("action", "Run a server action"), ("webhook", "Call another program (webhook)")],
        string="Then", required=True, default="webhook",
    )
    action_server_id = fields.Many2one(
        "ir.actions.server", string="Server action",
        domain=[("model_name", "=", "mail.center.message")], ondelete="cascade",
        help="Of the model Email. It runs with your rights.",
    )
    url = fields.Char(string="Address")
    allow_private = fields.Boolean(
        string="In one's own network",
        help="The address may be private. Without it only public servers are called.",
    )
    with_text = fields.Boolean(string="Send the text too")
    ca_pem = fields.Text(string="Trust only (PEM)")
    secret_token = fields.Char(readonly=True, copy=False, groups=NO_ACCESS)
    new_secret = fields.Char(
        string="Signing secret", compute="_compute_new_secret", inverse="_inverse_new_secret",
        help="What the receiver checks the signature with. It is never shown again.",
    )
    has_secret = fields.Boolean(compute="_compute_new_secret")
    failures = fields.Integer(
        string="Failures in a row", readonly=True, copy=False, aggregator=None
    )
    problem = fields.Char(readonly=True, copy=False)
    call_ids = fields.One2many("mail.center.trigger.call", "trigger_id")

    # ---- what is written ----------------------------------------------------

    @api.depends("secret_token")
    def _compute_new_secret(self):
        for trigger in self:
            trigger.new_secret = False
            trigger.has_secret = bool(trigger.sudo().secret_token)

    def _inverse_new_secret(self):
        for trigger in self.filtered("new_secret"):
            trigger._set_secret(trigger.new_secret)

    def _set_secret(self, secret):
        try:
            token = self.env["mail.center.account.secret"].sudo()._keyring().encrypt(secret)
        except (KeyFileError, ValueError) as error:
            raise UserError(str(error)) from error
        self.sudo().secret_token = token
        self.invalidate_recordset(["new_secret", "has_secret"], flush=False)

    def _secret(self):
        """The signing secret, '' when there is none or its key is gone."""
        token = self.sudo().secret_token
        if not token:
            return ""
        try:
            return self.env["mail.center.account.secret"].sudo()._keyring().decrypt(token)
        except (WrongKey, KeyFileError, ValueError):
            return ""

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                given = filled(self, vals)
                refuse_mailer_fields(self, given, BESIDES)
                require_readable(self, given)
                vals["user_id"] = self.env.uid
        triggers = super().create(vals_list)
        for trigger in triggers.filtered(lambda one: one.kind == "webhook"):
            if not trigger.has_secret:
                trigger._set_secret(secrets.token_urlsafe(32))
        return triggers

    def write(self, vals):
        refuse_mailer_fields(self, vals, BESIDES)
        require_readable(self, vals)
        if not self.env.su:
            # Whoever changes where mail goes answers for it with his own rights.
            fresh = {"failures": 0, "problem": False} if vals.get("active") else {}
            vals = {**vals, **fresh, "user_id": self.env.uid}
        others = self.sudo().filtered(lambda one: one.kind != vals.get("kind", one.kind))
        result = super().write(vals)
        # What was queued was made for the other kind.
        others.call_ids.filtered(lambda call: call.state != "done").unlink()
        return result

    @api.constrains("kind", "url", "action_server_id")
    def _check_target(self):
        for trigger in self:
            if trigger.kind == "action":
                action = trigger.action_server_id.sudo()
                if not action or action.model_name != "mail.center.message":
                    raise ValidationError(
                        self.env._("Choose a server action of the model Email.")
                    )
                continue
            try:
                parts(trigger.url or "")
            except WebhookError:
                raise ValidationError(
                    self.env._("“%s” is not an address that can be called.", trigger.url or "")
                ) from None

    @api.constrains("account_ids", "user_id")
    def _check_accounts(self):
        for trigger in self:
            chosen = trigger.sudo().with_context(active_test=False).account_ids
            accounts = self.env["mail.center.account"].with_user(trigger.user_id)
            readable = accounts.with_context(active_test=False).search(
                [("id", "in", chosen.ids), ("can_read", "=", True)]
            )
            if len(readable) < len(chosen):
                raise AccessError(
                    self.env._("Mail can only be passed on by whoever may read the account.")
                )

    def action_new_secret(self):
        """Make a new signing secret and show it, this once."""
        self.ensure_one()
        self.check_access("write")
        secret = secrets.token_urlsafe(32)
        # Who knows the secret answers for what is passed on, as whoever changes the address.
        self.write({"user_id": self.env.uid})
        self._set_secret(secret)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("The new signing secret"),
                "message": self.env._("Copy it now, it is not shown again: %s", secret),
            },
        }

    # ---- what happens -------------------------------------------------------

    @api.model
    def _queue(self, event, messages):
        """Note, for each automation that waits for *event*, which *messages* it is about."""
        calls = []
        for trigger in self.search([("event", "=", event)]):
            for message in trigger._wanted(messages):
                calls.append(
                    {
                        "trigger_id": trigger.id,
                        "message_id": message.id,
                        "key": str(uuid.uuid4()),
                        "body": trigger._body(event, message) if trigger.kind == "webhook"
                        else False,
                    }
                )
        if calls:
            self.env["mail.center.trigger.call"].sudo().create(calls)
            self.env.ref("mail_center.ir_cron_triggers").sudo()._trigger()

    def _wanted(self, messages):
        """Those of *messages* that it is about and that its writer may read."""
        if not self.user_id.active:
            return messages.browse()
        if self.account_ids:
            messages = messages.filtered(lambda one: one.account_id in self.account_ids)
        if self.type_ids:
            messages = messages.filtered(lambda one: one.type_id in self.type_ids)
        mine = messages.with_user(self.user_id).with_context(
            allowed_company_ids=self.user_id.company_ids.ids
        )
        readable = mine._filtered_access("read")
        accounts = readable.account_id.filtered("can_read")
        return readable.filtered(lambda one: one.account_id in accounts)

    def _body(self, event, message):
        """The JSON of a call; *message* is seen as the writer of the automation."""
        links = message.link_ids.filtered(
            lambda link: link.res_model in self.env
            and self.env[link.res_model].with_user(self.user_id).browse(link.res_id).exists()
            ._filtered_access("read")
        )
        content = {
            "event": event,
            "database": self.env["ir.config_parameter"].sudo().get_param("database.uuid"),
            "message": {
                "id": message.id,
                "message_id": message.message_id or "",
                "account": {"id": message.account_id.id, "email": message.account_id.email},
                "type": message.type_id and {"id": message.type_id.id,
                                             "name": message.type_id.sudo().name} or None,
                "direction": message.direction,
                "state": message.state,
                "from": message.from_display or "",
                "to": message.to_display or "",
                "cc": message.cc_display or "",
                "subject": message.subject or "",
                "date": fields.Datetime.to_string(message.date),
                "thread_id": message.thread_id.id or None,
                "files": message.attachment_count,
                "records": [{"model": link.res_model, "id": link.res_id} for link in links],
            },
        }
        if self.with_text:
            message._note_reading()
            content["message"]["text"] = (message.body_text or "")[:TEXT_MAX]
        return json.dumps(content, ensure_ascii=False)

    def _note(self, error=""):
        """How the last call went; after very many failures it is switched off."""
        for trigger in self.sudo():
            failures = trigger.failures + 1 if error else 0
            if failures or trigger.failures or trigger.problem:
                trigger.write({"failures": failures, "problem": error or False})
            if failures >= FAILURES_MAX:
                trigger._switch_off(error)

    def _switch_off(self, error):
        self.sudo().write({"active": False, "problem": error})
        self.env["mail.center.log"]._add(
            self.env["mail.center.account"], "trigger_off",
            self.env._("The automation “%(name)s” was switched off: %(why)s",
                       name=self.name, why=error),
            level="error",
        )
