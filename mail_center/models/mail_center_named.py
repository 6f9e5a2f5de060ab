from odoo import api, models

from ..readable import named


class MailCenterNamed(models.AbstractModel):
    """A record whose name is told only to who may read it: see :func:`..readable.nameable`."""

    _name = "mail.center.named"
    _description = "Email record with a private name"

    @api.depends_context("uid")
    def _compute_display_name(self):
        return super(MailCenterNamed, named(self))._compute_display_name()
