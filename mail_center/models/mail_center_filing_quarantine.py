from odoo import api, models

from ..core.intake import take_in


class MailCenterFiling(models.AbstractModel):
    """Mail that could not be filed is kept beside, and tried again when somebody asks."""

    _inherit = "mail.center.filing"

    @api.model
    def _quarantine(self, folder, failed):
        for intake, error in failed:
            line = (
                self.env["mail.center.quarantine"]
                .sudo()
                .create(
                    {
                        "account_id": folder.account_id.id,
                        "folder_id": folder.id,
                        "uidvalidity": folder.uidvalidity,
                        "uid": intake.uid,
                        "error": error.replace("\x00", ""),
                        "size": len(intake.raw),
                    }
                )
            )
            attachments = self._attachments()
            attachments.create(attachments._mail_source_vals(line, intake.raw))
            attachments._sync_files()
            self.env["mail.center.log"]._add(
                folder.account_id,
                "quarantined",
                self.env._(
                    "A mail in “%(folder)s” could not be understood and is kept in quarantine.",
                    folder=folder.path,
                ),
                level="warning",
                detail=f"UID {intake.uid}: {error}".replace("\x00", ""),
            )

    @api.model
    def _fetch_again(self, line):
        """The server could not give the mail: forget that it was tried, and look anew."""
        folder = line.folder_id
        if folder and folder.uidvalidity == line.uidvalidity:
            folder.write({"known_uids": folder.known_uids - 1, "complete": False})
            line.account_id.next_sync = False
        line.write({"state": "discarded", "uidvalidity": 0})

    @api.model
    def _retry(self, line):
        """Take a quarantined mail in again."""
        raw = line._source()
        if not raw:
            self._fetch_again(line)
            return
        intake = take_in(raw, uid=line.uid)
        error = intake.error
        if intake.mail:
            folder = line.folder_id
            if stored := self._find_stored(folder, [intake]):
                line.write({"state": "solved", "message_id": stored[intake.uid].id})
                return
            messages, by_uid, refused = self._create_messages(folder, [intake])
            if by_uid:
                if folder.uidvalidity == line.uidvalidity:
                    self._create_locations(folder, [(intake, by_uid[intake.uid])])
                self._stored(line.account_id, messages, [(messages, intake.mail)])
                line.write({"state": "solved", "message_id": messages.id})
                self._arrived(messages)
                return
            error = refused[0][1]
        line.error = error.replace("\x00", "")
