from odoo import api, models


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model
    def _mail_center_open_domain(self):
        return [
            ("state", "=", "posted"),
            ("move_type", "in", ("out_invoice", "in_invoice")),
            ("payment_state", "in", ("not_paid", "partial")),
        ]
