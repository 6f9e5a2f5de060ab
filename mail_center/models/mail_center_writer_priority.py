from odoo import models

from ..core.smtp import MAILING, PROGRAM
from .mail_center_account_dkim import signed


class MailCenterWriter(models.AbstractModel):
    _inherit = "mail.center.writer"

    def _queue(self, account, built, bcc, record, parent, message_type, send_after=None):
        # Frozen with its signature: what is tried again later is the same to the last byte.
        built = signed(account, built)
        message = super()._queue(account, built, bcc, record, parent, message_type, send_after)
        if self._effective_type(account, message_type).is_mailing:
            message.sudo().outbox_ids.priority = MAILING
        elif account._is_integration():
            message.sudo().outbox_ids.priority = PROGRAM
        return message
