"""The ways to what a mail says that are Odoo's own: its API, its export, its attachments.

What mail_center itself shows is noted where it is shown.
"""

from odoo import models
from odoo.exceptions import AccessError

# What a mail says, in whatever form.
CONTENT = frozenset({"body_html", "body_text", "raw_source", "file_text"})
FILE_CONTENT = frozenset({"raw", "datas", "db_datas", "index_content"})


class MailCenterMessage(models.Model):
    _inherit = "mail.center.message"

    def _note_reading(self):
        """The current user has been given what these mails say."""
        if not self.env.su:
            self.env["mail.center.reading"]._note(self.sudo())

    def _read_format(self, fnames, load="_classic_read"):
        # read, search_read, web_read and what leads here from other models.
        if not CONTENT.isdisjoint(fnames):
            self._note_reading()
        return super()._read_format(fnames, load)

    def _export_rows(self, fields, **kwargs):
        if any(path and path[0] in CONTENT for path in fields):
            self._note_reading()
        return super()._export_rows(fields, **kwargs)

    def _read_group_groupby(self, alias, groupby_spec, query):
        self._refuse_groups_of_content(groupby_spec)
        return super()._read_group_groupby(alias, groupby_spec, query)

    def _read_group_select(self, aggregate_spec, query):
        self._refuse_groups_of_content(aggregate_spec)
        return super()._read_group_select(aggregate_spec, query)

    def _refuse_groups_of_content(self, spec):
        """Nobody groups mails by their text, but who wants to read it without being noted."""
        if not self.env.su and spec.partition(":")[0].partition(".")[0] in CONTENT:
            # Not another error: the description of a field asks whether it can be grouped by.
            raise AccessError(self.env._("Emails can't be grouped by what they say."))


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _note_mail_reading(self):
        """The current user has been given these files: of mails, the reading is noted."""
        if self.env.su:
            return
        files = self.sudo().filtered(lambda file: file.res_model == "mail.center.message")
        if files:
            messages = self.env["mail.center.message"].browse(set(files.mapped("res_id")))
            messages.exists()._note_reading()

    def _read_format(self, fnames, load="_classic_read"):
        if not FILE_CONTENT.isdisjoint(fnames):
            self._note_mail_reading()
        return super()._read_format(fnames, load)

    def _export_rows(self, fields, **kwargs):
        if any(path and path[0] in FILE_CONTENT for path in fields):
            self._note_mail_reading()
        return super()._export_rows(fields, **kwargs)


class IrBinary(models.AbstractModel):
    _inherit = "ir.binary"

    def _record_to_stream(self, record, field_name):
        # /web/content and /web/image, which look for themselves whether one may.
        messages = self.env["mail.center.message"].sudo()
        if record._name == "ir.attachment" and record.sudo().res_model == messages._name:
            messages = messages.browse(record.sudo().res_id).exists()
        elif record._name == messages._name:
            messages = record.sudo()
        self.env["mail.center.reading"]._note(messages)
        return super()._record_to_stream(record, field_name)
