from odoo import fields, models

from .mail_center_draft_send import UNDO_SECONDS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    # A selection, because Odoo stores no 0 of a number: it would be the default again.
    mail_center_undo_seconds = fields.Selection(
        "_selection_undo_seconds",
        string="Time to undo",
        config_parameter="mail_center.undo_seconds",
        default=str(UNDO_SECONDS),
    )

    def _selection_undo_seconds(self):
        choices = {0, 5, 10, 20, 30, 60, self.env["mail.center.draft"]._undo_seconds()}
        return [
            (str(seconds), self.env._("%s seconds", seconds) if seconds else self.env._("None"))
            for seconds in sorted(choices)
        ]
