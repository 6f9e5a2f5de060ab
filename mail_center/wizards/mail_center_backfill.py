from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class MailCenterBackfill(models.TransientModel):
    """Fetches mail that was older than what the account imported at first."""

    _name = "mail.center.backfill"
    _description = "Fetch older mail"
    _rec_name = "account_id"

    account_id = fields.Many2one(
        "mail.center.account", required=True, readonly=True, ondelete="cascade"
    )
    everything = fields.Boolean(default=True)
    since = fields.Date(string="Mail since")
    folder_ids = fields.Many2many(
        "mail.center.folder", string="Folders",
        domain="[('account_id', '=', account_id), ('import_since', '!=', False)]",
        help="Empty: all folders.",
    )
    count = fields.Integer(string="Left out so far", compute="_compute_count")

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        # Whatever gave them their account: the values, the context or the usual value.
        wizards.account_id.check_access("write")
        return wizards

    def write(self, vals):
        if "account_id" in vals:
            raise AccessError(self.env._("The account can't be changed here."))
        return super().write(vals)

    @api.depends("account_id", "folder_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = wizard._folders()._left_out_count()

    def _folders(self):
        """The chosen folders of this account, all of it when none is chosen."""
        limited = self.account_id.sudo().folder_ids.filtered("import_since")
        return limited & self.sudo().folder_ids if self.folder_ids else limited

    def action_fetch(self):
        self.ensure_one()
        self.account_id.check_access("write")
        since = False if self.everything else self.since
        if not self.everything and not since:
            raise UserError(self.env._("Choose the day to begin at, or fetch everything."))
        folders = self._folders()
        if not folders.filtered(lambda f: not since or since < f.import_since):
            raise UserError(self.env._("All mail since that day is here already."))
        folders._backfill(since)
        self.account_id.sudo().next_sync = False
        self.env.ref("mail_center.ir_cron_receive").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._("Older mail is being fetched…"),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
