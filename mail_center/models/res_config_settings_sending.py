from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    mail_center_lifetime_days = fields.Integer(
        string="Days of trying", config_parameter="mail_center.lifetime_days", default=5
    )
    mail_center_late_hours = fields.Integer(
        string="Hours until a mail is late", config_parameter="mail_center.late_hours", default=4
    )
