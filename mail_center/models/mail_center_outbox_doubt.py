from datetime import timedelta

from odoo import fields, models

from ..core.smtp import next_doubt_check


class MailCenterOutbox(models.Model):
    """An uncertain mail: what is asked of the server's Sent, and when."""

    _inherit = "mail.center.outbox"

    sent_is_proof = fields.Boolean(
        default=True,
        help="A copy in Sent can only come from the attempt of which nobody knows.",
    )
    doubt_checks = fields.Integer(string="Looked for in Sent", aggregator=None)
    doubt_next = fields.Datetime(index="btree_not_null")

    def _set_state(self, state, **vals):
        for outbox in self.sudo():
            more = {"doubt_next": False}
            states = set(outbox.recipient_ids.mapped("state"))
            if "sent" in states:
                # That attempt may have been filed: it tells nothing of a later one.
                more["sent_is_proof"] = False
            elif state == "uncertain" and outbox.state != "uncertain" and outbox.sent_is_proof:
                at = self.env.cr.now() + timedelta(seconds=next_doubt_check(0))
                more.update(doubt_checks=0, doubt_next=at)
                self.env["mail.center.sender"]._wake(at=at)
            super(MailCenterOutbox, outbox)._set_state(state, **{**more, **vals})
        return True

    def action_send_again(self):
        self._require_writer()
        self.sudo().sent_is_proof = False
        return super().action_send_again()
