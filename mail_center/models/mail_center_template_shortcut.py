import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# As compose/canned.js finds it before the caret.
SHORTCUT = re.compile(r"[\w.-]{1,40}")


class MailCenterTemplate(models.Model):
    """Texts that are there as soon as their short name is typed."""

    _inherit = "mail.center.template"

    shortcut = fields.Char(
        help="Typed in a mail as ::shortcut and a space, it becomes the text of the template.",
    )

    @api.constrains("shortcut")
    def _check_shortcut(self):
        for template in self:
            if template.shortcut and not SHORTCUT.fullmatch(template.shortcut):
                raise ValidationError(
                    self.env._(
                        "“%s” can't be a shortcut: use letters, digits, hyphens and dots, "
                        "without spaces and without “::”.",
                        template.shortcut,
                    )
                )
