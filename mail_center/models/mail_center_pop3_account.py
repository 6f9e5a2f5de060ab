from odoo import api, fields, models
from odoo.exceptions import UserError

from .mail_center_account import SECURITY

TRIED_AT_ONCE = frozenset(
    {"pop3_host", "pop3_port", "pop3_security", "pop3_login", "pop3_password"}
)

# Marks the calls that may make a POP3 account, or leave POP3. It is compared by identity:
# no context that came from outside the program can hold it.
_INSIDE = object()


class MailCenterAccount(models.Model):
    """POP3, the legacy way in: taken over from Odoo's own settings, never chosen anew."""

    _inherit = "mail.center.account"

    pop3_host = fields.Char(string="POP3 server", copy=False)
    pop3_port = fields.Integer(string="POP3 port", default=995, aggregator=None, copy=False)
    pop3_security = fields.Selection(
        SECURITY, string="POP3 security", required=True, default="tls", copy=False
    )
    pop3_login = fields.Char(string="POP3 login", copy=False)
    pop3_ended = fields.Datetime(
        string="Switched to IMAP on", readonly=True, copy=False, help="There is no way back."
    )
    can_switch = fields.Boolean(compute="_compute_can_switch")

    _pop3_never_again = models.Constraint(
        "CHECK (protocol <> 'pop3' OR pop3_ended IS NULL)",
        "This account was switched to IMAP. POP3 is blocked for it for good.",
    )

    @api.depends_context("uid")
    @api.depends("protocol", "active", "can_manage")
    def _compute_can_switch(self):
        manager = self.env.user.has_group("mail_center.group_manager")
        for account in self:
            account.can_switch = (
                account.protocol == "pop3" and account.active and (manager or account.can_manage)
            )

    # ---- no new POP3 --------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.context.get("mail_center_pop3") is not _INSIDE:
            usual = self.default_get(["protocol"]).get("protocol")
            if any(vals.get("protocol", usual) == "pop3" for vals in vals_list):
                raise UserError(self._pop3_refusal())
        return super().create(vals_list)

    @api.model
    def _create_legacy(self, vals):
        """A POP3 account in place of the one that Odoo itself fetched until now."""
        inside = self.with_context(mail_center_pop3=_INSIDE)
        return inside.create({**vals, "protocol": "pop3"}).with_context(mail_center_pop3=None)

    @api.model
    def _pop3_refusal(self):
        return self.env._(
            "POP3 accounts can't be created. POP3 knows neither folders nor read marks nor sent "
            "mail, so that two programs on one mailbox lose sight of each other's mail. Enter the "
            "IMAP server of the mailbox instead. POP3 servers that Odoo fetches from already are "
            "taken over with “Adopt mail servers” in the menu of the list of accounts."
        )

    def write(self, vals):
        if "protocol" in vals and self.env.context.get("mail_center_pop3") is not _INSIDE:
            for account in self:
                if account.protocol == vals["protocol"]:
                    continue
                if account.pop3_ended:
                    raise UserError(
                        self.env._(
                            "“%s” was switched to IMAP. POP3 is blocked for it for good: what it "
                            "would fetch is here already.",
                            account.name,
                        )
                    )
                if vals["protocol"] == "pop3":
                    raise UserError(self._pop3_refusal())
                raise UserError(
                    self.env._(
                        "“%s” leaves POP3 by the button “Switch to IMAP”, which sees to it that "
                        "no mail is lost and none is there twice.",
                        account.name,
                    )
                )
        result = super().write(vals)
        if TRIED_AT_ONCE & vals.keys():
            super().write({"next_sync": False, "sync_failures": 0})
        return result

    def _leave_pop3(self, ended):
        """From here on IMAP, for good. Part of the transaction that gives mail its places."""
        self.ensure_one()
        secrets = self.env["mail.center.account.secret"]
        secrets._copy(self, "pop3", "imap")
        if self.smtp_login == self.pop3_login and self.smtp_login != self.imap_login:
            # Until now the POP3 password served for both.
            secrets._copy(self, "pop3", "smtp")
        secrets._forget(self, "pop3")
        self.with_context(mail_center_pop3=_INSIDE).write(
            {"protocol": "imap", "pop3_ended": ended, "next_sync": False, "sync_failures": 0}
        )

    # ---- fields -------------------------------------------------------------

    @api.constrains("pop3_host", "pop3_port")
    def _check_pop3_server(self):
        for account in self:
            self._check_server(account.pop3_host, account.pop3_port)

    def action_switch_to_imap(self):
        """Open the window that compares both sides, and switches."""
        self.ensure_one()
        wizard = self.env["mail.center.switch"].create({"account_id": self.id})
        return wizard._reopen()
