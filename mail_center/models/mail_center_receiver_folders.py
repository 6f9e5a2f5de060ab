from odoo import api, models

from ..core.imap import plan
from ..core.net import MailServerError
from .mail_center_receiver import OutOfTime


class MailCenterReceiver(models.AbstractModel):
    """The folders of a mailbox: which there are, and one after the other."""

    _inherit = "mail.center.receiver"

    @api.model
    def _receive_folders(self, account, token, session):
        remote = session.folders()
        self._transaction(lambda: self._update_folder_list(account, token, remote))
        # What LIST-STATUS tells of each folder, without a further word to the server.
        listed = {item.path: item.status for item in remote if item.status}
        stored = 0
        for folder in account.folder_ids.filtered(
            lambda f: f.policy != "off" and f.selectable and f.exists_on_server
        ):
            status = listed.get(folder.path)
            if status and self._is_untouched(folder, status):
                continue
            try:
                stored += self._receive_folder(account, token, session, folder)
                if not self._commit():
                    raise OutOfTime
            except MailServerError as error:
                if not session.usable:
                    raise
                # One folder that the server won't open does not stop the others.
                path = folder.path
                self.env.cr.rollback()
                self.env["mail.center.log"]._add(
                    account,
                    "folder_failed",
                    self.env._("The folder “%(folder)s” could not be read: %(error)s",
                               folder=path, error=self._in_words(error)),
                    level="warning",
                    detail=error.server_text,
                )
                self._commit()
        return stored

    @api.model
    def _is_untouched(self, folder, status):
        """Whether nothing happened in a folder since it was last read to its end."""
        state = folder._state()
        steps = plan(state, status)
        return steps.idle and not steps.must_compare(state.known_uids)

    @api.model
    def _update_folder_list(self, account, token, remote):
        self._renew(account, token)
        # Those that are only here no server ever lists: they are none of its business.
        here = {
            folder.path: folder for folder in account.folder_ids if not folder.is_local
        }
        for item in remote:
            vals = {
                "delimiter": item.delimiter or False,
                "special_use": item.special_use or False,
                "selectable": item.selectable,
                "exists_on_server": True,
            }
            if folder := here.pop(item.path, None):
                changed = {name: value for name, value in vals.items() if folder[name] != value}
                if changed:
                    folder.write(changed)
            else:
                # A draft changes with every key stroke: fetching it is asked for, not assumed.
                policy = "off" if item.special_use == "drafts" else "read"
                if account._folder("inbox").policy == "two_way":
                    policy = "two_way"
                self.env["mail.center.folder"].sudo().create(
                    {"account_id": account.id, "path": item.path, "policy": policy, **vals}
                )
        for folder in here.values():
            if folder.exists_on_server:
                folder.exists_on_server = False
            elif folder.known_uids:
                # Missing for the second time: it was deleted, or has another name by now.
                self._forget_folder(account, folder)

    @api.model
    def _forget_folder(self, account, folder):
        """A folder left the server: its mail lies there no more. The mail itself is kept."""
        places = self.env["mail.center.message.location"].sudo().search(
            # Below zero: on its way into the folder, which the server will refuse.
            [("folder_id", "=", folder.id), ("uid", ">", 0)]
        )
        account._notify_readers(places.message_id)
        places.unlink()
        folder.write(
            {"uidvalidity": 0, "uidnext": 0, "highestmodseq": 0, "known_uids": 0, "last_uid": 0,
             "complete": False, "server_count": 0}
        )
