import secrets

from odoo import fields, models
from odoo.exceptions import AccessError

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

    mail_center_alert_account_id = fields.Many2one(
        "mail.center.account", string="Account that sends alerts",
        config_parameter="mail_center.alert_account_id",
        help="Alerts about this account itself are only shown in Odoo.",
    )
    mail_center_health_token = fields.Char(
        string="Token for monitoring", config_parameter="mail_center.health_token",
        help="Empty: the address /mail_center/health does not answer.",
    )

    def action_mail_center_health_token(self):
        """A new token, in place of the one before."""
        if not self.env.user.has_group("mail_center.group_manager"):
            raise AccessError(self.env._("Only email managers may set the token."))
        self.env["ir.config_parameter"].sudo().set_param(
            "mail_center.health_token", secrets.token_urlsafe(32)
        )
        return {"type": "ir.actions.client", "tag": "reload"}

    def _selection_undo_seconds(self):
        choices = {0, 5, 10, 20, 30, 60, self.env["mail.center.draft"]._undo_seconds()}
        return [
            (str(seconds), self.env._("%s seconds", seconds) if seconds else self.env._("None"))
            for seconds in sorted(choices)
        ]
