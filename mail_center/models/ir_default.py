from odoo import SUPERUSER_ID, api, models

from ..by_server import KEY


class IrDefault(models.Model):
    _inherit = "ir.default"

    @api.model
    def _get_model_defaults(self, model_name, condition=False):
        if KEY in self.env.context and self.env.uid != SUPERUSER_ID:
            # The company's usual values, and no person's own.
            nobodys = self.with_user(SUPERUSER_ID).with_company(self.env.company)
            return super(IrDefault, nobodys)._get_model_defaults(model_name, condition)
        return super()._get_model_defaults(model_name, condition)
