from odoo import api, models


class MailCenterSender(models.AbstractModel):
    _inherit = "mail.center.sender"

    @api.model
    def _load(self, rows):
        left = self.env["mail.center.mailing"]._leave_out_unwilling(rows)
        if left != rows:
            # A server that can't be reached undoes what was not committed.
            self._commit()
        return super()._load(left)
