from odoo import fields, models


class MailCenterTemplate(models.Model):
    _name = "mail.center.template"
    _description = "Email template"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    type_id = fields.Many2one("mail.center.type", string="Type", ondelete="restrict", index=True)
    profile_ids = fields.Many2many(
        "mail.center.profile",
        "mail_center_template_profile_rel",
        "template_id",
        "profile_id",
        string="Profiles",
        help="Only members of these profiles may use the template. Empty: everyone may.",
    )
    is_default = fields.Boolean(
        string="Default",
        help="Inserted into every new message of the members of its profiles.",
    )
    model_id = fields.Many2one(
        "ir.model",
        string="Document",
        ondelete="cascade",
        domain=[("transient", "=", False)],
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
    )
