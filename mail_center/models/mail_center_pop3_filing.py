from odoo import api, models


class MailCenterFolder(models.Model):
    _inherit = "mail.center.folder"

    def _is_pop3(self):
        """Whether mail in it has rows of POP3 for locations: not in a folder that is only here."""
        return self.account_id.protocol == "pop3" and not self.is_local

    def _known_uids(self, low=1, high=None):
        if not self._is_pop3():
            return super()._known_uids(low, high)
        rows = self.env["mail.center.pop3.message"].sudo()
        domain = [("account_id", "=", self.account_id.id), ("state", "=", "here")]
        domain += [("id", ">=", low), ("id", "<=", high or 2**31 - 1)]
        return set(rows.search(domain).ids)


class MailCenterFiling(models.AbstractModel):
    """POP3 mail goes the same way as all other; only where it lies is noted differently."""

    _inherit = "mail.center.filing"

    @api.model
    def _create_locations(self, folder, pairs):
        if not folder._is_pop3():
            return super()._create_locations(folder, pairs)
        rows = self.env["mail.center.pop3.message"].sudo()
        for intake, message in pairs:
            rows.browse(intake.uid).message_id = message
        return None

    @api.model
    def _find_stored(self, folder, intakes):
        found = super()._find_stored(folder, intakes)
        if folder._is_pop3():
            # A server that was moved gives all its mail new unique ids.
            nameless = [i for i in intakes if i.uid not in found and not i.mail.message_id]
            found.update(self._returning(folder.account_id, nameless))
        return found

    @api.model
    def _returning(self, account, intakes):
        """UID → message, for mail without Message-ID that was gone from the mailbox and is back."""
        if not intakes:
            return {}
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT content_hash, array_agg(id ORDER BY id)
              FROM mail_center_message message
             WHERE account_id = %s AND message_id IS NULL AND content_hash = ANY(%s)
               AND EXISTS (SELECT FROM mail_center_pop3_message row
                            WHERE row.message_id = message.id)
               AND NOT EXISTS (SELECT FROM mail_center_pop3_message row
                                WHERE row.message_id = message.id AND row.state = 'here')
          GROUP BY content_hash
            """,
            [account.id, [intake.mail.content_hash for intake in intakes]],
        )
        waiting = dict(self.env.cr.fetchall())
        messages = self.env["mail.center.message"].sudo()
        return {
            intake.uid: messages.browse(waiting[intake.mail.content_hash].pop(0))
            for intake in intakes
            if waiting.get(intake.mail.content_hash)
        }

    @api.model
    def _quarantine(self, folder, failed):
        if folder._is_pop3():
            failed = [one for one in failed if not self._still_quarantined(folder, one[0])]
        return super()._quarantine(folder, failed)

    @api.model
    def _still_quarantined(self, folder, intake):
        """Whether these very bytes wait already, having come under another unique id."""
        lines = self.env["mail.center.quarantine"].sudo().search(
            [
                ("folder_id", "=", folder.id),
                ("state", "!=", "solved"),
                ("size", "=", len(intake.raw)),
                ("size", ">", 0),
            ]
        )
        rows = self.env["mail.center.pop3.message"].sudo()
        for line in lines:
            if rows.browse(line.uid).exists().state == "here":
                continue
            if line._source() == intake.raw:
                line.uid = intake.uid
                return True
        return False

    @api.model
    def _fetch_again(self, line):
        if line.account_id.protocol == "pop3" and not line.folder_id.is_local:
            row = self.env["mail.center.pop3.message"].sudo().browse(line.uid).exists()
            row.filtered(lambda row: row.state == "here").state = "wanted"
        return super()._fetch_again(line)
