from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class MailCenterMessage(models.Model):
    """A mail above the account's limit: its text is here, its files are on the server."""

    _inherit = "mail.center.message"

    is_partial = fields.Boolean(
        string="Files on the server", readonly=True,
        help="Larger than the account fetches whole: the files come when somebody asks for them.",
    )
    # [{"name", "content_type", "size" in bytes, "inline"}], from BODYSTRUCTURE.
    left_files = fields.Json(readonly=True)
    download_wanted = fields.Boolean(readonly=True, index="btree_not_null", copy=False)
    download_error = fields.Char(readonly=True, copy=False)

    def action_download_whole(self):
        """Fetch the rest of these mails with the next run, which is asked for at once."""
        self.check_access("read")
        if any(not message.account_id.can_read for message in self):
            raise AccessError(self.env._("You may not read the account of this mail."))
        partial = self.sudo().filtered(lambda mail: mail.is_partial and not mail.erased_date)
        if not partial:
            raise UserError(self.env._("The whole mail is here already."))
        if not all(partial.account_id.mapped("sync_enabled")):
            raise UserError(
                self.env._("Fetching mail is switched off for this account. Switch it on first.")
            )
        partial.write({"download_wanted": True, "download_error": False})
        partial.account_id.next_sync = False
        self.env.ref("mail_center.ir_cron_receive").sudo()._trigger()
        return True


class MailCenterAccount(models.Model):
    _inherit = "mail.center.account"

    whole_megabytes = fields.Integer(
        string="Fetch whole up to", default=25, aggregator=None,
        help="Of larger mails the text and the list of files are fetched, and the files when "
        "somebody asks for them. In MB; 0: every mail is fetched whole.",
    )

    _whole_megabytes_positive = models.Constraint(
        "CHECK (whole_megabytes >= 0)", "The size of a mail can't be below zero."
    )


class MailCenterMailbox(models.AbstractModel):
    """Shows what a mail has on the server, and fetches it."""

    _inherit = "mail.center.mailbox"

    @api.model
    def _opened(self, mail, chips):
        left = False
        if mail.is_partial:
            left = {
                "size": mail.size,
                "files": [
                    {"name": file["name"], "size": file["size"]}
                    for file in mail.left_files or [] if not file["inline"]
                ],
                "wanted": mail.download_wanted,
                "error": mail.download_error or "",
            }
        return {**super()._opened(mail, chips), "left": left}

    @api.model
    def download(self, message_id):
        """Ask for the rest of a mail; the browser is told when it is here."""
        message = self.env["mail.center.message"].browse(int(message_id)).exists()
        if not message or not message.has_access("read"):
            raise AccessError(
                self.env._("This mail is gone, or you may not read its account.")
            )
        return message.action_download_whole()
