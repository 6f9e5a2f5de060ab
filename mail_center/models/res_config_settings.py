from odoo import fields, models

from .mail_center_draft_send import UNDO_SECONDS
from .mail_center_log_retention import DAYS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # A selection, because Odoo stores no 0 of a number: it would be the default again.
    mail_center_undo_seconds = fields.Selection(
        "_selection_undo_seconds",
        string="Time to undo",
        config_parameter="mail_center.undo_seconds",
        default=str(UNDO_SECONDS),
    )

    mail_center_log_days_debug = fields.Integer(
        string="Details", config_parameter="mail_center.log_days_debug", default=DAYS["debug"]
    )
    mail_center_log_days_info = fields.Integer(
        string="Information", config_parameter="mail_center.log_days_info", default=DAYS["info"]
    )
    mail_center_log_days_warning = fields.Integer(
        string="Warnings", config_parameter="mail_center.log_days_warning",
        default=DAYS["warning"],
    )
    mail_center_log_days_error = fields.Integer(
        string="Errors", config_parameter="mail_center.log_days_error", default=DAYS["error"]
    )

    def _selection_undo_seconds(self):
        choices = {0, 5, 10, 20, 30, 60, self.env["mail.center.draft"]._undo_seconds()}
        return [
            (str(seconds), self.env._("%s seconds", seconds) if seconds else self.env._("None"))
            for seconds in sorted(choices)
        ]
