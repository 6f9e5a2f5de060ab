from functools import partial

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..core.imap import Session
from ..core.mime import DRAFT_FIELD
from ..core.net import MailServerError
from ..core.secrets import KeyFileError


class MailCenterDraftKeeper(models.AbstractModel):
    """Keeps the Drafts folder on the server as the drafts are here.

    A new copy is stored before the older ones are removed, and all are found by their mark: a
    run that is killed anywhere leaves at worst two copies on the server until the next run.
    """

    _name = "mail.center.draft.keeper"
    _inherit = "mail.center.transaction"
    _description = "Keeper of drafts on the server"

    @api.model
    def _wake(self, at=None):
        self.env.ref("mail_center.ir_cron_keep_drafts").sudo()._trigger(at=at)

    @api.model
    def _cron_keep_drafts(self):
        """Store, replace and remove what is due, account by account."""
        due = self.env["mail.center.draft.copy"].sudo()._due()
        left = len(due)
        for account, copies in due.grouped("account_id").items():
            job, account = self._for_owner(account)
            job._keep(account, copies)
            left -= len(copies)
            if not self.env["ir.cron"]._commit_progress(len(copies), remaining=left):
                return

    @api.model
    def _keep(self, account, copies):
        try:
            endpoint = account._endpoint("imap")
            self._commit()  # no transaction stays open while the network is in use
            with Session.open(endpoint) as session:
                for copy in copies:
                    self._keep_one(session, copy)
        except (MailServerError, ValueError, OSError, KeyFileError) as error:
            self.env.cr.rollback()
            self.env.invalidate_all()
            rest = copies.exists().filtered("store_after")
            self._tell(account, rest, error, getattr(error, "server_text", ""))
            self._transaction(rest._record_failure)

    @api.model
    def _keep_one(self, session, copy):
        copy = copy.exists()
        if not copy:
            return
        wanted = copy._is_wanted()
        digest = copy.draft_id._server_digest() if wanted else False
        if wanted and digest == copy.digest and copy.uid and not copy.in_flux:
            self._transaction(
                partial(copy._record_stored, copy.uidvalidity, copy.uid, digest)
            )
            return
        raw = b""
        if wanted:
            try:
                raw = copy.draft_id._server_bytes(copy.mark)
            except (AccessError, UserError, ValueError) as error:
                # Nothing of the mail is lost: it stays here, and is tried again when it changes.
                self.env.cr.rollback()
                self._tell(copy.account_id, copy, error)
                self._transaction(copy._record_failure)
                return
        path, mark = copy.folder_id.path, copy.mark
        # One that another program wrote: replaced or discarded like ours, where we may do that.
        adopted = (copy.uidvalidity, copy.uid) if copy.folder_id.policy == "two_way" else ()
        self._transaction(partial(copy.write, {"in_flux": True}))
        status = session.select(path, readonly=False)
        earlier = set(session.find_header(path, DRAFT_FIELD, mark))
        if adopted and adopted[0] == status.uidvalidity and adopted[1]:
            earlier.add(adopted[1])
        uid = 0
        if wanted:
            placed = session.append(path, raw, ["\\Draft", "\\Seen"])
            if placed:
                uid = placed[1]
            else:
                found = set(session.find_header(path, DRAFT_FIELD, mark)) - earlier
                uid = max(found, default=0)
        if earlier:
            session.delete(earlier)
        if wanted:
            self._transaction(partial(copy._record_stored, status.uidvalidity, uid, digest))
        else:
            self._transaction(copy.unlink)

    @api.model
    def _tell(self, account, copies, error, detail=""):
        if not any(copy.failures for copy in copies):
            # Once: a server that is away for hours says nothing new every time.
            self.env["mail.center.log"]._add(
                account,
                "draft_failed",
                self.env._(
                    "A draft could not be put into the folder of drafts on the server: %s",
                    self._in_words(error),
                ),
                level="warning",
                detail=detail,
            )
