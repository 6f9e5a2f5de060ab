import logging
from dataclasses import replace
from functools import partial

import psycopg2
from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..core.archive import ArchiveError, opened, read_files, read_mbox, read_zip, zip_size
from ..core.intake import Intake, take_in

_logger = logging.getLogger(__name__)

CHUNK_COUNT = 100
CHUNK_BYTES = 8 * 1024 * 1024
# After so many workers have died of a chunk its mails are tried one by one, then set aside.
SINGLY_AFTER, ASIDE_AFTER = 2, 4
TURNS = 3


class Stopped(Exception):
    """Somebody has cancelled the upload meanwhile."""


class MailCenterUploadReader(models.AbstractModel):
    """Reads uploaded mail files: each chunk and the place behind it in one transaction."""

    _name = "mail.center.upload.reader"
    _inherit = "mail.center.transaction"
    _description = "Reader of uploaded mail files"

    @api.model
    def _cron_read(self):
        uploads = self.env["mail.center.upload"].sudo()
        while upload := uploads.search(
            [("state", "in", ["waiting", "running"])], order="id", limit=1
        ):
            job, _account = self._for_owner(upload.account_id)
            try:
                in_time = job._read(job.env["mail.center.upload"].browse(upload.id))
            except Stopped:
                self.env.cr.rollback()
                in_time = True
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                raise  # the database itself is in trouble: nothing can be recorded now
            except Exception as error:
                self.env.cr.rollback()
                self.env.invalidate_all()
                if not isinstance(error, ArchiveError):
                    _logger.exception("Reading the uploaded file %s failed", upload.id)
                in_time = job._fail(upload, job._archive_text(error))
            left = uploads.search_count([("state", "in", ["waiting", "running"])])
            if not self.env["ir.cron"]._commit_progress(1, remaining=left) or not in_time:
                return

    @api.model
    def _read(self, upload):
        """Read until the end or until the time is up. Returns whether there is time left."""
        self._lock(upload, ("waiting", "running"))
        # Noted before anything is read: a file may end the worker before its first mail.
        tries = self._note_try(upload)
        parts = upload._parts()
        stream = opened(upload.part_sizes, lambda number: parts[number].raw)
        if not upload.total:
            total = self._total(upload, stream)
            self._transaction(partial(upload.write, {"total": total}))
        found = self._found(upload, stream)
        singles = 0
        while True:
            alone, aside = tries >= SINGLY_AFTER, tries >= ASIDE_AFTER
            # Singly until what workers die of is behind us: it is one of a whole chunk.
            singles = singles + 1 if alone and not aside else 0
            after = SINGLY_AFTER if 0 < singles < CHUNK_COUNT else 0
            chunk, ended = self._chunk(found, 1 if alone else CHUNK_COUNT)
            intakes = [self._intake(one, aside=aside) for one in chunk]
            try:
                _result, left = self._transaction(
                    partial(self._store, upload, chunk, intakes, ended, after)
                )
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Others store mail of the account all the time. No worker has died of that.
                self._transaction(partial(upload.write, {"tries": tries}))
                return False
            if ended or not left:
                return bool(left)
            tries = self._note_try(upload)

    @api.model
    def _note_try(self, upload):
        """Note a try at this position. Returns how many were in vain; ArchiveError: too many."""
        tries = upload.tries
        if tries > ASIDE_AFTER + 1:
            raise ArchiveError("fatal")
        upload.write({"state": "running", "tries": tries + 1})
        self._commit()
        return tries

    @api.model
    def _lock(self, upload, states):
        self.env.cr.execute(
            "SELECT state FROM mail_center_upload WHERE id = %s FOR UPDATE", [upload.id]
        )
        row = self.env.cr.fetchone()
        if not row or row[0] not in states:
            raise Stopped
        upload.invalidate_recordset()

    @api.model
    def _total(self, upload, stream):
        if upload.kind == "mbox":
            return upload.size
        if upload.kind == "eml":
            return len(upload.file_sizes)
        return zip_size(stream)

    @api.model
    def _found(self, upload, stream):
        """The mails of the file from where reading was left."""
        if upload.kind == "mbox":
            return read_mbox(stream, upload.position)
        if upload.kind == "zip":
            return read_zip(stream, upload.position)
        return read_files(stream, upload.file_sizes, upload.position)

    @api.model
    def _chunk(self, found, count):
        """The next mails of the file, and whether they are its last."""
        chunk, size = [], 0
        for one in found:
            chunk.append(one)
            size += len(one.raw)
            if len(chunk) >= count or size >= CHUNK_BYTES:
                return chunk, False
        return chunk, True

    @api.model
    def _intake(self, found, aside=False):
        if found.skip:
            return None
        if found.error:
            return Intake(b"", error=self._found_text(found))
        if aside:
            return Intake(found.raw, error=self.env._(
                "Reading this mail has ended the program several times."
            ))
        return take_in(found.raw, flags=found.flags)

    @api.model
    def _store(self, upload, chunk, intakes, ended, tries=0):
        """Store a chunk; *tries*: how many are taken to be in vain already behind it."""
        self._take_turn(upload.account_id)
        self._lock(upload, ("running",))
        folder = upload.folder_id
        filing = self.env["mail.center.filing"].with_context(mail_center_upload=True)
        fresh, known = self._fresh(filing, folder, [one for one in intakes if one])
        messages, quarantined = filing._file(folder, fresh) if fresh else ([], 0)
        upload.write(
            {
                "position": chunk[-1].after if chunk else upload.position,
                "tries": tries,
                "imported": upload.imported + len(messages),
                "known": upload.known + known,
                "quarantined": upload.quarantined + quarantined,
                "passed": upload.passed + sum(one is None for one in intakes),
            }
        )
        if messages:
            upload.account_id._notify_readers(messages)
        if ended:
            self._end(upload)
        self._tell(upload)

    @api.model
    def _take_turn(self, account):
        """Store no mail of the account while the receiver does, nor by what was before it did.

        Both change the account's row first. Who waited for the other begins anew, at once, so
        that a receiver with much to store does not always come first.
        """
        for attempt in range(TURNS):
            try:
                self.env.cr.execute(
                    "UPDATE mail_center_account SET send_ticket = send_ticket WHERE id = %s",
                    [account.id],
                    log_exceptions=False,
                )
                return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                if attempt + 1 == TURNS:
                    raise
                self.env.cr.rollback()

    @api.model
    def _fresh(self, filing, folder, intakes):
        """Those that are not here yet, numbered; and how many are."""
        found = filing._find_stored(
            folder,
            [replace(one, uid=number) for number, one in enumerate(intakes) if one.mail],
        )
        fresh, seen = [], set()
        uid = folder.last_uid
        for number, one in enumerate(intakes):
            key = filing._identity(one) if one.mail else None
            if number in found or key in seen or self._waits(folder, one):
                continue
            if key:
                seen.add(key)
            uid += 1
            fresh.append(replace(one, uid=uid))
        return fresh, len(intakes) - len(fresh)

    @api.model
    def _waits(self, folder, intake):
        """Whether the very bytes are in quarantine already, or were discarded there."""
        if intake.mail or not intake.raw:
            return False
        lines = self.env["mail.center.quarantine"].sudo().search(
            [("folder_id", "=", folder.id), ("size", "=", len(intake.raw))]
        )
        return any(line._source() == intake.raw for line in lines)

    @api.model
    def _end(self, upload):
        upload.write({"state": "done", "position": upload.total})
        upload._parts().unlink()
        self.env["mail.center.log"]._add(
            upload.account_id,
            "upload_done",
            self.env._(
                "“%(name)s” was imported: %(new)s new, %(known)s here already, %(bad)s in "
                "quarantine.",
                name=upload.name, new=upload.imported, known=upload.known,
                bad=upload.quarantined,
            ),
        )

    @api.model
    def _fail(self, upload, text):
        upload.write({"state": "failed", "problem": text})
        self.env["mail.center.log"]._add(
            upload.account_id, "upload_failed",
            self.env._("“%(name)s” could not be imported: %(why)s", name=upload.name, why=text),
            level="warning",
        )
        self._tell(upload)
        return True

    @api.model
    def _tell(self, upload):
        upload.user_id._bus_send("mail_center/upload", {"id": upload.id})

    @api.model
    def _archive_text(self, error):
        return {
            "": self.env._("Something unexpected happened; the administrator finds it in the log."),
            "broken": self.env._("The zip file is damaged, or it is none."),
            "too_many": self.env._("There are too many files in it."),
            "bomb": self.env._("Unpacked, it would be larger than anything we take."),
            "fatal": self.env._("Reading it has ended the program several times."),
        }[getattr(error, "code", "")]

    @api.model
    def _found_text(self, found):
        text = {
            "too_large": self.env._("The mail is larger than we take."),
            "encrypted": self.env._("The file in the zip has a password."),
            "broken": self.env._("The file in the zip is damaged."),
            "ratio": self.env._("The file in the zip packs so well that it can't be mail."),
        }[found.error]
        return f"{text} {found.name}".strip()
