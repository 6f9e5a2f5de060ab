from odoo import api, fields, models


class MailCenterPop3Message(models.Model):
    """A message of a POP3 mailbox by its unique id (RFC 1939, section 7).

    It is to POP3 what a location is to IMAP: while it is *here*, its message is not fetched
    again. The ids of the rows serve as the UIDs of the account's only folder.
    """

    _name = "mail.center.pop3.message"
    _description = "POP3 message"
    _rec_name = "uidl"

    account_id = fields.Many2one("mail.center.account", required=True, ondelete="cascade")
    uidl = fields.Char(required=True, string="Unique id")
    # None while the mail is in quarantine.
    message_id = fields.Many2one(
        "mail.center.message", ondelete="set null", index="btree_not_null"
    )
    digest = fields.Char(help="Of the header: see core.pop3.head_digest.")
    state = fields.Selection(
        [
            ("wanted", "To be fetched"),
            ("here", "Stored or in quarantine"),
            ("gone", "No longer on the server"),
        ],
        required=True,
        default="wanted",
    )

    _account_uidl_unique = models.UniqueIndex("(account_id, uidl)")

    @api.model
    def _of(self, account, uidls):
        """``{unique id: row}``, new rows for those that were never seen."""
        rows = self.sudo().search_fetch(
            [("account_id", "=", account.id), ("uidl", "in", list(uidls))], ["uidl", "state"]
        )
        found = {row.uidl: row for row in rows}
        missing = [uidl for uidl in uidls if uidl not in found]
        created = self.sudo().create(
            [{"account_id": account.id, "uidl": uidl} for uidl in missing]
        )
        return found | dict(zip(missing, created, strict=True))

    @api.model
    def _here(self, account):
        """The unique ids of what need not be fetched, as a set."""
        self.flush_model()
        self.env.cr.execute(
            "SELECT uidl FROM mail_center_pop3_message WHERE account_id = %s AND state = 'here'",
            [account.id],
        )
        return {uidl for (uidl,) in self.env.cr.fetchall()}

    @api.model
    def _mark_gone(self, account, uidls):
        """These are no longer listed. Should one come back, it is fetched and recognised."""
        self.sudo().search(
            [("account_id", "=", account.id), ("uidl", "in", list(uidls))]
        ).state = "gone"
