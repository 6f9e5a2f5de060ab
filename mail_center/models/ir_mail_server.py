from email.generator import BytesGenerator
from io import BytesIO

from odoo import api, fields, models
from odoo.exceptions import UserError


class QueueSession:
    """What Odoo takes for an SMTP session: what it "sends" goes into the account's queue."""

    def __init__(self, server, smtp_from):
        self._account = server.mail_center_account_id
        self.from_filter = server.from_filter
        self.smtp_from = smtp_from

    def send_message(self, message, smtp_from, smtp_to_list, *_options, **_more):
        """Queue the finished mail, inside the transaction of the caller."""
        # As smtplib writes it; queued is what would have left.
        stream = BytesIO()
        BytesGenerator(stream).flatten(message, linesep="\r\n")
        self._account._queue_odoo_mail(stream.getvalue(), smtp_to_list)
        return {}

    def quit(self):
        """Nothing was open."""

    close = quit


class IrMailServer(models.Model):
    """Odoo's own mail (chatter, notifications, invoices) goes through an account's queue."""

    _inherit = "ir.mail_server"

    smtp_authentication = fields.Selection(
        selection_add=[("mail_center", "Email Center account")],
        ondelete={"mail_center": "set default"},
    )
    mail_center_account_id = fields.Many2one(
        "mail.center.account", string="Email Center account", ondelete="cascade",
        index="btree_not_null", readonly=True,
    )

    def _compute_smtp_authentication_info(self):
        ours = self.filtered(lambda server: server.smtp_authentication == "mail_center")
        for server in ours:
            server.smtp_authentication_info = self.env._(
                "Mail goes out through the queue of an Email Center account. It is set up there."
            )
        return super(IrMailServer, self - ours)._compute_smtp_authentication_info()

    @api.constrains("smtp_authentication", "mail_center_account_id")
    def _check_mail_center_account(self):
        for server in self:
            if server.smtp_authentication == "mail_center" and not server.mail_center_account_id:
                raise UserError(
                    self.env._(
                        "Open the Email Center account and tick “Odoo's own mail” there: that "
                        "makes this server."
                    )
                )

    def _connect__(self, host=None, port=None, user=None, password=None, encryption=None,  # noqa: PLW3201
                   smtp_from=None, ssl_certificate=None, ssl_private_key=None, smtp_debug=False,
                   mail_server_id=None, allow_archived=False):
        if not self._disable_send():
            server, sender = self.browse(mail_server_id or []).sudo(), smtp_from
            if server:
                self._check_forced_mail_server(server, allow_archived, smtp_from)
            elif not host:
                server, sender = self.sudo()._find_mail_server(smtp_from)
            if server and server.mail_center_account_id:
                return QueueSession(server, sender)
        return super()._connect__(
            host, port, user, password, encryption, smtp_from, ssl_certificate, ssl_private_key,
            smtp_debug, mail_server_id, allow_archived,
        )

    @api.model
    def _find_mail_server(self, email_from, mail_servers=None):
        server, sender = super()._find_mail_server(email_from, mail_servers)
        if not server or not server.mail_center_account_id or self._match_from_filter(
            sender, server.from_filter
        ):
            return server, sender
        # Odoo's last resort is any server: mail of others must not leave as if it were ours.
        if mail_servers is None:
            mail_servers = self.sudo().search(
                self._find_mail_server_allowed_domain(), order="sequence"
            )
        others = mail_servers.filtered(lambda one: not one.mail_center_account_id)
        return super()._find_mail_server(email_from, others)

    def test_smtp_connection(self, autodetect_max_email_size=False):
        if ours := self.filtered("mail_center_account_id"):
            return {
                "type": "ir.actions.act_window",
                "res_model": "mail.center.account",
                "res_id": ours[0].mail_center_account_id.id,
                "views": [[False, "form"]],
            }
        return super().test_smtp_connection(autodetect_max_email_size)
