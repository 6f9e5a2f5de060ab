from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class MailCenterLinkable(models.Model):
    _name = "mail.center.linkable"
    _description = "Linkable document"
    _order = "sequence, id"

    model_id = fields.Many2one(
        "ir.model",
        string="Document",
        required=True,
        ondelete="cascade",
        domain=[("transient", "=", False), ("is_mail_thread", "=", True)],
    )
    name = fields.Char(related="model_id.name")
    model = fields.Char(related="model_id.model", store=True, index=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _model_unique = models.UniqueIndex("(model_id)", "This document is linkable already.")

    @api.constrains("model_id")
    def _check_model(self):
        for linkable in self:
            if not linkable.model_id.is_mail_thread:
                raise ValidationError(
                    self.env._(
                        "“%s” has no chatter, so there is no place for its emails.",
                        linkable.model_id.name,
                    )
                )

    @api.model
    @tools.ormcache()
    def _models(self):
        """Names of the models that carry emails."""
        linkables = self.sudo().search([("active", "=", True)])
        return frozenset(linkables.mapped("model"))

    @api.model
    def _forget_models(self):
        # The forms too: they carry the button of the emails, see mail.thread.
        self.env.registry.clear_cache("default", "templates")

    @api.model_create_multi
    def create(self, vals_list):
        linkables = super().create(vals_list)
        self._forget_models()
        return linkables

    def write(self, vals):
        result = super().write(vals)
        self._forget_models()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_models()
        return result
