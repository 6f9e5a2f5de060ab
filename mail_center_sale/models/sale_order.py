from odoo import api, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model
    def _mail_center_open_domain(self):
        return [
            "|",
            ("state", "in", ("draft", "sent")),
            "&",
            ("state", "=", "sale"),
            ("invoice_status", "!=", "invoiced"),
        ]
