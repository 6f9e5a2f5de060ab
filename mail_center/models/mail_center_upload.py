import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS

from ..core.archive import COUNT_MAX, kind_of
from ..fields import BigInteger

SIZE_MAX = 16 * 1024**3
PART_MAX = 32 * 1024 * 1024
OPEN_MAX = 20  # of one user
ABANDONED_DAYS = 7
NAME_MAX = 200
HEAD_MAX = 64 * 1024
KINDS = [("mbox", "mbox"), ("zip", "Zip"), ("eml", ".eml files")]
STATES = [
    ("receiving", "Being uploaded"),
    ("waiting", "Waiting"),
    ("running", "Being read"),
    ("done", "Done"),
    ("failed", "Failed"),
    ("cancelled", "Cancelled"),
]


class MailCenterUpload(models.Model):
    """Mail that was kept in files: uploaded in parts, then read by the scheduled job.

    Both go on where they were broken off: the upload at the byte that came last, the reading at
    the mail that was stored last.
    """

    _name = "mail.center.upload"
    _inherit = "mail.center.named"
    _description = "Uploaded mail files"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True)
    account_id = fields.Many2one(
        "mail.center.account", required=True, readonly=True, ondelete="cascade", index=True
    )
    folder_id = fields.Many2one(
        "mail.center.folder", required=True, readonly=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users", string="Uploaded by", required=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(KINDS, readonly=True)
    state = fields.Selection(STATES, required=True, default="receiving", readonly=True, index=True)
    size = BigInteger(string="Size (bytes)", readonly=True, aggregator=None)
    received = BigInteger(readonly=True, aggregator=None)
    part_sizes = fields.Json(readonly=True, groups=NO_ACCESS)
    file_sizes = fields.Json(readonly=True, groups=NO_ACCESS)
    # Where reading goes on: bytes of an mbox, of what is in a zip, or files.
    position = BigInteger(readonly=True, aggregator=None)
    total = BigInteger(readonly=True, aggregator=None)
    progress = fields.Float(compute="_compute_progress", string="Progress (%)", aggregator=None)
    imported = fields.Integer(readonly=True)
    known = fields.Integer(string="Here already", readonly=True)
    quarantined = fields.Integer(string="In quarantine", readonly=True)
    passed = fields.Integer(
        string="Left out", readonly=True,
        help="Deleted in the program that they come from, or no mail at all.",
    )
    problem = fields.Char(readonly=True)
    # How often reading was begun at this position: a mail that workers die of is set aside.
    tries = fields.Integer(readonly=True, groups=NO_ACCESS)
    raw_source = fields.Binary(attachment=True, readonly=True, groups=NO_ACCESS)

    @api.depends("state", "received", "size", "position", "total")
    def _compute_progress(self):
        for upload in self:
            if upload.state == "receiving":
                done, total = upload.received, upload.size
            else:
                done, total = upload.position, upload.total
            upload.progress = 100 if upload.state == "done" else 100 * done / total if total else 0

    # ---- uploading ----------------------------------------------------------

    @api.model
    def start(self, account_id, folder_name, name, size, file_sizes=None, head=None):
        """Begin an upload, or go on with the same one. Returns ``{"id", "received"}``.

        *name* and *size* are of the file; *file_sizes*: of many .eml files that come one behind
        the other as one. *head*: the first bytes in base64, up to 64 KB, by which another file
        of the same name and size is told from the one that was begun.
        """
        account = self.env["mail.center.account"].browse(int(account_id))
        account._require("manage")
        size = int(size)
        sizes = [int(one) for one in file_sizes or []]
        if not 0 < size <= SIZE_MAX or len(sizes) > COUNT_MAX or any(one < 0 for one in sizes):
            raise UserError(
                self.env._("A file may have up to %s GB.", SIZE_MAX // 1024**3)
            )
        if sizes and sum(sizes) != size:
            raise UserError(self.env._("The sizes of the files do not fit together."))
        name = str(name)[:NAME_MAX].strip() or "?"
        if not sizes and (begin := self._decoded(head)):
            self._kind_of(name, begin)  # before anything is made for it
        folder = self.env["mail.center.folder"]._local_folder(account, folder_name)
        uploads = self.sudo()
        mine = [("user_id", "=", self.env.uid), ("state", "=", "receiving")]
        same = uploads.search(
            [*mine, ("account_id", "=", account.id), ("folder_id", "=", folder.id),
             ("name", "=", name), ("size", "=", size)]
        ).filtered(lambda one: (one.file_sizes or []) == sizes and one._begins_with(head))[:1]
        if not same:
            if uploads.search_count(mine) >= OPEN_MAX:
                raise UserError(
                    self.env._("Too many uploads are unfinished. Cancel some of them first.")
                )
            same = uploads.create(
                {
                    "name": name, "account_id": account.id, "folder_id": folder.id,
                    "user_id": self.env.uid, "size": size,
                    "file_sizes": sizes or False, "kind": "eml" if sizes else False,
                }
            )
        return {"id": same.id, "received": same.received}

    def _take_part(self, offset, content):
        """Append *content* if it begins where the last part ended. Returns the bytes received."""
        self.ensure_one()
        self.env.cr.execute(
            "SELECT id FROM mail_center_upload WHERE id = %s FOR UPDATE", [self.id]
        )
        self.invalidate_recordset()
        if self.state != "receiving" or offset != self.received:
            return self.received
        if not content or len(content) > PART_MAX or self.received + len(content) > self.size:
            raise UserError(self.env._("This part does not belong to the file."))
        if not self.received and not self.kind:
            self.kind = self._kind_of(self.name, content)
            if self.kind == "eml":
                self.file_sizes = [self.size]
        attachments = self.env["mail.center.filing"]._attachments()
        attachments.create(
            {
                **attachments._mail_source_vals(self, content),
                "name": f"part-{len(self.part_sizes or []):06d}",
                "mimetype": "application/octet-stream",
            }
        )
        attachments._sync_files()
        self.part_sizes = [*(self.part_sizes or []), len(content)]
        self.received += len(content)
        if self.received == self.size:
            self.state = "waiting"
            self.env.ref("mail_center.ir_cron_read_uploads").sudo()._trigger()
        return self.received

    @api.model
    def _kind_of(self, name, content):
        """The kind of a file by its first bytes; a person is told of what is none."""
        kind = kind_of(content[:1000])
        if not kind:
            raise UserError(
                self.env._(
                    "“%s” holds no mail that can be read: choose an mbox file, .eml files, "
                    "or a zip of such files or of a Maildir.", name,
                )
            )
        return kind

    @api.model
    def _decoded(self, head):
        """The first bytes of a file out of their base64; None if they are none."""
        try:
            return base64.b64decode(head or "", validate=True)[:HEAD_MAX]
        except (TypeError, ValueError):
            return None

    def _begins_with(self, head):
        """Whether what came so far begins with *head* (base64), as far as both go."""
        head = self._decoded(head)
        if head is None:
            return False
        here = self._parts()[:1].raw or b""
        length = min(len(head), len(here))
        return here[:length] == head[:length]

    def _parts(self):
        """The attachments in which the file is kept, in their order."""
        return self.env["ir.attachment"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids),
             ("res_field", "=", "raw_source")],
            order="name, id",
        )

    # ---- the person ---------------------------------------------------------

    def action_cancel(self):
        """End it; what was imported already stays."""
        self.account_id._require("manage")
        uploads = self.sudo().filtered(lambda one: one.state not in ("done", "cancelled"))
        uploads.state = "cancelled"
        uploads._parts().unlink()
        return True

    def action_resume(self):
        """Read on where a failure ended it."""
        self.account_id._require("manage")
        uploads = self.sudo().filtered(lambda one: one.state == "failed")
        uploads.write({"state": "waiting", "problem": False, "tries": 0})
        self.env.ref("mail_center.ir_cron_read_uploads").sudo()._trigger()
        return True

    def action_open_quarantine(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "mail_center.mail_center_quarantine_action"
        )
        return {**action, "domain": [("folder_id", "=", self.folder_id.id)]}

    @api.autovacuum
    def _gc_abandoned(self):
        before = fields.Datetime.now() - timedelta(days=ABANDONED_DAYS)
        old = self.sudo().search(
            [("state", "in", ["receiving", "failed"]), ("write_date", "<", before)]
        )
        old.write({"state": "cancelled"})
        old._parts().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_parts(self):
        self._parts().unlink()


