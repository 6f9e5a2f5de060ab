import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..fields import BigInteger

# While one writes: how soon the first words are on the server, and how often it is stored anew.
FIRST_SECONDS, AGAIN_SECONDS = 30, 60
# A mail with large files is not carried over the line every minute.
BYTES_A_SECOND, SLOWEST_SECONDS = 100_000, 600
BACKOFF_MAX_SECONDS = 3600


class MailCenterDraftCopy(models.Model):
    """A draft's copy in the Drafts folder of its account, where that folder is two-way.

    It outlives the draft, so that what was sent or thrown away leaves the server too. The job
    that does it is ``mail.center.draft.keeper``.
    """

    _name = "mail.center.draft.copy"
    _description = "Draft on the server"

    draft_id = fields.Many2one("mail.center.draft", ondelete="set null", index="btree_not_null")
    account_id = fields.Many2one(related="folder_id.account_id", store=True, index=True)
    folder_id = fields.Many2one("mail.center.folder", required=True, ondelete="cascade")
    # By it a copy is recognised whatever the server made of it: see core.mime.draft_mark.
    mark = fields.Char(
        required=True, index=True, readonly=True, default=lambda self: secrets.token_hex(16)
    )
    uidvalidity = BigInteger(aggregator=None)
    uid = BigInteger(aggregator=None)
    digest = fields.Char(help="Of what the stored copy says.")
    in_flux = fields.Boolean(help="Being replaced: nobody knows which copies there are.")
    store_after = fields.Datetime(index="btree_not_null", help="Empty: nothing is to be done.")
    failures = fields.Integer(aggregator=None)

    @api.model
    def _due(self):
        """The copies whose time has come, of accounts that are switched on."""
        return self.search(
            Domain("store_after", "<=", self.env.cr.now())
            & Domain("account_id.active", "=", True)
            & Domain("account_id.sync_enabled", "=", True)
            & Domain("account_id.protocol", "=", "imap")
            & Domain("account_id.imap_host", "!=", False),
            order="id",
        )

    def _is_wanted(self):
        """Whether the draft belongs on the server just there."""
        self.ensure_one()
        return bool(self.draft_id) and self.draft_id._server_folder() == self.folder_id

    def _plan_storing(self):
        """What the draft says, or whether there is one, has changed."""
        now = self.env.cr.now().replace(microsecond=0)
        for copy in self:
            draft = copy.draft_id
            if not (copy._is_wanted() and draft.is_open):
                copy.store_after = now
            elif not copy.store_after:
                size = sum(draft.attachment_ids.mapped("file_size"))
                pause = min(AGAIN_SECONDS + size // BYTES_A_SECOND, SLOWEST_SECONDS)
                copy.store_after = now + timedelta(
                    seconds=pause if copy.digest else FIRST_SECONDS
                )
        if self:
            # One run stands for all that is written until then.
            self.env["mail.center.draft.keeper"]._wake(min(self.mapped("store_after")))

    def _record_stored(self, uidvalidity, uid, digest):
        """The copy with this digest is on the server, and no other."""
        self.ensure_one()
        self.write(
            {"uidvalidity": uidvalidity, "uid": uid, "digest": digest, "in_flux": False,
             "failures": 0, "store_after": False}
        )
        if not self._is_wanted() or self.draft_id._server_digest() != digest:
            self._plan_storing()

    def _record_failure(self):
        """Tried in vain: again later, ever less often."""
        for copy in self:
            delay = min(60 * 2**copy.failures, BACKOFF_MAX_SECONDS)
            later = self.env.cr.now().replace(microsecond=0) + timedelta(seconds=delay)
            copy.write({"failures": copy.failures + 1, "store_after": later})

    @api.model
    def _gone(self, folder, uids):
        """Another program removed these messages: it sent, went on with or discarded the draft."""
        copies = self.search(
            [("folder_id", "=", folder.id), ("uidvalidity", "=", folder.uidvalidity),
             ("uid", "in", list(uids)), ("in_flux", "=", False)]
        )
        for copy in copies:
            draft = copy.draft_id
            unchanged = draft and draft._server_digest() == copy.digest
            if unchanged and not draft.is_open and copy._is_wanted():
                copy.unlink()
                draft.unlink()
            else:
                # Somebody is writing here: with the next word it is stored again.
                copy.write({"uid": 0, "digest": False})
