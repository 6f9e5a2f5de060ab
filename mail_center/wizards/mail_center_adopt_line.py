from odoo import api, fields, models
from odoo.exceptions import UserError

from ..mailer_fields import filled, refuse_mailer_fields
from .mail_center_adopt import SMTP_SECURITY


class MailCenterAdoptLine(models.TransientModel):
    """One server and the account it would become. Of the password it knows nothing."""

    _name = "mail.center.adopt.line"
    _description = "Mail server to adopt"

    adopt_id = fields.Many2one(
        "mail.center.adopt", string="Adoption", required=True, ondelete="cascade"
    )
    selected = fields.Boolean(string="Adopt")
    adoptable = fields.Boolean(readonly=True)
    kind = fields.Selection(
        [("imap", "IMAP"), ("pop3", "POP3"), ("smtp", "SMTP only"), ("other", "Other")],
        readonly=True,
    )
    source = fields.Char(readonly=True)
    fetchmail_id = fields.Many2one("fetchmail.server", ondelete="cascade", readonly=True)
    mail_server_id = fields.Many2one("ir.mail_server", ondelete="cascade", readonly=True)
    account_id = fields.Many2one("mail.center.account", ondelete="cascade", readonly=True)
    email = fields.Char(string="Address")
    user_id = fields.Many2one("res.users", string="Owner", domain=[("share", "=", False)])
    servers = fields.Text(string="Servers in Odoo", readonly=True)
    login = fields.Char(readonly=True)
    note = fields.Text(readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            refuse_mailer_fields(self, filled(self, vals))
        return super().create(vals_list)

    def write(self, vals):
        refuse_mailer_fields(self, vals)
        return super().write(vals)

    def _adopt(self):
        """Make the account (or take the archived one again), and take the server from Odoo."""
        self.ensure_one()
        server, sender = self.fetchmail_id.sudo(), self.mail_server_id.sudo()
        problem, again = "", self.account_id.browse()
        if server:
            problem, again = self.adopt_id._obstacle(server)
        elif not self.adopt_id._sender_usable(sender):
            problem = self.adopt_id._sender_obstacle(sender)
        if problem:
            raise UserError(
                self.env._("“%(server)s” can't be adopted. %(reason)s",
                           server=self.source, reason=problem)
            )
        if not self.email or not self.user_id:
            raise UserError(
                self.env._("Enter the address and the owner of “%s”, or untick it.", self.source)
            )
        if sender.owner_user_id and sender.owner_user_id != self.user_id:
            # Its password is that person's own, and so is what is sent with it.
            raise UserError(
                self.env._(
                    "“%(server)s” is the personal server of %(person)s: nobody else can be the "
                    "owner of its account.",
                    server=self.source, person=sender.owner_user_id.name,
                )
            )
        vals = {"name": self.email, "email": self.email, "user_id": self.user_id.id}
        if sender:
            vals |= self._outgoing_vals(sender)
        if server:
            kind = "pop3" if server.server_type == "pop" else "imap"
            vals |= self._incoming_vals(server, kind)
        # Who adopts a server may have no right to see its password.
        accounts = self.env["mail.center.account"].with_context(mail_center_taken_over=True)
        if again and again.protocol == kind:
            # The server is switched off first: never do two fetch, not for a moment.
            again._adopt(server)
            account = again.sudo(False).with_context(mail_center_taken_over=True)
            account.write({**vals, "active": True, "sync_enabled": True})
        else:
            create = accounts._create_legacy if server.server_type == "pop" else accounts.create
            account = create(vals)
            if server:
                account._adopt(server)
        account = account.with_context(mail_center_taken_over=None)
        account.sudo().adopted_mail_server_id = sender
        return account

    def _incoming_vals(self, server, kind):
        return {
            f"{kind}_host": server.server,
            f"{kind}_port": self.adopt_id._port(server),
            f"{kind}_security": "tls" if server.is_ssl else "none",
            f"{kind}_login": server.user,
            f"{kind}_password": server.password,
        }

    def _outgoing_vals(self, sender):
        return {
            "smtp_host": sender.smtp_host,
            "smtp_port": sender.smtp_port,
            "smtp_security": SMTP_SECURITY[sender.smtp_encryption],
            "smtp_login": sender.smtp_user,
            "smtp_password": sender.smtp_pass,
        }
