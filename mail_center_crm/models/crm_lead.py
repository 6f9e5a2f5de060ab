from odoo import api, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _mail_center_open_domain(self):
        return [("won_status", "=", "pending")]
