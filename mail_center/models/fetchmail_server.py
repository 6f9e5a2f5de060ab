from odoo import api, fields, models
from odoo.exceptions import UserError


class FetchmailServer(models.Model):
    _inherit = "fetchmail.server"

    mail_center_account_id = fields.Many2one(
        "mail.center.account", string="Email account", compute="_compute_mail_center_account_id"
    )
    mail_center_text = fields.Char(compute="_compute_mail_center_account_id")

    def _compute_mail_center_account_id(self):
        accounts = self.env["mail.center.account"].sudo().search(
            [("adopted_fetchmail_id", "in", self.ids)]
        )
        by_server = {account.adopted_fetchmail_id.id: account for account in accounts}
        for server in self:
            account = by_server.get(server.id)
            server.mail_center_account_id = account
            server.mail_center_text = account and self._adopted_by_text(server, account)

    def write(self, vals):
        if vals.get("active") or vals.get("state") == "done":
            self._require_not_adopted()
        return super().write(vals)

    def button_confirm_login(self):
        self._require_not_adopted()
        return super().button_confirm_login()

    @api.model
    def _adopted_by_text(self, server, account):
        return self.env._(
            "The mail of “%(server)s” is fetched by the email account “%(account)s”. If Odoo "
            "fetched too, it would take mail away from it. Undo the adoption in the account first.",
            server=server.name,
            account=account.name,
        )

    def _require_not_adopted(self):
        for server in self:
            if server.mail_center_account_id:
                raise UserError(server.mail_center_text)
