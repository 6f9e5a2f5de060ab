from odoo import api, models


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    @api.model
    def _mail_center_open_domain(self):
        return [
            "|",
            ("state", "in", ("draft", "sent", "to approve")),
            "&",
            ("state", "=", "purchase"),
            ("invoice_status", "!=", "invoiced"),
        ]
