import base64

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

STATE = "mail_center_send"


class IrActionsServer(models.Model):
    """The server action *Send with Email Center*: for buttons, menus and automation rules."""

    _inherit = "ir.actions.server"

    state = fields.Selection(
        selection_add=[(STATE, "Send with Email Center"), ("code",)],
        ondelete={STATE: "cascade"},
    )
    mail_center_account_id = fields.Many2one(
        "mail.center.account", string="From account", ondelete="restrict",
        domain=[("use_for_integration", "=", True), ("can_send", "=", True)],
        help="Only accounts marked “Use for integration”.",
    )
    mail_center_template_id = fields.Many2one(
        "mail.center.template", string="Message template", ondelete="restrict",
        domain="['|', ('model', '=', False), ('model', '=', model_name)]",
    )
    mail_center_to = fields.Char(
        string="Recipients",
        help="Addresses separated by commas. Empty: whom a mail about the record goes to.",
    )

    @api.constrains("state", "mail_center_account_id", "mail_center_template_id", "model_id")
    def _check_mail_center_send(self):
        for action in self.filtered(lambda one: one.state == STATE):
            template = action.mail_center_template_id
            if not action.mail_center_account_id or not template:
                raise ValidationError(
                    self.env._("Choose the account and the message template to send with.")
                )
            if template.model and template.model != action.model_name:
                raise ValidationError(
                    self.env._("The template “%s” is for another kind of document.", template.name)
                )

    def _run_action_mail_center_send_multi(self, eval_context=None):
        """Queue one mail for each record, as the user who runs the action."""
        context = self.env.context
        ids = context.get("active_ids") or [context.get("active_id")]
        for record in self.env[self.model_name].browse(filter(None, ids)).exists():
            self._mail_center_send(record)
        return False

    def _mail_center_send(self, record):
        # Run through sudo by Odoo: what is read and sent is the user's own.
        account = self.mail_center_account_id.sudo(False)
        template = self.mail_center_template_id.sudo(False)
        record = record.sudo(False)
        if self.mail_center_to:
            to, recipient = self.mail_center_to, None
        elif hasattr(record, "_mail_center_recipients"):
            partners, emails = record._mail_center_recipients()
            to = [partner.email_formatted for partner in partners] + list(emails)
            recipient = template._render_recipient(record)
        else:
            to, recipient = [], None
        if not to:
            raise UserError(
                self.env._("“%s” has nobody to write to.", record.display_name)
            )
        template._require_usable()
        rendered = template._render_mail(record, recipient, account)
        files = self._mail_center_files(template.with_context(lang=rendered.lang), record)
        # As in the window for writing: a type that is kept for others is not taken.
        message_type = template.type_id._filtered_access("read")
        linkable = record._name in self.env["mail.center.linkable"]._models()
        account.integration_send(
            to, rendered.subject, rendered.body, files=files,
            res_model=record._name if linkable else None,
            res_id=record.id if linkable else None,
            type_id=message_type.id or None,
        )

    @api.model
    def _mail_center_files(self, template, record):
        """The files and reports of *template* as ``integration_send`` takes them.

        UserError when one can't be made: nobody is there who would notice that it is missing.
        """
        files = [(file.name, file.raw or b"") for file in template.sudo().attachment_ids]
        if template.model == record._name:
            reports, problems = template._render_reports(record)
            if problems:
                raise UserError("\n".join(problems))
            files += [(name, content) for name, _mimetype, content in reports]
        return [
            {"name": name, "content": base64.b64encode(content).decode()}
            for name, content in files
        ]
