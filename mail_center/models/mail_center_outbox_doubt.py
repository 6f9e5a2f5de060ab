from collections import defaultdict
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
        alike = defaultdict(list)
        for outbox in self.sudo():
            states = set(outbox.recipient_ids.mapped("state"))
            more = {}
            if "sent" in states:
                # That attempt may have been filed: it tells nothing of a later one.
                more["sent_is_proof"] = False
            if "uncertain" not in states or "sent" in states or not outbox.sent_is_proof:
                more["doubt_next"] = False
                if "uncertain" not in states:
                    more["doubt_checks"] = 0
            elif not outbox.doubt_next and not outbox.doubt_checks:
                # At once, also while others are still to be tried: their attempt ends the proof.
                at = self.env.cr.now() + timedelta(seconds=next_doubt_check(0))
                more["doubt_next"] = at
                self.env["mail.center.sender"]._wake(at=at)
            changed = ((name, value) for name, value in more.items() if outbox[name] != value)
            alike[tuple(changed)].append(outbox.id)
        for more, ids in alike.items():
            super(MailCenterOutbox, self.browse(ids).sudo())._set_state(
                state, **{**dict(more), **vals}
            )
        return True

    def _uncertain_recipients(self):
        return self.recipient_ids.filtered(lambda recipient: recipient.state == "uncertain")

    def _new_doubt(self):
        """Write *uncertain* at all who are open: the end of the content may be with the server."""
        self.ensure_one()
        if self._uncertain_recipients():
            # Of two attempts nobody knows: a copy in Sent could come from either.
            self.sent_is_proof = False
        self._open_recipients().write(
            {"state": "uncertain", "reason_code": "no_answer", "date": self.env.cr.now()}
        )

    def action_send_again(self):
        self._require_writer()
        self.sudo().filtered("sent_is_proof").sent_is_proof = False
        return super().action_send_again()
