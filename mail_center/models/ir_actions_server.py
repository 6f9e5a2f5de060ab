from odoo import models


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    def run(self):
        """Mail that a server action or an automation rule writes is the program's, not a person's.

        Only accounts marked *Use for integration* may write it: see
        ``mail.center.account._require_integration``.
        """
        if self._is_mail_center_job():
            return super().run()
        return super(IrActionsServer, self.with_context(mail_center_integration=True)).run()

    def _is_mail_center_job(self):
        """Whether these are our own scheduled jobs, which finish what a person has written."""
        cron_id = self.env.context.get("cron_id")
        if not cron_id:
            return False
        cron = self.env["ir.cron"].sudo().browse(cron_id).exists()
        module = cron.get_external_id().get(cron_id, "").partition(".")[0]
        ours = module == "mail_center" or module.startswith("mail_center_")
        return ours and self == cron.ir_actions_server_id
