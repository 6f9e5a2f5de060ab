from odoo import api, models

from ..core.imap import compare
from ..core.net import MailServerError


class MailCenterReceiver(models.AbstractModel):
    """Compares whole folders with the server: the counters may be wrong, the sets are not."""

    _inherit = "mail.center.receiver"

    @api.model
    def _receive_folders(self, account, token, session):
        stored = super()._receive_folders(account, token, session)
        for folder in account.folder_ids.filtered("comparison_wanted"):
            if not folder._is_compared():
                self._transaction(lambda folder=folder: self._compared(account, token, folder, {}))
                continue
            try:
                stored += self._compare_folder(account, token, session, folder)
            except MailServerError:
                if not session.usable:
                    raise
                # Renamed or deleted a moment ago: the next run tells; this wish is over.
                self.env.cr.rollback()
                self._transaction(lambda folder=folder: self._compared(account, token, folder, {}))
        return stored

    @api.model
    def _compare_folder(self, account, token, session, folder):
        """Compare, and repair where that is asked for. Returns how many mails were stored."""
        wanted = folder.comparison_wanted
        path, stored = folder.path, 0
        self._commit()
        status = session.select(path, readonly=True)
        on_server = session.uids(1, status.uidnext - 1)
        if status.uidvalidity != folder.uidvalidity:
            return 0  # renumbered since this run began: the wish waits for the next one
        missing, gone = compare(folder._known_uids(), on_server, status.uidnext - 1)
        if wanted == "repair" and (missing or gone):
            self._transaction(lambda: self._recount(account, token, folder))
            stored = self._fetch(account, token, session, folder, status, missing)
            self._transaction(lambda: self._forget(account, token, folder, gone))
            self._transaction(
                lambda: self._advance(account, token, folder, status, complete=True)
            )
            self._tell_repaired(account, folder, stored, gone)
            # Mail that the server deleted since SELECT is missing no more.
            on_server = session.uids(1, status.uidnext - 1)
        self._transaction(
            lambda: self._compared(
                account, token, folder, self._comparison(folder, on_server, status.uidnext - 1)
            )
        )
        return stored

    @api.model
    def _recount(self, account, token, folder):
        """Rows that vanished are counted no more, so that those to come are counted right."""
        self._renew(account, token)
        known = folder._known_uids()
        folder.write({"known_uids": len(known), "last_uid": max(known, default=0)})

    @api.model
    def _comparison(self, folder, on_server, high):
        """The fields of a folder that say how its UIDs compare with those *on_server*."""
        missing, gone = compare(folder._known_uids(), on_server, high)
        places = self.env["mail.center.message.location"].sudo()
        domain = [("folder_id", "=", folder.id)]
        here = places.search_count(domain + [("message_id", "!=", False)])
        left_out = places.search_count(domain + [("message_id", "=", False)])
        return {
            "comparison_date": self.env.cr.now(),
            "comparison_server": len(on_server),
            "comparison_here": here,
            "comparison_left_out": left_out,
            "comparison_quarantine": len(folder._known_uids()) - here - left_out,
            "comparison_missing": len(missing),
            "comparison_gone": len(gone),
        }

    @api.model
    def _compared(self, account, token, folder, vals):
        self._renew(account, token)
        folder.write({"comparison_wanted": False, **vals})
        if vals and folder.comparison_differs:
            self.env["mail.center.log"]._add(
                account,
                "folder_differs",
                self.env._(
                    "The folder “%(folder)s” is not the same here as on the server: %(numbers)s.",
                    folder=folder.path, numbers=folder.comparison_text,
                ),
                level="warning",
            )

    @api.model
    def _tell_repaired(self, account, folder, stored, gone):
        self.env["mail.center.log"]._add(
            account,
            "folder_repaired",
            self.env._(
                "The folder “%(folder)s” was repaired: %(stored)s mails fetched, %(gone)s places "
                "of mail that the server no longer has forgotten.",
                folder=folder.path, stored=stored, gone=len(gone),
            ),
            mails=stored,
        )
        self._commit()
