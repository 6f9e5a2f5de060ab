from array import array

from odoo import api, models
from odoo.tools import split_every

# Rows of mail that is left out, in one transaction.
LEFT_OUT_AT_ONCE = 20_000


class MailCenterReceiver(models.AbstractModel):
    """Leaves the mail on the server that is older than what the account imports."""

    _inherit = "mail.center.receiver"

    @api.model
    def _update_folder_list(self, account, token, remote):
        before = account.folder_ids
        result = super()._update_folder_list(account, token, remote)
        if account.import_since:
            account.invalidate_recordset(["folder_ids"])
            (account.folder_ids - before).write({"import_since": account.import_since})
        return result

    @api.model
    def _fetch(self, account, token, session, folder, status, uids):
        since = folder.import_since
        if since and uids:
            if not folder.import_uidnext:
                self._transaction(lambda: self._began(account, token, folder, status))
            border = folder.import_uidnext
            self._commit()
            young = set(session.uids_since(since, low=min(uids)))
            older = [uid for uid in uids if uid < border and uid not in young]
            if older:
                self._transaction(
                    lambda: self._advance(account, token, folder, status, complete=False)
                )
            for part in split_every(LEFT_OUT_AT_ONCE, older, list):
                self._transaction(
                    lambda part=part: self._leave_out(account, token, folder, part)
                )
            uids = array("I", sorted(set(uids).difference(older)))
        return super()._fetch(account, token, session, folder, status, uids)

    @api.model
    def _reset(self, account, token, folder, steps):
        result = super()._reset(account, token, folder, steps)
        folder.import_uidnext = 0
        return result

    @api.model
    def _began(self, account, token, folder, status):
        self._renew(account, token)
        folder.import_uidnext = status.uidnext

    @api.model
    def _leave_out(self, account, token, folder, uids):
        self._renew(account, token)
        folder._leave_out(uids)
