from odoo import fields, models


class MailCenterMessage(models.Model):
    _inherit = "mail.center.message"

    erased_date = fields.Datetime(string="Content erased on", readonly=True, copy=False)


class MailCenterAccount(models.Model):
    _inherit = "mail.center.account"

    retention_days = fields.Integer(
        string="Keep mail for (days)", aggregator=None,
        help="Older mail is emptied here; the mailbox on the server is not touched. 0: for ever.",
    )


class MailCenterType(models.Model):
    _inherit = "mail.center.type"

    retention_days = fields.Integer(
        string="Keep for (days)", aggregator=None,
        help="Mail of this type, whatever its account says. 0: as long as the account says.",
    )
