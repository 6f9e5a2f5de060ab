from odoo import api, models
from odoo.exceptions import UserError

PLACES = ("inbox", "archive", "trash", "junk")


class MailCenterMessage(models.Model):
    """Mail is archived, deleted and moved here and on the server, where folders are two-way."""

    _inherit = "mail.center.message"

    def _mark(self, name, value, messages):
        changed = messages.sudo().filtered(lambda mail: mail[name] != value)
        result = super()._mark(name, value, messages)
        flag = {"is_read": "\\Seen", "is_starred": "\\Flagged"}[name]
        self.env["mail.center.change"].sudo()._queue_flag(changed, flag, value)
        return result

    def move_to(self, where, origins=None, whole=False):
        """Move mail to the folder *where*: its id, or *inbox*, *archive*, *trash* or *junk*.

        *origins*: message id → the folder it is moved from; without it, from the inbox or else
        from where it lies. *whole*: with the rest of its conversation in that folder. Returns
        ``[[message id, folder id it came from, folder id it is in]]``: see :meth:`undo_move`.
        What lies in the target already stays.
        """
        self.check_access("read")
        self.account_id._require("send")
        origins = {int(number): int(folder) for number, folder in (origins or {}).items()}
        if whole:
            origins |= self.sudo()._origins_of_conversations(origins)
        moved = []
        changes = self.env["mail.center.change"].sudo()
        others = self.browse(origins)._filtered_access("read").filtered(
            lambda mail: mail.thread_id in self.thread_id and mail.account_id in self.account_id
        )
        messages = (self | others).sudo()
        for message in messages:
            target = self._move_target(message.account_id, where)
            place = self._move_from(message, target, origins.get(message.id))
            if place:
                moved.append([message.id, place.folder_id.id, target.id])
                changes._queue_move(place, target)
        for account in self.account_id:
            account.sudo()._notify_readers(
                messages.filtered(lambda mail, account=account: mail.account_id == account)
            )
        return moved

    def _origins_of_conversations(self, origins):
        """Message id → folder id, for the rest of each conversation in the folder it is read in."""
        found = {}
        for message in self:
            folders = message.location_ids.folder_id
            folder = folders.filtered(lambda one, mail=message: one.id == origins.get(mail.id))
            folder = folder or folders.filtered(lambda one: one.special_use == "inbox")[:1]
            places = message.thread_id.message_ids.location_ids
            for place in places.filtered(lambda one, folder=folder: one.folder_id == folder):
                found[place.message_id.id] = folder.id
        return found

    @api.model
    def undo_move(self, moved):
        """Take back what :meth:`move_to` did; *moved* is what it returned."""
        for message_id, origin, target in moved:
            self.browse(int(message_id)).move_to(int(origin), {int(message_id): int(target)})
        return True

    @api.model
    def _move_target(self, account, where):
        if isinstance(where, int):
            target = account.folder_ids.filtered(
                lambda folder: folder.id == where and folder.exists_on_server and folder.selectable
            )
            if not target:
                raise UserError(
                    self.env._("A mail can only be moved to a folder of its own account.")
                )
        elif where in PLACES:
            # Where everything lies in one folder, archived is what has left the inbox.
            target = account._folder(where) or (
                account._folder("all") if where == "archive" else account.folder_ids.browse()
            )
        else:
            raise UserError(self.env._("There is no such place for mail."))
        if not target:
            uses = dict(target._fields["special_use"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The account “%(account)s” has no folder “%(folder)s” on its server. Make one "
                    "in its webmail, or move the mail to another folder.",
                    account=account.name, folder=uses[where],
                )
            )
        self._require_two_way(target)
        return target

    @api.model
    def _move_from(self, message, target, origin=None):
        """The location that is to be moved; none when the mail lies in the target already."""
        places = message.location_ids.filtered(lambda place: place.folder_id != target)
        if origin:
            places = places.filtered(lambda place: place.folder_id.id == int(origin))
        elif target in message.location_ids.folder_id and target.special_use != "all":
            return places.browse()
        if not places:
            return places
        place = places.sorted(
            lambda place: (place.folder_id.special_use != "inbox", place.folder_id.special_order)
        )[0]
        self._require_two_way(place.folder_id)
        return place

    @api.model
    def _require_two_way(self, folder):
        if folder.account_id.protocol != "imap":
            raise UserError(
                self.env._(
                    "The account “%s” fetches by POP3, which knows no folders. Switch it to IMAP.",
                    folder.account_id.name,
                )
            )
        if folder.policy != "two_way":
            raise UserError(
                self.env._(
                    "The folder “%(folder)s” of “%(account)s” is read-only here: nothing is "
                    "changed on the server. Whoever manages the account can make it two-way "
                    "under Settings → Email messages → Mail accounts → Folders.",
                    folder=folder.path, account=folder.account_id.name,
                )
            )
