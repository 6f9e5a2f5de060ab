from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.imap import Change
from ..fields import BigInteger

# What people do in a few seconds goes to the server together.
SOON_SECONDS = 10
# After so many refusals the server is right, and what was done here is taken back.
ATTEMPTS = 5


class MailCenterChange(models.Model):
    """What was done here to a mail in a two-way folder, on its way to the server.

    It shows here at once. The receiver brings it to the server (``_push_changes``) before it reads
    the folder, and as often as it takes: every one of these can be done again without harm.
    A mail that moves has a *place* in the target folder at once, with a UID below zero until the
    server tells the new one; its old UID stays accounted for by a location without a message.
    """

    _name = "mail.center.change"
    _description = "Change on its way to the mail server"
    _order = "id"

    account_id = fields.Many2one(related="folder_id.account_id", store=True, index=True)
    message_id = fields.Many2one(
        "mail.center.message", required=True, index=True, ondelete="cascade"
    )
    # Where the mail lies on the server until this is done.
    folder_id = fields.Many2one("mail.center.folder", required=True, ondelete="cascade")
    uidvalidity = BigInteger(required=True, aggregator=None)
    uid = BigInteger(required=True, aggregator=None)
    kind = fields.Selection([("flag", "Mark"), ("move", "Move")], required=True)
    flag = fields.Char(help="The IMAP flag that is set or removed.")
    added = fields.Boolean()
    target_id = fields.Many2one("mail.center.folder", ondelete="cascade")
    place_id = fields.Many2one("mail.center.message.location", ondelete="set null")
    in_flux = fields.Boolean(help="The server is being told just now.")
    failures = fields.Integer(aggregator=None)

    _folder_uid = models.Index("(folder_id, uid)")

    # ---- what people do -----------------------------------------------------

    @api.model
    def _queue_flag(self, messages, flag, added):
        """Mark *messages* on the server too, in each two-way folder that holds them."""
        changed = self.browse()
        for place in self._places(messages):
            moving = self._moving(place)
            where = {
                "folder_id": (moving or place).folder_id.id,
                "uid": (moving or place).uid,
                "uidvalidity": moving.uidvalidity or place.folder_id.uidvalidity,
            }
            same = self.search(
                [(name, "=", value) for name, value in where.items()]
                + [("kind", "=", "flag"), ("flag", "=", flag)], limit=1,
            )
            if same:
                same.write({"added": added, "failures": 0})
            else:
                same = self.create(
                    {"message_id": place.message_id.id, "kind": "flag", "flag": flag,
                     "added": added, **where}
                )
            changed |= same
        changed._push_soon()

    @api.model
    def _queue_move(self, place, target):
        """Move the mail at *place* (a location) to the folder *target*, here at once."""
        moving = self._moving(place)
        if moving:
            if moving.in_flux:
                raise UserError(
                    self.env._("The server is moving this mail just now. Try again in a moment.")
                )
            if target == moving.folder_id:
                moving._take_back()
                return
            place.folder_id = target
            moving.write({"target_id": target.id, "failures": 0})
        else:
            moving = self.create(
                {
                    "message_id": place.message_id.id, "kind": "move",
                    "folder_id": place.folder_id.id, "uid": place.uid,
                    "uidvalidity": place.folder_id.uidvalidity, "target_id": target.id,
                }
            )
            moving.place_id = place.create(
                {"message_id": place.message_id.id, "folder_id": target.id, "uid": -moving.id,
                 "flags": place.flags}
            )
            place.message_id = False
        moving._push_soon()

    def _take_back(self):
        """Undo moves that the server has not been told of, or that it refused."""
        places = self.env["mail.center.message.location"].sudo()
        for move in self:
            origin = places.search(
                [("folder_id", "=", move.folder_id.id), ("uid", "=", move.uid)], limit=1
            )
            if origin and move.folder_id.uidvalidity == move.uidvalidity:
                origin.message_id = move.message_id
            move.place_id.unlink()
        self.unlink()

    @api.model
    def _places(self, messages):
        """Where *messages* lie in two-way folders, as far as the server has told."""
        return messages.sudo().location_ids.filtered(
            lambda place: place.folder_id.policy == "two_way"
            and place.folder_id.account_id.protocol == "imap"
        )

    @api.model
    def _moving(self, place):
        if place.uid > 0:
            return self.browse()
        return self.search([("place_id", "=", place.id), ("kind", "=", "move")], limit=1)

    def _push_soon(self):
        """Have the receiver tell the server, together with what else is done meanwhile."""
        now = self.env.cr.now().replace(microsecond=0)
        soon = now + timedelta(seconds=SOON_SECONDS)
        # One that is failing keeps its pauses: what is done waits as long as it must.
        accounts = self.account_id.filtered(
            lambda one: one.sync_enabled and one.sync_state != "failing"
        )
        # The receiver may have read the queue of these already.
        busy = accounts.filtered(lambda one: one.claim_until and one.claim_until > now)
        busy.filtered(lambda one: not one.sync_wanted).sync_wanted = True
        later = (accounts - busy).filtered(lambda one: one.next_sync and one.next_sync > soon)
        if later:
            later.write({"next_sync": soon})
            self.env.ref("mail_center.ir_cron_receive").sudo()._trigger(at=soon)

    # ---- what the receiver does ---------------------------------------------

    @api.model
    def _waiting(self, account):
        """The changes of an account that the server can be told of."""
        return self.search(
            Domain("account_id", "=", account.id) & Domain("folder_id.policy", "=", "two_way")
        )

    def _as_changes(self):
        """These as :class:`core.imap.Change`, keyed by their ids."""
        return [
            Change(
                one.id, one.uid, one.kind, one.flag or one.target_id.id, one.added
            )
            for one in self
        ]

    @api.model
    def _pending_flags(self, folder, uids):
        """UID → {flag: added} of the marks that wait in a folder."""
        found = {}
        for one in self.search(
            [("folder_id", "=", folder.id), ("uid", "in", list(uids)), ("kind", "=", "flag"),
             ("uidvalidity", "=", folder.uidvalidity)]
        ):
            found.setdefault(one.uid, {})[one.flag] = one.added
        return found

    def _find_again(self):
        """The folder was renumbered: find the mails by what they are. Gone ones are let go."""
        for one in self:
            place = one.message_id.location_ids.filtered(
                lambda place, one=one: place.folder_id == one.folder_id and place.uid > 0
            )[:1]
            if place:
                one.write({"uid": place.uid, "uidvalidity": one.folder_id.uidvalidity})
                if one.kind == "move" and not one.place_id:
                    one.place_id = place.copy({"folder_id": one.target_id.id, "uid": -one.id})
                if one.kind != "flag":
                    place.message_id = False  # here it has left already
            else:
                one.place_id.unlink()
                one.unlink()

    def _record_refusal(self):
        """Try again, but not for ever. Returns those that were given up, as texts."""
        given_up = []
        for one in self.exists():
            one.write({"failures": one.failures + 1, "in_flux": False})
            if one.failures < ATTEMPTS:
                continue
            given_up.append(one.message_id.display_name)
            if one.kind == "move":
                one._take_back()
            else:
                one._take_mark_back()
        return given_up

    def _take_mark_back(self):
        self.ensure_one()
        if name := {"\\Seen": "is_read", "\\Flagged": "is_starred"}.get(self.flag):
            self.message_id[name] = not self.added
            self.message_id.thread_id._refresh()
        self.unlink()
