from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Where mail lies that nobody wants any more.
BINS = ("trash", "junk")


class MailCenterMessage(models.Model):
    """Mail is deleted for good: from the server, and its content here.

    The row stays as a tombstone. By it a copy that another program or a backup brings back is
    recognised, and nothing of it is stored again.
    """

    _inherit = "mail.center.message"

    is_deleted = fields.Boolean(readonly=True, copy=False)

    def delete_for_good(self, origins=None, whole=False):
        """Remove mail that lies in the trash or among the junk, here and on the server.

        *origins* and *whole* as in :meth:`move_to`. Out of sight at once; it can't be undone.
        What is linked to a record leaves the mailbox, and stays with the record. Returns how many
        mails there were. Whoever manages the account may.
        """
        self.check_access("read")
        self.account_id._require("manage")
        origins = {int(number): int(folder) for number, folder in (origins or {}).items()}
        if whole:
            origins |= self.sudo()._origins_of_conversations(origins)
        others = self.browse(origins)._filtered_access("read").filtered(
            lambda mail: mail.thread_id in self.thread_id and mail.account_id in self.account_id
        )
        messages = (self | others).sudo()
        changes = self.env["mail.center.change"].sudo()
        for message in messages:
            changes._queue_delete(self._bin_place(message, origins.get(message.id)))
        for account, own in messages.grouped("account_id").items():
            # Who and how many; what it was is to be forgotten.
            self.env["mail.center.log"]._add(
                account, "mail_deleted", self.env._("Emails deleted for good: %s.", len(own)),
                mails=len(own), user=self.env.user,
            )
            account._notify_readers(own)
        return len(messages)

    @api.model
    def _bin_place(self, message, origin=None):
        places = message.location_ids.filtered(
            lambda place: place.folder_id.special_use in BINS
            and (not origin or place.folder_id.id == origin)
        )
        if not places:
            raise UserError(
                self.env._(
                    "Only what lies in the trash or among the junk can be deleted for good. Move "
                    "“%s” to the trash first.", message.display_name,
                )
            )
        self._require_two_way(places[0].folder_id)
        return places[0]

    def _deleted_for_good(self):
        """The server has removed these mails; what lies elsewhere too, or is linked, stays."""
        gone = self.sudo().filtered(
            lambda mail: not mail.location_ids and not mail.link_ids and not mail.is_deleted
            and mail.state in ("received", "sent")
        )
        for account, own in gone.grouped("account_id").items():
            self.env["mail.center.erasure"]._erase(own, "deleted", account_id=account.id)
        gone.is_deleted = True
        gone.thread_id._refresh()


class MailCenterChange(models.Model):
    _inherit = "mail.center.change"

    kind = fields.Selection(selection_add=[("delete", "Delete")], ondelete={"delete": "cascade"})

    @api.model
    def _queue_delete(self, place):
        """Remove the mail at *place* (a location) from the server; here it is gone at once."""
        if place.uid < 0:
            raise UserError(
                self.env._("The server is moving this mail just now. Try again in a moment.")
            )
        one = self.create(
            {
                "message_id": place.message_id.id, "kind": "delete",
                "folder_id": place.folder_id.id, "uid": place.uid,
                "uidvalidity": place.folder_id.uidvalidity,
            }
        )
        # Accounted for by a location without a message, so that nothing fetches it again.
        place.message_id = False
        one._push_soon()

    def _take_mark_back(self):
        if self.kind == "delete":
            return self._take_back()
        return super()._take_mark_back()


class MailCenterReceiver(models.AbstractModel):
    _inherit = "mail.center.receiver"

    @api.model
    def _push_step(self, session, step, target, status, again=False):
        if step.kind != "delete":
            return super()._push_step(session, step, target, status, again)
        return partial(self._removed, session.delete(step.uids))

    @api.model
    def _removed(self, removed, account, token, step):
        """The server has done it: to what still lay there (STORE and EXPUNGE are content with
        UIDs that are gone). Where another program had moved a mail to is seen in what follows."""
        self._renew(account, token)
        changes = self.env["mail.center.change"].sudo().browse(step.keys).exists()
        folder = changes.folder_id
        if not (removed and folder):
            return
        self.env["mail.center.message.location"].sudo().search(
            [("folder_id", "=", folder.id), ("uid", "in", step.uids), ("message_id", "=", False)]
        ).unlink()
        self.env.flush_all()
        folder.known_uids = len(folder._known_uids())

    @api.model
    def _receive_folders(self, account, token, session):
        stored = super()._receive_folders(account, token, session)
        if self._deletions_done(account):
            self._transaction(partial(self._settle_deletions, account, token))
        return stored

    @api.model
    def _deletions_done(self, account):
        """The deletions that the server was told of in this pass, and did not refuse."""
        return self.env["mail.center.change"].sudo()._waiting(account).filtered(
            lambda one: one.kind == "delete" and one.in_flux
            and one.uidvalidity == one.folder_id.uidvalidity
        )

    @api.model
    def _settle_deletions(self, account, token):
        """All folders were read since: what somebody had rescued into one of them lies there, and
        is kept; of the rest the content goes here too."""
        self._renew(account, token)
        changes = self._deletions_done(account)
        messages = changes.message_id
        changes.unlink()
        messages._deleted_for_good()


class MailCenterErasure(models.Model):
    _inherit = "mail.center.erasure"

    reason = fields.Selection(
        selection_add=[("deleted", "Deleted for good in the mailbox")],
        ondelete={"deleted": "cascade"},
    )

    @api.model
    def _forget_readers_marks(self, messages):
        """Who deletes one mail keeps his notes of the conversation, and trusts its sender."""
        if self.env.context.get("mail_center_keep_marks"):
            messages = messages.browse()
        return super()._forget_readers_marks(messages)

    @api.model
    def _erase(self, messages, reason, **proof):
        keep = self.with_context(mail_center_keep_marks=reason == "deleted")
        return super(MailCenterErasure, keep)._erase(messages, reason, **proof)


class MailCenterMailbox(models.AbstractModel):
    _inherit = "mail.center.mailbox"

    @api.model
    def _view_conditions(self, view):
        return [*super()._view_conditions(view), SQL("message.is_deleted IS NOT TRUE")]
