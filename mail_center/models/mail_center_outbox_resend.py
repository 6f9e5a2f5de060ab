from markupsafe import Markup
from odoo import fields, models
from odoo.exceptions import UserError

from ..core.mime import parse_addresses

NOT_REACHED = ("failed", "cancelled")


class MailCenterDraft(models.Model):
    """A draft that comes back from the outbox: the mail did not leave, or not to everybody."""

    _inherit = "mail.center.draft"

    resend_of_id = fields.Many2one(
        "mail.center.outbox", readonly=True, copy=False, index="btree_not_null",
        ondelete="set null", help="The outgoing mail that this was.",
    )
    reopened_version = fields.Integer(readonly=True, copy=False, aggregator=None)

    def _reopen(self, is_open=False):
        for draft in self.sudo():
            draft.write(
                {"resend_of_id": draft.outbox_id.id, "reopened_version": draft.version}
            )
        return super()._reopen(is_open)

    def _goes_out_again(self):
        """The outgoing mail is tried once more: what nobody has changed waits with it."""
        for draft in self.sudo().filtered(lambda d: d.version == d.reopened_version):
            draft.write(
                {"state": "waiting", "outbox_id": draft.resend_of_id.id, "is_open": False}
            )


class MailCenterOutbox(models.Model):
    _inherit = "mail.center.outbox"

    def action_retry(self):
        result = super().action_retry()
        self._drafts_back()._goes_out_again()
        return result

    def _drafts_back(self):
        again = self.sudo().filtered(lambda outbox: outbox.state == "queued")
        return self.env["mail.center.draft"].sudo().search(
            [("resend_of_id", "in", again.ids), ("state", "=", "draft")]
        )

    def action_edit_and_resend(self):
        """A draft of the mail to those who did not get it; what waits still is cancelled first."""
        self.ensure_one()
        outbox = self.sudo()
        if outbox.user_id != self.env.user:
            raise UserError(self.env._("Only who wrote an email can change it."))
        if outbox.state in ("queued", "deferred"):
            self.action_cancel()
        left = outbox.recipient_ids.filtered(lambda r: r.state in NOT_REACHED)
        if outbox.state not in ("failed", "partly_sent", "uncertain", "cancelled") or not left:
            raise UserError(self.env._("This email can't be changed any more."))
        kept = self.env["mail.center.draft"].search(
            [("resend_of_id", "=", outbox.id), ("state", "=", "draft")], limit=1
        )
        if not kept or "sent" in outbox.recipient_ids.mapped("state"):
            kept = outbox._draft_of_rest()
        # The mail as it was goes to nobody any more: they get the new one.
        failed = left.filtered(lambda recipient: recipient.state == "failed")
        if failed:
            failed.state = "cancelled"
            outbox._set_state(outbox._summary())
        outbox.is_done_with = True
        return kept.action_open()

    def _draft_of_rest(self):
        """A new draft of the current user, made of the mail that was frozen."""
        self.ensure_one()
        message = self.message_id
        left = self.recipient_ids.filtered(lambda r: r.state in NOT_REACHED)
        if not left:
            raise UserError(self.env._("Everybody has got this email."))
        drafts = self.env["mail.center.draft"].sudo(False)
        keys = {recipient.email.casefold() for recipient in left}
        lists = {}
        for kind, text in (("to", message.to_display), ("cc", message.cc_display)):
            named = [one for one in parse_addresses(text or "") if one.email.casefold() in keys]
            keys -= {one.email.casefold() for one in named}
            lists[f"recipients_{kind}"] = drafts.parse_recipients(", ".join(map(str, named)))
        hidden = left.filtered(lambda r: r.email.casefold() in keys)
        lists["recipients_bcc"] = drafts.parse_recipients(", ".join(hidden.mapped("email")))
        parent = self.env["mail.center.message"].search(
            [("account_id", "=", self.account_id.id),
             ("message_id", "=", message.in_reply_to or "<>")], limit=1,
        )
        link = message.link_ids.filtered(lambda link: link.reason == "written")[:1]
        draft = drafts.create(
            {
                "account_id": self.account_id.id,
                "type_id": message.type_id.id,
                "subject": message.subject,
                "body_html": Markup(message.body_html or ""),
                "parent_id": parent.id,
                "res_model": link.res_model,
                "res_id": link.res_id,
                "is_open": True,
                "is_touched": True,
                **lists,
            }
        )
        draft._take_files(message.attachment_ids, message)
        draft.sudo().resend_of_id = self.id
        return draft
