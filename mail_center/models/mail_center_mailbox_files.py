from odoo import api, models
from odoo.exceptions import UserError


class MailCenterMailbox(models.AbstractModel):
    """The files of a mail, kept with a record."""

    _inherit = "mail.center.mailbox"

    @api.model
    def save_files(self, message_id, model, res_id, file_ids=None):
        """Copy files of a mail to a record that the user may change; all of them by default.

        Returns how many were added: what the record has already is not added again.
        """
        message = self.env["mail.center.message"].browse(int(message_id))
        message.check_access("read")
        if model not in self.env["mail.center.linkable"]._models():
            raise UserError(self.env._("Files can't be saved to this kind of document."))
        record = self.env[model].browse(int(res_id))
        record.check_access("write")
        files = message.sudo().file_ids
        if file_ids is not None:
            files = files.filtered(lambda file: file.id in set(file_ids))
        Files = self.env["ir.attachment"]
        here = {
            (file.name, file.checksum)
            for file in Files.sudo().search(
                [("res_model", "=", model), ("res_id", "=", record.id), ("res_field", "=", False)]
            )
        }
        message._note_reading()
        fresh = [file for file in files if (file.name, file.checksum) not in here]
        # As they came: pictures unshrunk, HTML never as a page of ours.
        Files.with_context(image_no_postprocess=True, attachments_mime_plainxml=True).create(
            [
                {"name": file.name, "res_model": model, "res_id": record.id,
                 "mimetype": file.mimetype, "raw": file.raw}
                for file in fresh
            ]
        )
        return len(fresh)
