import os
import secrets
from contextlib import suppress
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..core.mime import danger
from ..durable import sync_filesystem
from ..mailer_fields import filled
from ..remembered import remembered

BINARY = getattr(os, "O_BINARY", 0)  # only Windows would write other bytes without
# How a file is written, and by whom when it is Odoo's way.
WRITING = frozenset({"_file_write", "_get_path", "_full_path", "_filestore", "_mark_for_gc"})
READING = frozenset({"_file_read", "_full_path", "_filestore"})
OURS = ("odoo.addons.base.", "odoo.addons.mail_center.")
# Sources and files of mail are evidence: what came and what went, byte for byte.
GUARDED = frozenset({"mail.center.message", "mail.center.quarantine"})


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    mail_center_warning = fields.Char(compute="_compute_mail_center_warning", exportable=False)

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_mail_center_warning(self):
        """What to know before a file that came by mail is opened."""
        texts = {
            "disguised": self.env._(
                "This file is a program that is named like a document. Don't open it."
            ),
            "program": self.env._("This file is a program: open it only if you expect it."),
        }
        for file in self:
            file.mail_center_warning = texts.get(danger(file.name or ""), False)

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_mail_files(filled(self, vals).get("res_model") for vals in vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_mail_files([*self.sudo().mapped("res_model"), vals.get("res_model")])
        return super().write(vals)

    def unlink(self):
        self._refuse_mail_files(self.sudo().mapped("res_model"))
        return super().unlink()

    @api.model
    def _index(self, bin_data, file_type, *args, **kwargs):
        # The files of mail that comes are read later, see mail.center.message.
        if self.env.context.get("mail_center_index_later"):
            return None
        return super()._index(bin_data, file_type, *args, **kwargs)

    @api.model
    def _file_write(self, bin_value, checksum):
        # Odoo's collector of garbage removes files that no row names, and waits only for those
        # who hold this lock. The INSERT takes it too late: the file is there before the row.
        lock = partial(self.env.cr.execute, "LOCK TABLE ir_attachment IN ROW EXCLUSIVE MODE")
        # Once in a transaction; a savepoint that is rolled back gives it away, and forgets it.
        remembered(self.env, "ir_attachment", lock)
        if (
            self.env.context.get("mail_center_new_files")
            and remembered(self.env, "odoos_files", self._are_files_odoos)
            and self._write_new_file(fname := f"{checksum[:2]}/{checksum}", bin_value)
        ):
            return fname
        return super()._file_write(bin_value, checksum)

    @api.model
    def _are_files_odoos(self, methods=WRITING):
        """Whether files lie in Odoo's own folder, and no other addon has a say in *methods*."""
        return self._storage() == "file" and all(
            one.__module__.startswith(OURS)
            for one in type(self).__mro__ if not methods.isdisjoint(vars(one))
        )

    @api.model
    def _write_new_file(self, fname, bin_value):
        """Write a file that is not there yet, in a folder that is; False: it is not so.

        Odoo asks five times what is there, which takes longer than to write. Almost no file of a
        mail is there already. It gets its name when it is whole: half of it, left by a worker that
        was killed, would be in the way of the same mail for ever ("collides with an existing
        file").
        """
        path, listed = self._full_path(fname), self._full_path(f"checklist/{fname}")
        # Odoo's collector removes it there, should the worker die.
        part = f"{listed}-{secrets.token_hex(4)}"
        flags = os.O_WRONLY | os.O_CREAT | BINARY
        try:
            if os.path.exists(path):
                return False
            handle = os.open(part, flags | os.O_EXCL, 0o666)
        except OSError:
            return False
        left = memoryview(bin_value)
        try:
            try:
                while left:
                    left = left[os.write(handle, left) :]
            finally:
                os.close(handle)
            # Collected, should the transaction fail: before the file is there.
            os.close(os.open(listed, flags, 0o666))
            os.rename(part, path)
        except OSError as error:
            with suppress(OSError):
                os.unlink(part)
            if isinstance(error, FileNotFoundError):
                return False  # its folder is to be made
            raise
        return True

    def _refuse_mail_files(self, res_models):
        if not self.env.su and GUARDED & set(res_models):
            raise AccessError(self.env._("The files of an email can't be changed."))

    @api.model
    def _sync_files(self):
        """Wait until the disk has the files of mail that this transaction has written."""
        if self._storage() == "file":
            sync_filesystem(self._filestore())

    @api.model
    def _mail_source(self, record):
        """The attachment with the bytes of a message or a quarantined mail, or none."""
        return self.sudo().search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("res_field", "=", "raw_source"),
            ]
        )

    @api.model
    def _mail_sources(self, records):
        """The same for many: id of the record → its attachments."""
        found = self.sudo().search_fetch(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("res_field", "=", "raw_source"),
            ],
            ["res_id", "checksum", "store_fname", "db_datas", "res_model", "res_field"],
        )
        return dict.fromkeys(records.ids, found.browse()) | found.grouped("res_id")

    @api.model
    def _needs_no_database(self):
        """Whether a file whose name is known is read without a question to the database."""
        return remembered(self.env, "odoos_reading", partial(self._are_files_odoos, READING))

    @api.model
    def _mail_source_vals(self, record, raw):
        """The values of that attachment."""
        return {
            "name": "message.eml",
            "res_model": record._name,
            "res_id": record.id,
            "res_field": "raw_source",
            "mimetype": "message/rfc822",
            "raw": raw,
        }

    @api.model
    def _store_sources(self, pairs):
        """The attachments of :meth:`_mail_source_vals` for ``[(record, raw)]``, in one statement.

        Going round :meth:`create` saves a third of what storing a mail takes. Other addons that
        extend ``create`` don't see these rows; where they have to, set the system parameter
        ``mail_center.sources_by_orm``.
        """
        by_orm = self.env["ir.config_parameter"].sudo().get_param("mail_center.sources_by_orm")
        if by_orm or self._storage() != "file":
            self.create([self._mail_source_vals(record, raw) for record, raw in pairs if raw])
            return
        rows = []
        for record, raw in pairs:
            if not raw:
                continue
            checksum = self._compute_checksum(raw)
            name = self._file_write(raw, checksum)
            rows.append((record._name, record.id, len(raw), checksum, name))
        if not rows:
            return
        self.env.cr.execute_values(
            """
            INSERT INTO ir_attachment
                   (res_model, res_id, file_size, checksum, store_fname, company_id, name, type,
                    res_field, mimetype, create_uid, write_uid, create_date, write_date)
            VALUES %s
            """,
            rows,
            template=f"(%s, %s, %s, %s, %s, {int(self.env.company.id)}, 'message.eml', 'binary',"
            f" 'raw_source', 'message/rfc822', {self.env.uid}, {self.env.uid},"
            " now() AT TIME ZONE 'utc', now() AT TIME ZONE 'utc')",
            page_size=500,
        )
