from datetime import timedelta

from odoo import api, models

from ..loads import Load, MissingSource


class MailCenterSender(models.AbstractModel):
    """What a worker takes along, read before the network is used."""

    _inherit = "mail.center.sender"

    @api.model
    def _load(self, rows):
        """``([Load], their rows)``; a mail whose bytes are known to be gone waits."""
        loads, usable = [], []
        attachments = self.env["ir.attachment"]
        sources = attachments._mail_sources(rows.message_id)
        is_later = attachments._needs_no_database()
        open_to = rows._open_recipients().grouped("outbox_id")
        for row in rows:
            source = sources[row.message_id.id]
            emails = [one.email for one in open_to.get(row, ())]
            load = Load(row, emails, row._reader(source))
            is_file = len(source) == 1 and source.store_fname
            try:
                # The first is needed at once.
                if not (is_later and is_file and loads):
                    load.take()
            except MissingSource:
                self._source_missing(row, row.claim_token)
                continue
            loads.append(load)
            usable.append(row.id)
        return loads, rows.browse(usable)

    @api.model
    def _source_missing(self, row, token):
        row.invalidate_recordset()
        if row.claim_token != token:
            return  # taken over meanwhile
        text = self.env._("The stored mail is missing or damaged: restore the file store.")
        if row._is_expired(self.env.cr.now()):
            self._give_up_on(row, error=text)
            return
        row._open_recipients().state = "deferred"
        row._set_state(
            "deferred",
            phase=False,
            error=text,
            claim_token=False,
            next_attempt=self.env.cr.now() + timedelta(hours=1),
        )
        self._tell(row, "error")
