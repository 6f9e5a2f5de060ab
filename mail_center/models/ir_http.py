from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the web client on which records it shows emails."""
        info = super().session_info()
        if self.env.user.has_group("mail_center.group_user"):
            models_ = self.env["mail.center.linkable"]._models()
            info["mail_center"] = {"models": sorted(models_)}
        return info
