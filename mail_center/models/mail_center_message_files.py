import logging

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

# Of one file, and of all files of a mail; what comes later is found by nobody anyway.
FILE_BYTES_MAX = 20 * 1024**2
TEXT_MAX = 100_000
BATCH = 50


class MailCenterMessage(models.Model):
    """The text of attached files, read by Odoo's own indexation, for the search."""

    _inherit = "mail.center.message"

    file_text = fields.Text(readonly=True)
    # True until the files were read: reading them may take long, and receiving mail must not.
    files_unread = fields.Boolean(readonly=True)

    _files_unread_index = models.Index("(id) WHERE files_unread")

    @api.model
    def _cron_index_files(self):
        """Read the files of mail that came.

        Files are written by strangers and can bring a reader down: each mail is marked as read
        and committed before it is tried, so that none is tried for ever.
        """
        work = self.env["mail.center.transaction"]
        domain = [("files_unread", "=", True)]
        while messages := self.sudo().search(domain, limit=BATCH, order="id desc"):
            for message in messages:
                message.files_unread = False
                if not work._commit():
                    self.env.ref("mail_center.ir_cron_index_files").sudo()._trigger()
                    return
                message.file_text = message._text_of_files()
                work._commit()

    def _text_of_files(self):
        self.ensure_one()
        texts, left = [], TEXT_MAX
        for file in self.file_ids.sorted("id"):
            text = self._text_of_file(file)[:left]
            if text:
                texts.append(text)
                left -= len(text)
            if left <= 0:
                break
        return "\n".join(texts) or False

    def _text_of_file(self, file):
        if not file.raw or file.file_size > FILE_BYTES_MAX:
            return ""
        kind = file.mimetype or ""
        if kind.startswith("text/"):
            # Odoo's own indexation keeps ASCII alone.
            return file.raw[: TEXT_MAX * 4].decode("utf-8", "replace").replace("\x00", "")
        try:
            text = file._index(file.raw, kind, checksum=file.checksum) or ""
        except TypeError:  # an indexation of another addon, as Odoo asks it too
            text = file._index(file.raw, kind) or ""
        except Exception:
            _logger.info("The text of file %s can't be read", file.id, exc_info=True)
            return ""
        # Some give the kind of what they can't read.
        return "" if text == kind.partition("/")[0] else text.replace("\x00", "")