class MailCenterFolder(models.Model):
    """Folders that are here only, for mail that came in files."""

    _inherit = "mail.center.folder"

    is_local = fields.Boolean(
        readonly=True, help="It is only here; the server has no such folder."
    )

    @api.model
    def _local_folder(self, account, name):
        """The account's folder of that name that is here only, made if there is none."""
        name = " ".join(str(name or "").split())[:NAME_MAX] or self.env._("Imported")
        folders = self.sudo().search([("account_id", "=", account.id), ("path", "=", name)])
        if folders and not folders.is_local:
            raise UserError(
                self.env._(
                    "The folder “%s” is on the server already. Choose another name: mail from "
                    "files goes to a folder that is only here.", name,
                )
            )
        return folders or self.sudo().create(
            {"account_id": account.id, "path": name, "is_local": True, "policy": "read",
             "exists_on_server": False, "uidvalidity": 1, "complete": True}
        )

    def write(self, vals):
        if "policy" in vals and any(folder.is_local for folder in self):
            raise UserError(self.env._("A folder that is only here can't be synchronised."))
        return super().write(vals)

    def _make_way(self, paths):
        """Rename local folders whose names the server uses now."""
        for folder in self.filtered(lambda one: one.is_local and one.path in paths):
            taken = set(folder.account_id.folder_ids.mapped("path")) | set(paths)
            number = 2
            while f"{folder.path} ({number})" in taken:
                number += 1
            folder.path = f"{folder.path} ({number})"


class MailCenterReceiver(models.AbstractModel):
    _inherit = "mail.center.receiver"

    @api.model
    def _update_folder_list(self, account, token, remote):
        account.folder_ids._make_way({item.path for item in remote})
        return super()._update_folder_list(account, token, remote)
