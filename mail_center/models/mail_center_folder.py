from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..core.imap import FolderState
from ..fields import BigInteger

SPECIAL_USES = [
    ("inbox", "Inbox"),
    ("sent", "Sent"),
    ("drafts", "Drafts"),
    ("archive", "Archive"),
    ("junk", "Junk"),
    ("trash", "Trash"),
    ("all", "All mail"),
    ("flagged", "Starred"),
]


class MailCenterFolder(models.Model):
    _name = "mail.center.folder"
    _inherit = "mail.center.named"
    _description = "Mailbox folder"
    _order = "account_id, special_order, path, id"
    _rec_name = "path"

    account_id = fields.Many2one(
        "mail.center.account", required=True, ondelete="cascade", index=True
    )
    path = fields.Char(required=True, readonly=True)
    delimiter = fields.Char(readonly=True)
    special_use = fields.Selection(SPECIAL_USES, readonly=True)
    special_order = fields.Integer(
        compute="_compute_special_order", store=True, aggregator=None, help="Special folders first."
    )
    selectable = fields.Boolean(default=True, readonly=True)
    exists_on_server = fields.Boolean(default=True, readonly=True)
    policy = fields.Selection(
        [("off", "Off"), ("read", "Read-only"), ("two_way", "Two-way")],
        required=True,
        default="read",
        help="Off: mail of this folder is not fetched. "
        "Read-only: fetched, and nothing is changed on the server. "
        "Two-way: what is done here is done on the server too.",
    )
    uidvalidity = BigInteger(readonly=True, aggregator=None)
    uidnext = BigInteger(readonly=True, aggregator=None)
    highestmodseq = BigInteger(readonly=True, aggregator=None)
    # Accounted for here: stored, or in quarantine. Moves in the transaction that stores.
    known_uids = fields.Integer(string="Fetched", readonly=True)
    last_uid = BigInteger(readonly=True, aggregator=None)
    complete = fields.Boolean(
        readonly=True, help="Everything the server had at the last check is here."
    )
    server_count = fields.Integer(string="On the server", readonly=True)
    last_check = fields.Datetime(readonly=True)
    location_ids = fields.One2many("mail.center.message.location", "folder_id")

    _account_path_unique = models.UniqueIndex("(account_id, path)")

    @api.depends("special_use")
    def _compute_special_order(self):
        order = {code: position for position, (code, _label) in enumerate(SPECIAL_USES)}
        for folder in self:
            folder.special_order = order.get(folder.special_use, len(order))

    def write(self, vals):
        if not self.env.su and vals.keys() - {"policy"}:
            raise AccessError(self.env._("Only the policy of a folder can be changed here."))
        return super().write(vals)

    def _state(self):
        """What we know of the folder, for the planner."""
        self.ensure_one()
        return FolderState(
            uidvalidity=self.uidvalidity,
            uidnext=self.uidnext or 1,
            highestmodseq=self.highestmodseq or None,
            known_uids=self.known_uids,
            last_uid=self.last_uid,
            complete=self.complete,
        )

    def _known_uids(self, low=1, high=None):
        """The UIDs in [low, high] that are stored or in quarantine, as a set."""
        return self._known_in([(low, high or 2**32)])

    def _known_in(self, spans):
        """The UIDs within *spans* [(low, high)] that are stored or in quarantine, as a set."""
        self.ensure_one()
        self.env["mail.center.message.location"].flush_model()
        self.env["mail.center.quarantine"].flush_model()
        # Each span is looked up in the index, however large the folder is.
        self.env.cr.execute(
            """
              WITH span AS (SELECT * FROM unnest(%(low)s::bigint[], %(high)s::bigint[])
                                     AS span (low, high))
            SELECT uid FROM span
              JOIN mail_center_message_location
                ON folder_id = %(folder)s AND uid BETWEEN low AND high
             UNION
            SELECT uid FROM span
              JOIN mail_center_quarantine
                ON folder_id = %(folder)s AND uidvalidity = %(validity)s
               AND uid BETWEEN low AND high
            """,
            {
                "folder": self.id,
                "low": [low for low, _high in spans],
                "high": [high for _low, high in spans],
                "validity": self.uidvalidity,
            },
        )
        return {uid for (uid,) in self.env.cr.fetchall()}
