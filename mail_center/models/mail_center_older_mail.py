from odoo import api, fields, models
from odoo.exceptions import UserError

from ..fields import BigInteger


class MailCenterFolder(models.Model):
    """From which day on the mail that lay in the folder at the first look is fetched."""

    _inherit = "mail.center.folder"

    import_since = fields.Date(
        readonly=True, help="Older mail stayed on the server. Empty: everything is fetched."
    )
    # UIDNEXT at the first look: what comes later is fetched whatever its date.
    import_uidnext = BigInteger(readonly=True, aggregator=None)

    def _leave_out(self, uids):
        """Note that these UIDs are not to be fetched. Returns how many are new to us."""
        self.ensure_one()
        self.env["mail.center.message.location"].flush_model()
        self.env.cr.execute(
            """
            INSERT INTO mail_center_message_location
                   (folder_id, uid, is_older, create_uid, write_uid, create_date, write_date)
            SELECT %(folder)s, uid, true, %(user)s, %(user)s, now() AT TIME ZONE 'utc',
                   now() AT TIME ZONE 'utc'
              FROM unnest(%(uids)s::bigint[]) AS uid
                ON CONFLICT (folder_id, uid) DO NOTHING
            """,
            {"folder": self.id, "uids": list(uids), "user": self.env.uid},
        )
        count = self.env.cr.rowcount
        self.env["mail.center.message.location"].invalidate_model()
        self.write(
            {
                "known_uids": self.known_uids + count,
                "last_uid": max([self.last_uid, *uids]),
            }
        )
        return count

    def _left_out_count(self):
        return self.env["mail.center.message.location"].sudo().search_count(
            [("folder_id", "in", self.ids), ("is_older", "=", True)]
        )

    def _backfill(self, since):
        """Fetch the older mail from *since* (a date, or False: all) with the next run."""
        for folder in self.sudo():
            if since and folder.import_since and since >= folder.import_since:
                continue  # all of that is here
            if not folder.import_since:
                continue
            self.env["mail.center.message.location"].sudo().search(
                [("folder_id", "=", folder.id), ("is_older", "=", True)]
            ).unlink()
            folder.write(
                {
                    "import_since": since,
                    "known_uids": len(folder._known_uids()),
                    "complete": False,
                }
            )


class MailCenterMessageLocation(models.Model):
    _inherit = "mail.center.message.location"

    is_older = fields.Boolean(help="Older than what is fetched: it stayed on the server.")


class MailCenterAccount(models.Model):
    _inherit = "mail.center.account"

    import_since = fields.Date(
        string="Import mail since", copy=False,
        help="Older mail stays on the server; it can be fetched later. Empty: everything. "
        "Mail that arrives from now on is fetched in any case.",
    )
    import_started = fields.Boolean(compute="_compute_import_started")
    has_older = fields.Boolean(compute="_compute_has_older")

    @api.depends("folder_ids.uidvalidity")
    def _compute_import_started(self):
        for account in self:
            account.import_started = any(account.sudo().folder_ids.mapped("uidvalidity"))

    @api.depends("folder_ids.import_since")
    def _compute_has_older(self):
        for account in self:
            account.has_older = any(account.sudo().folder_ids.mapped("import_since"))

    def write(self, vals):
        if "import_since" in vals:
            since = fields.Date.to_date(vals["import_since"]) or False
            changed = self.filtered(lambda account: account.import_since != since)
            if any(account.import_started for account in changed):
                raise UserError(
                    self.env._(
                        "The import has begun. Use “Fetch older mail” to get what was left out."
                    )
                )
        result = super().write(vals)
        if "import_since" in vals:
            self.sudo().folder_ids.write({"import_since": vals["import_since"]})
        return result

    def action_backfill(self):
        """Ask which of the older mail to fetch."""
        self.ensure_one()
        self.check_access("write")
        wizard = self.env["mail.center.backfill"].create({"account_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Fetch older mail"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }
