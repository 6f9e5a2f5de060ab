from odoo import api, fields, models

LEVELS = [
    ("debug", "Detail"),
    ("info", "Information"),
    ("warning", "Warning"),
    ("error", "Error"),
]


class MailCenterLog(models.Model):
    _name = "mail.center.log"
    _description = "Mailer log"
    _order = "id desc"
    _rec_name = "message"

    create_date = fields.Datetime(string="Time", index=True)
    account_id = fields.Many2one("mail.center.account", ondelete="set null", index="btree_not_null")
    event = fields.Char(required=True, index=True, help="Stable code of what happened.")
    level = fields.Selection(LEVELS, required=True, default="info", index=True)
    message = fields.Char(required=True)
    detail = fields.Text(help="Protocol detail, with passwords removed.")
    correlation = fields.Char(index="btree_not_null", help="Groups the lines of one run.")

    @api.model
    def _add(self, account, event, message, *, level="info", detail="", correlation=""):
        """Write one line; *message* is a whole sentence for a person, *detail* is for an expert."""
        return self.sudo().create(
            {
                "account_id": account.id if account else False,
                "event": event,
                "level": level,
                "message": message,
                "detail": detail or False,
                "correlation": correlation or False,
            }
        )
