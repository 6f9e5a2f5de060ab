from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the web client on which records it shows emails, and what is being written."""
        info = super().session_info()
        if self.env.user.has_group("mail_center.group_user"):
            models_ = self.env["mail.center.linkable"]._models()
            accounts = self.env["mail.center.account"]
            drafts = self.env["mail.center.draft"].search(
                [("is_open", "=", True), ("state", "=", "draft")], order="id", limit=20
            )
            info["mail_center"] = {
                "models": sorted(models_),
                "can_send": bool(accounts.search_count([("can_send", "=", True)], limit=1)),
                "drafts": drafts.ids,
            }
        return info
