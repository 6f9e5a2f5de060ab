from odoo import api, fields, models


class MailCenterUploadStart(models.TransientModel):
    """Asks where the mail of chosen files is to go; the browser then uploads them."""

    _name = "mail.center.upload.start"
    _description = "Import mail from files"
    _rec_name = "account_id"

    account_id = fields.Many2one(
        "mail.center.account", required=True, ondelete="cascade",
        domain=[("can_manage", "=", True)],
        default=lambda self: self.env["mail.center.account"].search(
            [("can_manage", "=", True)], limit=1
        ),
    )
    folder_name = fields.Char(
        string="Folder", required=True, default=lambda self: self.env._("Imported"),
        help="The mail goes to this folder, which is only here and not on the server.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        # Whatever gave them their account: the values, the context or the usual value.
        wizards.account_id._require("manage")
        return wizards

    def write(self, vals):
        result = super().write(vals)
        self.account_id._require("manage")
        return result
