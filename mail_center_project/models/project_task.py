from odoo import api, models


class ProjectTask(models.Model):
    _inherit = "project.task"

    @api.model
    def _mail_center_open_domain(self):
        return [("state", "not in", ("1_done", "1_canceled"))]
