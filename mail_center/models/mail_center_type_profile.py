from odoo import fields, models


class MailCenterType(models.Model):
    """A type stays with those it is kept for, whatever happens to their profile."""

    _inherit = "mail.center.type"

    # Restricted, because a type that loses its last profile would be open to everyone; and one
    # whose only profile is archived has one all the same.
    profile_ids = fields.Many2many(ondelete="restrict", context={"active_test": False})
