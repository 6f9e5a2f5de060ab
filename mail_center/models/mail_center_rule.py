from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..core.rules import Condition, Facts, matches, terms
from ..mailer_fields import filled
from ..readable import require_readable

# A rule is tried on so many of the last received mails while it is written.
TRIED = 1000
SHOWN = 10
# What a mail from outside can begin: leads, tasks, tickets.
MAKEABLE = ("crm.lead", "project.task", "helpdesk.ticket")
ACTIONS = (
    "type_id", "folder_id", "link_record", "create_model", "handler_id", "mark_read", "star",
    "stop", "block",
)  # fmt: skip


class MailCenterRule(models.Model):
    """What is done with new mail of an account by itself: a condition and actions.

    Rules are tried in their order; each that matches acts, until one says stop. See
    ``mail.center.rule.run`` for what the actions do.
    """

    _name = "mail.center.rule"
    _inherit = "mail.center.named"
    _description = "Email rule"
    _order = "account_id, sequence, id"

    account_id = fields.Many2one(
        "mail.center.account", required=True, ondelete="cascade", index=True
    )
    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    user_id = fields.Many2one(
        "res.users", string="Acts as", readonly=True, default=lambda self: self.env.user,
        help="Records are made with the rights of whoever wrote the rule.",
    )

    senders = fields.Char(
        string="From",
        help="Addresses, domains or names, separated by commas; one of them is enough.",
    )
    recipients = fields.Char(string="To or Cc", help="The same for the recipients.")
    subject_words = fields.Char(
        string="Subject contains", help="Separated by commas; one of them is enough."
    )
    text_words = fields.Char(
        string="Text contains", help="Separated by commas; one of them is enough."
    )
    files = fields.Selection([("yes", "With files"), ("no", "Without files")], string="Files")
    automatic = fields.Selection(
        [("yes", "Newsletters, automatic replies and the like"), ("no", "Written by a person")],
        string="Kind",
    )

    type_id = fields.Many2one("mail.center.type", string="Give the type", ondelete="set null")
    folder_id = fields.Many2one(
        "mail.center.folder", string="Move to the folder", ondelete="set null",
        help="Also on the server: both folders have to be two-way.",
    )
    link_record = fields.Reference(selection="_linkable_kinds", string="Link to")
    create_model = fields.Selection(
        selection="_creatable_kinds", string="Make a new",
        help="Of fresh mail of a person that belongs to none yet.",
    )
    handler_id = fields.Many2one(
        "res.users", string="Handled by", ondelete="set null",
        help="Who handles the conversation, unless somebody does already. Of fresh mail.",
    )
    may_handle_ids = fields.Many2many("res.users", compute="_compute_may_handle_ids")
    mark_read = fields.Boolean(string="Mark as read")
    star = fields.Boolean(string="Put a star on it")
    stop = fields.Boolean(string="Try no more rules")
    block = fields.Boolean(
        string="Block",
        help="Unwanted: marked as read, linked to nothing, moved to Junk where that folder is "
        "two-way. Nobody is told of it, and no other rule acts.",
    )

    condition_text = fields.Char(string="When", compute="_compute_summary")
    action_text = fields.Char(string="Then", compute="_compute_summary")
    trial_count = fields.Integer(compute="_compute_trial")
    trial_text = fields.Char(compute="_compute_trial")
    trial_ids = fields.Many2many(
        "mail.center.message", compute="_compute_trial", string="Past mail that matches"
    )

    # ---- choices ------------------------------------------------------------

    @api.model
    def _linkable_kinds(self):
        names = self.env["mail.center.linkable"]._models()
        kinds = self.env["ir.model"].sudo().search([("model", "in", list(names))])
        return [(kind.model, kind.name) for kind in kinds]

    @api.model
    def _creatable_kinds(self):
        """Kinds of documents that can be made of a mail."""
        return [kind for kind in self._linkable_kinds() if kind[0] in MAKEABLE]

    @api.depends("account_id")
    def _compute_may_handle_ids(self):
        for rule in self:
            rule.may_handle_ids = rule._may_handle()

    def _may_handle(self):
        """Who may read the account's mail, and so may be given some of it."""
        self.ensure_one()
        account = self.account_id._origin.sudo()
        return self.env["mail.center.mailbox"]._people(account) if account else False

    # ---- what it says -------------------------------------------------------

    @api.depends("senders", "recipients", "subject_words", "text_words", "files", "automatic",
                 *ACTIONS)
    def _compute_summary(self):
        for rule in self:
            fields_ = rule._fields
            when = [
                f"{fields_[name].get_description(self.env)['string']}: {rule[name]}"
                for name in ("senders", "recipients", "subject_words", "text_words") if rule[name]
            ]
            when += [
                dict(fields_[name]._description_selection(self.env))[rule[name]]
                for name in ("files", "automatic") if rule[name]
            ]
            then = []
            for name in ACTIONS:
                value = rule[name]
                if not value:
                    continue
                label = fields_[name].get_description(self.env)["string"]
                if name == "create_model":
                    kinds = dict(rule._creatable_kinds())
                    value_text = kinds.get(value, value)
                elif fields_[name].type == "boolean":
                    value_text = ""
                elif name == "link_record":
                    value_text = value.display_name if value.has_access("read") else "…"
                else:
                    value_text = value.sudo().display_name
                then.append(f"{label}: {value_text}" if value_text else label)
            rule.condition_text = " · ".join(when)
            rule.action_text = " · ".join(then)

    def _condition(self):
        self.ensure_one()
        yes_no = {"yes": True, "no": False}
        return Condition(
            senders=terms(self.senders or ""),
            recipients=terms(self.recipients or ""),
            subject=terms(self.subject_words or ""),
            text=terms(self.text_words or ""),
            has_files=yes_no.get(self.files),
            is_automatic=yes_no.get(self.automatic),
        )

    @api.model
    def _facts(self, message):
        return Facts(
            sender=message.email_from or "",
            sender_shown=message.from_display or message.email_from or "",
            recipients=", ".join(filter(None, (message.to_display, message.cc_display))),
            subject=message.subject or "",
            text=message.body_text or "",
            has_files=bool(message.attachment_count),
            is_automatic=message.is_automatic,
        )

    def _matching(self, messages):
        self.ensure_one()
        condition = self._condition()
        return messages.filtered(lambda one: matches(condition, self._facts(one)))

    # ---- tried on past mail, before it is saved -----------------------------

    @api.depends("account_id", "senders", "recipients", "subject_words", "text_words", "files",
                 "automatic")
    @api.depends_context("uid")
    def _compute_trial(self):
        for rule in self:
            rule.trial_count, rule.trial_ids = 0, False
            account = rule.account_id._origin
            if rule._condition().is_empty:
                rule.trial_text = self.env._("Say which mail the rule is about.")
            elif not account or not account.sudo(False).can_read:
                rule.trial_text = self.env._(
                    "The rule can be tried on past mail by whoever may read the account."
                )
            else:
                rule._try(account)

    def _try(self, account):
        past = self.env["mail.center.message"].search(
            [("account_id", "=", account.id), ("direction", "=", "in")],
            order="date desc, id desc", limit=TRIED,
        )
        found = self._matching(past)
        self.trial_count, self.trial_ids = len(found), found[:SHOWN]
        if not found:
            self.trial_text = self.env._(
                "None of the last %s received mails matches.", len(past)
            )
        else:
            self.trial_text = self.env._(
                "%(count)s of the last %(all)s received mails match. The newest of them:",
                count=len(found), all=len(past),
            )

    def action_test(self):
        """Show all past mail that the rule matches, in a list."""
        self.ensure_one()
        self.check_access("read")
        self.account_id._require("read")
        past = self.env["mail.center.message"].search(
            [("account_id", "=", self.account_id.id), ("direction", "=", "in")],
            order="date desc, id desc", limit=TRIED,
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Past mail that “%s” matches", self.name),
            "res_model": "mail.center.message",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self._matching(past).ids)],
        }

    # ---- what it must be ----------------------------------------------------

    @api.constrains("name", "senders", "recipients", "subject_words", "text_words", "files",
                    "automatic")
    def _check_condition(self):
        for rule in self:
            if rule._condition().is_empty:
                raise ValidationError(
                    self.env._("Say which mail the rule “%s” is about.", rule.name)
                )

    @api.constrains("name", *ACTIONS)
    def _check_actions(self):
        for rule in self:
            if not any(rule[name] for name in ACTIONS):
                raise ValidationError(
                    self.env._("Say what the rule “%s” does with the mail.", rule.name)
                )

    @api.constrains("folder_id", "account_id")
    def _check_account(self):
        for rule in self:
            if rule.folder_id and rule.folder_id.account_id != rule.account_id:
                raise ValidationError(
                    self.env._("A mail can only be moved to a folder of its own account.")
                )

    @api.constrains("handler_id", "account_id")
    def _check_handler(self):
        for rule in self.filtered("handler_id"):
            if rule.handler_id not in rule._may_handle():
                raise ValidationError(
                    self.env._("Only somebody who may read the account can handle its mail.")
                )

    def _require_rights(self, vals):
        """The rule does what its writer may do: he reads what it links to, makes what it makes."""
        if self.env.su:
            return
        require_readable(self, vals)
        if vals.get("link_record"):
            model, _comma, number = str(vals["link_record"]).partition(",")
            if not number.isdigit():
                raise UserError(self.env._("Choose the record to link to."))
            self.env["mail.center.link"]._check_target(model, int(number))
        if (model := vals.get("create_model")) and (
            model not in MAKEABLE
            or model not in self.env
            or not self.env[model].has_access("create")
        ):
            raise AccessError(self.env._("You may not make such records yourself."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._require_rights(filled(self, vals))
            if not self.env.su:
                vals["user_id"] = self.env.uid
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            vals = {name: value for name, value in vals.items() if name != "user_id"}
            if vals.keys() - {"sequence", "active"} or vals.get("active"):
                # Whoever changes what a rule does, or to what, answers for it with his rights.
                for rule in self:
                    record = rule.link_record
                    rule._require_rights(
                        {
                            "create_model": rule.create_model,
                            "link_record": record and f"{record._name},{record.id}",
                            **vals,
                        }
                    )
                vals["user_id"] = self.env.uid
        result = super().write(vals)
        if "account_id" in vals:
            # Odoo looks at the rights before the change: here the new account counts too.
            self.check_access("write")
        return result


class MailCenterAccount(models.Model):
    _inherit = "mail.center.account"

    rule_ids = fields.One2many(
        "mail.center.rule", "account_id", context={"active_test": False}, copy=False
    )
