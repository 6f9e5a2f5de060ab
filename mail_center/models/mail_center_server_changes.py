from functools import partial

from odoo import api, models

from ..core.imap import settled, steps, storable
from ..core.net import MailServerError


class MailCenterReceiver(models.AbstractModel):
    """Brings what was done here to the server, before it looks at what was done there."""

    _inherit = "mail.center.receiver"

    @api.model
    def _receive_folders(self, account, token, session):
        self._push_changes(account, token, session)
        return super()._receive_folders(account, token, session)

    @api.model
    def _push_changes(self, account, token, session):
        waiting = self.env["mail.center.change"].sudo()._waiting(account)
        for folder, changes in waiting.grouped("folder_id").items():
            try:
                self._push_folder(account, token, session, folder, changes)
            except MailServerError as error:
                if not session.usable:
                    raise
                self.env.cr.rollback()
                self.env.invalidate_all()
                self._transaction(
                    partial(self._refused, account, token, folder, changes, error)
                )

    @api.model
    def _push_folder(self, account, token, session, folder, changes):
        path, validity = folder.path, folder.uidvalidity
        stale = changes.filtered(lambda change: change.uidvalidity != validity)
        if stale:
            self._transaction(partial(self._find_again, account, token, folder, stale))
            changes = changes.exists()
        changes = changes.filtered(lambda change: change.uidvalidity == validity)
        todo = steps(changes._as_changes())
        # Of these the server may have heard already: the line broke, or the worker was killed.
        tried = set(changes.filtered("in_flux").ids)
        targets = {target.id: target.path for target in changes.target_id}
        self._transaction(partial(self._begin, account, token, changes))
        if not todo:
            return
        status = session.select(path, readonly=False)
        if status.uidvalidity != validity:
            # The receiver finds the mails again first.
            self._transaction(partial(self._begin, account, token, changes, begun=False))
            return
        for step in todo:
            try:
                again = not tried.isdisjoint(step.keys)
                done = self._push_step(session, step, targets.get(step.what), status, again)
            except MailServerError as error:
                if not session.usable:
                    raise
                group = changes.browse(step.keys)
                done = partial(self._refused, account, token, folder, group, error)
            else:
                done = partial(done, account, token, step)
            self._transaction(done)

    @api.model
    def _push_step(self, session, step, target, status, again=False):
        """Tell the server; returns what then has to be stored here."""
        if step.kind == "move":
            placed = session.move(step.uids, target, again)
            # Where it can't be helped, the old one stays on the server, marked as deleted.
            gone = bool({"MOVE", "UIDPLUS", "IMAP4REV2"} & session.capabilities)
            return partial(self._moved, placed, gone)
        if storable(step.what, status.permanent_flags):
            change = session.add_flags if step.added else session.remove_flags
            change(step.uids, [step.what])
        return self._marked

    @api.model
    def _begin(self, account, token, changes, begun=True):
        self._renew(account, token)
        changes.exists().write({"in_flux": begun})

    @api.model
    def _find_again(self, account, token, folder, changes):
        self._renew(account, token)
        # Only when the folder has been read under its new numbers.
        if folder.complete:
            changes._find_again()

    @api.model
    def _marked(self, account, token, step):
        """The server has these marks; what a person changed again meanwhile waits on."""
        self._renew(account, token)
        changes = self.env["mail.center.change"].sudo().browse(step.keys).exists()
        done = changes.filtered(lambda change: change.added == step.added)
        for place in self._places_of(done):
            place.flags = " ".join(
                sorted(settled((place.flags or "").split(), {step.what: step.added}))
            ) or False
        (changes - done).in_flux = False
        done.unlink()

    @api.model
    def _places_of(self, changes):
        places = self.env["mail.center.message.location"].sudo()
        for folder, group in changes.grouped("folder_id").items():
            places |= places.search(
                [("folder_id", "=", folder.id), ("uid", "in", group.mapped("uid"))]
            )
        return places | changes.message_id.location_ids.filtered(lambda place: place.uid < 0)

    @api.model
    def _moved(self, placed, gone, account, token, step):
        """The server has moved these mails; where it tells their new UIDs, they are known."""
        self._renew(account, token)
        changes = self.env["mail.center.change"].sudo().browse(step.keys).exists()
        origins = self._places_of(changes).filtered(lambda place: not place.message_id)
        validity, numbers = placed or (0, {})
        target = changes.target_id
        for change in changes:
            uid = numbers.get(change.uid)
            if uid and target.uidvalidity in (0, validity) and change.place_id:
                change.place_id.uid = uid
                target.last_uid = max(target.last_uid, uid)
            else:
                # Gone from there before, or the server doesn't say: the target folder is read
                # next and the mail is recognised.
                change.place_id.unlink()
        folders = origins.folder_id | target
        if gone:
            origins.unlink()
        changes.unlink()
        self.env.flush_all()
        for folder in folders:
            folder.known_uids = len(folder._known_uids())

    @api.model
    def _refused(self, account, token, folder, changes, error):
        self._renew(account, token)
        changes = changes.exists()
        messages = changes.message_id
        given_up = changes._record_refusal()
        if given_up:
            self.env["mail.center.log"]._add(
                account,
                "change_refused",
                self.env._(
                    "The server refused %(count)s changes in “%(folder)s”, which were taken "
                    "back: %(error)s",
                    count=len(given_up), folder=folder.path, error=self._in_words(error),
                ),
                level="warning",
                detail=error.server_text,
            )
            account._notify_readers(messages)
