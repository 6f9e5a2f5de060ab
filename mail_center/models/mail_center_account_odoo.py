from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..by_server import by_server
from ..core.intake import take_in
from ..core.smtp import MAILING, PROGRAM


class MailCenterAccount(models.Model):
    """Odoo's own mail through this account; see :mod:`.ir_mail_server`."""

    _inherit = "mail.center.account"

    odoo_server_ids = fields.One2many(
        "ir.mail_server", "mail_center_account_id", readonly=True, copy=False,
        groups="base.group_system",
    )
    use_for_odoo = fields.Boolean(
        string="Odoo's own mail", compute="_compute_odoo", inverse="_inverse_odoo",
        help="Chatter, notifications and documents by mail go out through this account.",
    )
    odoo_from_filter = fields.Char(
        string="For the senders", compute="_compute_odoo", inverse="_inverse_odoo",
        help="Addresses or domains, separated by commas. Odoo's mail from these goes through "
        "this account.",
    )

    @api.depends("email")
    def _compute_odoo(self):
        for account in self:
            server = account._odoo_server()
            account.use_for_odoo = bool(server.active)
            account.odoo_from_filter = server.from_filter or False

    def _odoo_server(self):
        return self.env["ir.mail_server"].sudo().with_context(active_test=False).search(
            [("mail_center_account_id", "in", self.ids)], limit=1
        )

    def _inverse_odoo(self):
        if not self.env.su and not self.env.user.has_group("mail_center.group_manager"):
            raise AccessError(
                self.env._("Only an email manager may send Odoo's own mail through an account.")
            )
        for account in self:
            wanted = account.use_for_odoo
            senders = (account.odoo_from_filter or "").strip() or account.email
            server = account._odoo_server()
            if wanted and not account.smtp_host:
                raise UserError(
                    self.env._("The account “%s” has no SMTP server to send by.", account.name)
                )
            vals = {
                "name": account.name, "from_filter": senders, "active": wanted,
                "smtp_host": account.smtp_host,
            }
            if server:
                server.write(vals)
            elif wanted:
                by_server(server).create(
                    {
                        **vals,
                        "smtp_authentication": "mail_center",
                        "mail_center_account_id": account.id,
                        "sequence": 1,
                    }
                )

    def _queue_odoo_mail(self, raw, recipients):
        """Queue a mail that Odoo has made, with the bytes as they are.

        It belongs to nobody, whoever its From names: Odoo also sends what nobody but the
        recipient may read, such as new passwords, and anybody can call himself like the company.
        """
        account = self.sudo()
        account.ensure_one()
        filing = self.env["mail.center.filing"].sudo()
        intake = take_in(account._signed(raw))
        if not intake.mail:
            raise UserError(self.env._("The mail could not be put together: %s", intake.error))
        author = self.env.ref("base.user_root")
        values = filing._message_vals(account.folder_ids.browse(), intake, account=account)
        values.update(
            state="queued", direction="out", is_read=True, user_id=author.id, is_odoos=True,
            type_id=False,
        )
        message = filing._insert([intake], [values], filing._partners(account, [intake]))
        outbox = self.env["mail.center.outbox"].sudo().create(
            {
                "message_id": message.id,
                "account_id": account.id,
                "user_id": author.id,
                # Bounces come to the account, where they are recognised.
                "envelope_from": account.email,
                # What Odoo's Email Marketing sends to many says so in its header.
                "priority": MAILING if intake.mail.automatic.is_bulk else PROGRAM,
                # Several mails may have one Message-ID, one for each of Odoo's recipients.
                "copy_state": "none",
                "sent_is_proof": False,
                "recipient_ids": [
                    (0, 0, {"email": email}) for email in dict.fromkeys(recipients)
                ],
            }
        )
        outbox._hold_loops()
        self.env["mail.center.sender"]._wake()
        return outbox
