from odoo import api, models

from ..core.smtp import Reply, classify


class MailCenterOutbox(models.Model):
    """What other servers report later about mail that was handed over (RFC 3464)."""

    _inherit = "mail.center.outbox"

    # What was reported → the states that it may change, and into which.
    _REPORTED = {
        "failed": (("sent", "uncertain", "deferred", "queued"), "failed"),
        "delivered": (("uncertain",), "sent"),
        "relayed": (("uncertain",), "sent"),
    }

    @api.model
    def _apply_report(self, account, report):
        """Take over a bounce or a confirmation. Returns the mail that it was about, or none.

        A report counts only for a mail that this very account sent under that Message-ID, and
        only for its recipients: anyone can write a report.
        """
        outbox = self.sudo().search(
            [
                ("account_id", "=", account.id),
                ("message_id.message_id", "=", report.original_message_id or "<>"),
            ],
            limit=1,
        )
        if not outbox or outbox.state == "cancelled":
            return self.env["mail.center.message"]
        recipients = {recipient.email.casefold(): recipient for recipient in outbox.recipient_ids}
        changed = False
        for reported in report.recipients:
            recipient = recipients.get(reported.address.casefold())
            if not recipient and len(recipients) == 1 and report.kind == "bounce":
                # The address was rewritten on the way: a forward, an alias.
                recipient = outbox.recipient_ids
            before, state = self._REPORTED.get(reported.action, ((), ""))
            if recipient and recipient.state in before:
                changed = True
                recipient.write(
                    {
                        "state": state,
                        "code": reported.status or False,
                        "reply": reported.diagnostic[:500] or False,
                        "reason_code": self._reported_reason(reported, state),
                        "date": self.env.cr.now(),
                    }
                )
        if changed:
            self._tell_report(outbox)
        return outbox.message_id

    @api.model
    def _reported_reason(self, reported, state):
        """Why, as if the server had said it to us."""
        if state != "failed":
            return False
        words = f"{reported.status} {reported.diagnostic}".strip()
        return classify(Reply.parse(550, words), "rcpt").reason_code

    @api.model
    def _tell_report(self, outbox):
        failed = outbox.recipient_ids.filtered(lambda r: r.state == "failed")
        error = False
        # Everyone who may read the mail reads this; hidden recipients are the writer's alone.
        named = failed.filtered(lambda r: not r.is_hidden)
        if named:
            error = self.env._(
                "The mail came back from %(addresses)s: %(reason)s",
                addresses=", ".join(named.mapped("email")),
                reason=named[0].reason or named[0].reply or named[0].code or "",
            )
        elif failed:
            error = self.env._("The mail came back from a recipient.")
        outbox._set_state(outbox._summary(), error=error, claim_token=False)
        if failed:
            self.env["mail.center.log"]._add(
                outbox.account_id,
                "bounced",
                self.env._("The mail no. %s came back.", outbox.id),
                level="warning",
                detail=error,
            )
            outbox.account_id._notify_readers(outbox.message_id)
