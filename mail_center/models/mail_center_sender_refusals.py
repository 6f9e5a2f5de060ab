from odoo import api, fields, models

from .mail_center_receiver import REFUSED_LOGINS_MAX

SMTP_FIELDS = frozenset(
    {"send_enabled", "smtp_host", "smtp_port", "smtp_security", "smtp_login", "smtp_password",
     "imap_password", "pop3_password"}
)


class MailCenterAccount(models.Model):
    _inherit = "mail.center.account"

    send_blocked = fields.Boolean(
        string="Sending blocked", readonly=True, copy=False,
        help="The server refused the login too often; new credentials lift it.",
    )
    send_auth_failures = fields.Integer(
        string="Refused logins in a row (sending)", readonly=True, copy=False, aggregator=None
    )

    def write(self, vals):
        result = super().write(vals)
        if SMTP_FIELDS & vals.keys():
            super().write({"send_blocked": False, "send_auth_failures": 0})
        return result


class MailCenterSender(models.AbstractModel):
    """After some refused logins nothing is tried, so that the mailbox is not locked."""

    _inherit = "mail.center.sender"

    @api.model
    def _account_failed(self, account, rows, token, error):
        if getattr(error, "kind", "") == "auth":
            refused = account.send_auth_failures + 1
            result = super()._account_failed(account, rows, token, error)
            account.send_auth_failures = refused
            if refused >= REFUSED_LOGINS_MAX and not account.send_blocked:
                account.send_blocked = True
                self.env["mail.center.log"]._add(
                    account,
                    "send_blocked",
                    self.env._(
                        "The server refused the login %s times in a row. Nothing is sent any "
                        "more, so that the mailbox is not locked; type the password or change "
                        "the login.",
                        refused,
                    ),
                    level="error",
                )
            return result
        return super()._account_failed(account, rows, token, error)

    @api.model
    def _record_account(self, account, attempt):
        result = super()._record_account(account, attempt)
        if account.send_auth_failures:
            account.send_auth_failures = 0
        return result
