import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..mailer_fields import filled, refuse_mailer_fields
from ..readable import require_readable

_STORED_IMAGE = re.compile(r"/web/(?:image|content)/(\d+)")


class MailCenterTemplate(models.Model):
    """What people write every day, written once.

    In other files: which one is the default (``_default``), what its special fields are and
    what is wrong with it (``_fields``), what else it can do (``_guide``), its form
    (``_preview``), and how it becomes a mail (``_render``).
    """

    _name = "mail.center.template"
    _inherit = "mail.center.named"
    _description = "Email template"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    type_id = fields.Many2one("mail.center.type", string="Type", ondelete="restrict", index=True)
    # Restricted, because a template that loses its last profile would be open to everyone.
    profile_ids = fields.Many2many(
        "mail.center.profile",
        "mail_center_template_profile_rel",
        "template_id",
        "profile_id",
        string="Profiles",
        ondelete="restrict",
        # A template whose only profile is archived has one all the same.
        context={"active_test": False},
        help="Only members of these profiles may use the template. Empty: everyone may.",
    )
    model_id = fields.Many2one(
        "ir.model",
        string="Document",
        ondelete="cascade",
        domain=[("transient", "=", False), ("abstract", "=", False)],
        help="Offered only on these documents. Empty: offered everywhere.",
    )
    model = fields.Char(related="model_id.model", string="Document model", store=True, index=True)
    subject = fields.Char(translate=True)
    # Written in Odoo's editor and cleaned again when the mail is built.
    body_html = fields.Html(string="Body", translate=True, sanitize="email_outgoing")
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "mail_center_template_attachment_rel",
        "template_id",
        "attachment_id",
        string="Files",
        bypass_search_access=True,  # as of mail.center.draft
        help="Sent with every mail that is written with this template.",
    )
    report_ids = fields.Many2many(
        "ir.actions.report",
        "mail_center_template_report_rel",
        "template_id",
        "report_id",
        string="Reports",
        domain="[('model', '=', model)]",
        help="Made of the document and attached when the template is inserted.",
    )
    is_usable = fields.Boolean(compute="_compute_is_usable", search="_search_is_usable")

    # ---- who may use it -----------------------------------------------------

    @api.depends_context("uid")
    @api.depends("profile_ids.member_ids", "active")
    def _compute_is_usable(self):
        everything = self.sudo().with_context(active_test=False)
        usable = everything.filtered_domain(self._usable_domain())
        for template in self:
            template.is_usable = template in usable

    def _search_is_usable(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._usable_domain() if True in value else ~self._usable_domain()

    @api.model
    def _usable_domain(self, model=None):
        """Templates for the current user, a manager too; with *model* those that fit it
        (``False``: a mail without a document)."""
        mine = self.env["mail.center.profile"]._ids_of(self.env.user)
        domain = Domain("active", "=", True) & Domain("profile_ids", "in", [False, *mine])
        if model is not None:
            domain &= Domain("model", "in", [False, model] if model else [False])
        return domain

    def _require_usable(self):
        """Raise UserError unless the current user may write mail with these templates."""
        self.check_access("read")
        for template in self:
            if not template.is_usable:
                raise UserError(
                    self.env._(
                        "The template “%s” is kept for other profiles than yours, or archived.",
                        template.name,
                    )
                )

    # ---- documents, reports and files ---------------------------------------

    @api.constrains("model_id", "report_ids")
    def _check_reports(self):
        for template in self:
            model = template.model
            wrong = template.report_ids.filtered(lambda report, model=model: report.model != model)
            if wrong:
                raise ValidationError(
                    self.env._(
                        "The report “%s” is not a report of the template's document. "
                        "Remove it, or choose its document.",
                        wrong[0].name,
                    )
                )

    @api.onchange("model_id")
    def _onchange_model_id(self):
        self.report_ids = self.report_ids.filtered(lambda report: report.model == self.model)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            refuse_mailer_fields(self, filled(self, vals))
            require_readable(self, filled(self, vals))
        templates = super().create(vals_list)
        templates._adopt_files()
        return templates

    def write(self, vals):
        refuse_mailer_fields(self, vals)
        require_readable(self, vals)
        result = super().write(vals)
        if {"attachment_ids", "body_html"} & vals.keys():
            self._adopt_files()
        return result

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", template.name))
            if "name" not in (default or {})
            else vals
            for template, vals in zip(self, super().copy_data(default=default), strict=True)
        ]

    def copy(self, default=None):
        copies = super().copy(dict(default or {}, attachment_ids=False))
        for template, twin in zip(self, copies, strict=True):
            # Files of one's own, so that deleting the original takes nothing away.
            files = [
                file.copy({"res_model": self._name, "res_id": twin.id})
                for file in template.attachment_ids
            ]
            twin.attachment_ids = [(6, 0, [file.id for file in files])]
        return copies

    def _adopt_files(self):
        """Files and pictures uploaded for a template are readable to whoever may use it.

        Those that someone else uploaded elsewhere stay where they are.
        """
        for template in self:
            bodies = self._fields["body_html"]._get_stored_translations(template) or {}
            pictures = {
                int(number)
                for body in bodies.values()
                for number in _STORED_IMAGE.findall(body or "")
            }
            files = template.attachment_ids | self.env["ir.attachment"].browse(pictures).exists()
            loose = files.sudo().filtered(
                lambda file: not file.res_id
                and (not file.res_model or file.res_model == self._name)
                and (file.create_uid == self.env.user or self.env.su)
            )
            loose.write({"res_model": self._name, "res_id": template.id})
