from odoo import api, models
from odoo.exceptions import AccessError

# Sources and files of mail are evidence: what came and what went, byte for byte.
GUARDED = frozenset({"mail.center.message", "mail.center.quarantine"})


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_mail_files(vals.get("res_model") for vals in vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_mail_files([*self.sudo().mapped("res_model"), vals.get("res_model")])
        return super().write(vals)

    def unlink(self):
        self._refuse_mail_files(self.sudo().mapped("res_model"))
        return super().unlink()

    def _refuse_mail_files(self, res_models):
        if not self.env.su and GUARDED & set(res_models):
            raise AccessError(self.env._("The files of an email can't be changed."))
