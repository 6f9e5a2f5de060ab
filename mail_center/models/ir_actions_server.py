from odoo import models


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    def run(self):
        """Mail that a server action or an automation rule writes is the program's, not a person's.

        Only accounts marked *Use for integration* may write it: see
        ``mail.center.account._require_integration``.
        """
        return super(IrActionsServer, self.with_context(mail_center_integration=True)).run()
