import ast

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..mailer_fields import filled, refuse_mailer_fields


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
    open_domain = fields.Char(
        string="Open documents",
        help="Which of them new mail of their partner is likely to be about. Mail goes to the only "
        "one by itself; with several, a person is asked. Empty: never by the sender alone.",
    )

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

    @api.constrains("open_domain", "model_id")
    def _check_open_domain(self):
        for linkable in self.filtered("open_domain"):
            try:
                linkable._open_documents([("id", "=", 0)])
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "The filter for open documents of “%(document)s” does not work: %(error)s",
                        document=linkable.model_id.name, error=error,
                    )
                ) from error

    def _open_documents(self, more=()):
        """The open documents of this kind that match *more* (a domain), newest first."""
        self.ensure_one()
        Records = self.env[self.model_id.model].sudo()
        if not self.open_domain:
            return Records
        domain = Domain(ast.literal_eval(self.open_domain)) & Domain(list(more))
        return Records.search(domain, limit=1000, order="id desc")

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
        for vals in vals_list:
            refuse_mailer_fields(self, filled(self, vals))
        linkables = super().create(vals_list)
        self._forget_models()
        return linkables

    def write(self, vals):
        refuse_mailer_fields(self, vals)
        result = super().write(vals)
        self._forget_models()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_models()
        return result
