from dataclasses import asdict

from odoo import api, models
from odoo.fields import Domain

from ..core.intake import take_in
from ..core.net import MailServerError
from .mail_center_claim import CLAIM_SECONDS
from .mail_center_receiver_messages import MESSAGE_BYTES_MAX

# The slowest server that keeps its claim while a large mail is under way, in bytes a second.
SLOWEST = 64 * 1024


class MailCenterReceiver(models.AbstractModel):
    """Mail above a limit, which was fetched by its structure: whole when somebody asks for it."""

    _inherit = "mail.center.receiver"

    # ---- whole, on demand ---------------------------------------------------

    @api.model
    def _receive_folders(self, account, token, session):
        self._download_wanted(account, token, session)
        return super()._receive_folders(account, token, session)

    @api.model
    def _download_wanted(self, account, token, session):
        wanted = self.env["mail.center.message"].sudo().search(
            [("account_id", "=", account.id), ("download_wanted", "=", True),
             ("erased_date", "=", False)]
        )
        for message in wanted:
            self._commit()
            intake = None
            try:
                intake, error = self._download(account, token, session, message)
            except MailServerError as exc:
                if not session.usable and exc.kind != "limit":
                    raise  # the connection broke: the wish waits for the next run
                error = self._in_words(exc)
            self._transaction(
                lambda message=message, intake=intake, error=error: self._downloaded(
                    account, token, message, intake, error
                )
            )
            if not session.usable:
                return

    @api.model
    def _download(self, account, token, session, message):
        """Returns ``(Intake or None, what went wrong or '')``."""
        if message.size > MESSAGE_BYTES_MAX:
            return None, self.env._(
                "The mail is %s MB large. It stays in the mailbox on the server.",
                message.size // 1024**2,
            )
        seconds = CLAIM_SECONDS + message.size // SLOWEST
        self._transaction(lambda: self._renew(account, token, seconds))
        for place in message.location_ids:
            folder, uid = place.folder_id, place.uid
            path, validity = folder.path, folder.uidvalidity
            if not folder.exists_on_server:
                continue
            self._commit()
            if session.select(path, readonly=True).uidvalidity != validity:
                continue
            for raw in session.fetch([uid], max_bytes=MESSAGE_BYTES_MAX):
                with self._beside(1, self._is_careful(account)) as beside:
                    intake = (
                        beside.alone(raw) if beside
                        else take_in(raw.raw, raw.uid, raw.flags, raw.internal_date)
                    )  # fmt: skip
                return intake, intake.error
        return None, self.env._("The server no longer has this mail.")

    @api.model
    def _downloaded(self, account, token, message, intake, error):
        self._renew(account, token)
        if error:
            message.write({"download_wanted": False, "download_error": error[:500]})
        else:
            self.env["mail.center.filing"]._complete(message, intake)
        account._notify_readers(message)


class MailCenterFiling(models.AbstractModel):
    _inherit = "mail.center.filing"

    # What the structure alone could not tell, or told otherwise.
    _WHOLE_FIELDS = (
        "kind", "content_hash", "body_html", "body_text", "snippet", "search_vector",
        "remote_count", "traits", "attachment_count", "file_names",
    )

    @api.model
    def _message_vals(self, folder, intake, account=None):
        vals = super()._message_vals(folder, intake, account)
        if intake.is_partial:
            shown = [file for file in intake.left if not file.inline]
            vals.update(
                is_partial=True,
                left_files=[asdict(file) for file in intake.left],
                attachment_count=len(shown),
                file_names="\n".join(file.name for file in shown) or False,
            )
        return vals

    @api.model
    def _find_stored(self, folder, intakes):
        """A mail that was fetched whole in one place and by its structure in another is one."""
        found = super()._find_stored(folder, intakes)
        rest = [one for one in intakes if one.uid not in found and one.mail.message_id]
        if not rest:
            return found
        domain = Domain("account_id", "=", folder.account_id.id)
        domain &= Domain("message_id", "in", [intake.mail.message_id for intake in rest])
        candidates = {}
        for message in self.env["mail.center.message"].sudo().search_fetch(
            domain, ["message_id", "size", "email_from", "is_partial"]
        ):
            key = (message.message_id, message.size, message.email_from or False)
            candidates.setdefault(key, []).append(message)
        for intake in rest:
            mail = intake.mail
            sender = mail.from_[0].email if mail.from_ else False
            for message in candidates.get((mail.message_id, mail.size, sender), ()):
                if intake.is_partial or message.is_partial:
                    found[intake.uid] = message
                    break
        return found

    @api.model
    def _complete(self, message, intake):
        """What was fetched by its structure is here whole now. Part of a transaction."""
        folder = message.location_ids.folder_id[:1]
        vals = self._message_vals(folder, intake)
        message.write(
            {
                **{name: vals[name] for name in self._WHOLE_FIELDS},
                "is_partial": False,
                "left_files": False,
                "download_wanted": False,
                "download_error": False,
            }
        )
        attachments = self._attachments()
        attachments.create(
            [
                attachments._mail_source_vals(message, intake.raw),
                *self._file_vals(intake, message),
            ]
        )
        attachments._sync_files()
