from odoo import fields, models

from ..core.smtp import PERSON


class MailCenterOutbox(models.Model):
    _inherit = "mail.center.outbox"

    priority = fields.Integer(
        default=PERSON, aggregator=None, help="0: a person's mail, 1: a program's, 2: a mailing."
    )
    sent_at = fields.Datetime(help="When it was last handed over: what the limits count.")

    _queue = models.Index("(account_id, priority, id) WHERE state IN ('queued', 'deferred')")
    _sending = models.Index("(claim_worker) WHERE state = 'sending'")
    _handed_over = models.Index("(account_id, sent_at) WHERE sent_at IS NOT NULL")
