from datetime import timedelta

from odoo import api, fields, models

from ..core.mime import Address
from ..core.smtp import Reply, classify

# A bounce that names no mail is about one that left so many days ago at most.
NAMELESS_DAYS = 3
REPORTED = [("delayed", "Delayed"), ("delivered", "Delivered"), ("read", "Opened")]


class MailCenterOutboxRecipient(models.Model):
    _inherit = "mail.center.outbox.recipient"

    reported = fields.Selection(
        REPORTED, readonly=True, help="What the recipient's server or program told later."
    )
    reported_date = fields.Datetime(string="Told at", readonly=True)


class MailCenterOutbox(models.Model):
    """What other servers report later about mail that was handed over (RFC 3464, RFC 8098)."""

    _inherit = "mail.center.outbox"

    # What was reported → the states that it may change, and into which.
    _REPORTED = {
        "failed": (("sent", "uncertain", "deferred", "queued"), "failed"),
        "delivered": (("uncertain",), "sent"),
        "relayed": (("uncertain",), "sent"),
    }

    @api.model
    def _read_reports(self, account, pairs):
        """Take over what reports among new mail say; *pairs*: ``[(message, ParsedMail)]``."""
        for message, mail in pairs:
            if not mail.report or message.direction != "in":
                continue
            sent = self._apply_report(account, mail.report, message.date)
            if sent and not mail.report.original_message_id:
                # It names no mail, but belongs to its conversation all the same.
                message.in_reply_to = sent.message_id

    @api.model
    def _apply_report(self, account, report, date=None):
        """Take over a bounce or a confirmation. Returns the mail that it was about, or none.

        A report counts only for a mail that this very account sent under that Message-ID, and
        only for its recipients: anyone can write a report.
        """
        outbox = self._reported_outbox(account, report, date or fields.Datetime.now())
        if not outbox or outbox.state == "cancelled":
            return self.env["mail.center.message"]
        recipients = {recipient.email.casefold(): recipient for recipient in outbox.recipient_ids}
        changed, told = False, False
        for reported in report.recipients:
            recipient = recipients.get(reported.address.casefold())
            if not recipient and len(recipients) == 1 and report.kind in ("bounce", "read"):
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
            if recipient and recipient.state == "sent":
                told |= self._note_reported(recipient, report, reported, date)
        if changed:
            self._tell_report(outbox)
        elif told:
            outbox.account_id._notify_readers(outbox.message_id)
        return outbox.message_id

    @api.model
    def _reported_outbox(self, account, report, date):
        if report.original_message_id:
            outboxes = self.sudo().search(
                [
                    ("account_id", "=", account.id),
                    ("message_id.message_id", "=", report.original_message_id),
                ]
            )
            # Odoo gives one Message-ID to the mails that it makes for each recipient.
            named = {form for one in report.recipients for form in self._forms(one.address)}
            exact = outboxes.filtered(lambda one: named & set(one.recipient_ids.mapped("email")))
            return (exact or outboxes)[:1] if len(outboxes) > 1 else outboxes
        if report.kind != "bounce" or len(report.recipients) != 1:
            return self.browse()
        # Some servers write prose and name nothing: with one mail that went there lately it is
        # clear which is meant, with two it is not.
        recipients = self.env["mail.center.outbox.recipient"].sudo().search(
            [
                ("outbox_id.account_id", "=", account.id),
                ("email", "in", self._forms(report.recipients[0].address)),
                ("state", "in", ("sent", "uncertain")),
                ("date", ">", date - timedelta(days=NAMELESS_DAYS)),
                ("date", "<", date + timedelta(days=1)),
            ],
            limit=2,
        )
        return recipients.outbox_id if len(recipients) == 1 else self.browse()

    @api.model
    def _forms(self, email):
        address = Address("", email)
        return list({email, address.email, address.ascii, address.key})

    @api.model
    def _note_reported(self, recipient, report, reported, date):
        """Keep the farthest that is known of a recipient's mail; True if that is news."""
        word = {"delayed": "delayed", "delivered": "delivered"}.get(reported.action)
        if report.kind == "read":
            word = "read"
        elif report.kind == "delivered" and not word and reported.action != "relayed":
            word = "delivered"  # a receipt that says it was deleted: it did arrive
        ranks = [False, *dict(REPORTED)]
        if not word or ranks.index(word) <= ranks.index(recipient.reported):
            return False
        recipient.write({"reported": word, "reported_date": date or self.env.cr.now()})
        return True

    @api.model
    def _reported_reason(self, reported, state):
        """The stable code of why a mail came back, as if the server had said it to us."""
        if state != "failed":
            return False
        return classify(Reply(550, reported.status, reported.diagnostic), "rcpt").reason_code

    @api.model
    def _plain_reason(self, recipient):
        """Why a mail came back, in words for its writer, then the server's own."""
        code, words = recipient.code or "", recipient.reply or ""
        if code.startswith("4"):
            # Each answer on its own was for now only; the report is what is final.
            reason = self.env._("The servers on the way tried for some time and gave up.")
        else:
            reason = self.env._(classify(Reply(550, code, words), "rcpt").advice)
        told = words or code
        if not told:
            return reason
        return self.env._("%(reason)s (The server said: %(answer)s)", reason=reason, answer=told)

    @api.model
    def _tell_report(self, outbox):
        outbox = outbox.with_context(lang=outbox.user_id.lang or self.env.lang)
        failed = outbox.recipient_ids.filtered(lambda r: r.state == "failed")
        error = False
        if failed:
            error = outbox.env._(
                "The mail came back from %(addresses)s: %(reason)s",
                addresses=", ".join(failed.filtered(lambda r: not r.is_hidden).mapped("email"))
                or outbox.env._("a hidden recipient"),
                reason=outbox._plain_reason(failed[0]),
            )
        if outbox.state == "sending":
            # The worker that has it just now sums up, this recipient included: without its claim
            # it could not note whom it reached, and they would get the mail again.
            outbox.error = error
        else:
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
