import hashlib
import json

from odoo import api, models
from odoo.exceptions import UserError

from ..core.html import from_text
from ..core.mime import draft_bytes, parse

# What a copy on the server says, and what decides whether there is one.
KEPT_FIELDS = frozenset(
    {"account_id", "attachment_ids", "body_html", "is_open", "is_touched", "parent_id",
     "recipients_bcc", "recipients_cc", "recipients_to", "state", "subject", "type_id"}
)


class MailCenterDraft(models.Model):
    """Drafts in the Drafts folder of a two-way account: seen by the person's other programs."""

    _inherit = "mail.center.draft"

    @api.model_create_multi
    def create(self, vals_list):
        drafts = super().create(vals_list)
        drafts.filtered("is_touched")._keep_on_server()
        return drafts

    def write(self, vals):
        result = super().write(vals)
        if KEPT_FIELDS & vals.keys():
            self._keep_on_server()
        return result

    def unlink(self):
        copies = self._copies()
        result = super().unlink()
        copies.invalidate_recordset(["draft_id"])
        copies._plan_storing()
        return result

    def _copies(self):
        return self.env["mail.center.draft.copy"].sudo().search([("draft_id", "in", self.ids)])

    def _server_folder(self):
        """The folder (sudo) in which this draft belongs on the server; often none."""
        self.ensure_one()
        account = self.sudo().account_id
        account.fetch(["active"])  # with every saving: else all its settings would be read
        if self.state != "draft" or not self.is_touched or not account.active:
            return account.folder_ids.browse()
        return account._folder("drafts").filtered(lambda folder: folder.policy == "two_way")

    def _keep_on_server(self):
        """Have the copies on the server follow what was changed here."""
        drafts = self.sudo()
        copies = drafts._copies()
        known = {(copy.draft_id, copy.folder_id) for copy in copies}
        for draft in drafts:
            folder = draft._server_folder()
            if folder and (draft, folder) not in known:
                copies |= copies.create({"draft_id": draft.id, "folder_id": folder.id})
        copies._plan_storing()

    def _server_digest(self):
        """A digest of what the copy on the server says."""
        self.ensure_one()
        draft = self.sudo()
        said = [
            draft.subject or "", draft.body_html or "", draft.account_id.id, draft.parent_id.id,
            *(draft._entries(kind) for kind in ("to", "cc", "bcc")),
            sorted(draft.attachment_ids.ids),
        ]
        text = json.dumps(said, ensure_ascii=False, default=str, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def _server_bytes(self, mark):
        """The draft as it lies on the server, built with the rights of its writer."""
        self.ensure_one()
        draft = self.with_user(self.user_id)
        draft.account_id._require("send")
        mail = draft._mail()
        # A mailing's way to unsubscribe is of the mail that leaves.
        mail["message_type"] = self.env["mail.center.type"].browse()
        outgoing = draft.env["mail.center.writer"]._outgoing(draft.account_id, **mail)
        return draft_bytes(outgoing, mark)

    # ---- a draft of another program -----------------------------------------

    @api.model
    def continue_message(self, message_id):
        """Go on writing a draft that another program left on the server; returns its window."""
        message = self.env["mail.center.message"].browse(int(message_id))
        message.check_access("read")
        message.account_id._require("send")
        if message.state != "draft":
            raise UserError(self.env._("This email is no draft: answer or forward it instead."))
        place = message.sudo().location_ids.filtered(
            lambda one: one.folder_id.special_use == "drafts"
        )[:1]
        copy = self.env["mail.center.draft.copy"].sudo().search(
            [("folder_id", "=", place.folder_id.id), ("uid", "=", place.uid),
             ("draft_id", "!=", False)], limit=1,
        )
        draft = copy.draft_id.sudo(False)
        if draft and draft.sudo().user_id != self.env.user:
            raise UserError(
                self.env._("%s is writing this email already.", draft.sudo().user_id.name)
            )
        if not draft:
            message._note_reading()
            draft = self._from_message(message)
            if place and place.folder_id.policy == "two_way":
                copies = draft._copies() or copy.create(
                    {"draft_id": draft.id, "folder_id": place.folder_id.id}
                )
                copies.write(
                    {"uid": place.uid, "uidvalidity": place.folder_id.uidvalidity,
                     "digest": draft._server_digest(), "store_after": False}
                )
        draft.write({"is_open": True, "layout": "normal"})
        return draft._window()

    @api.model
    def _from_message(self, message):
        source = self.env["ir.attachment"].sudo()._mail_source(message)[:1].raw or b""
        mail = parse(source)
        answered = self.env["mail.center.message"].search(
            [("account_id", "=", message.account_id.id),
             ("message_id", "in", list(mail.in_reply_to)), ("message_id", "!=", False)], limit=1,
        )
        draft = self.create(
            {
                "account_id": message.account_id.id,
                "type_id": self._default_type(message.account_id, self._offered()[1]).id,
                "mode": "reply" if answered else "new",
                "parent_id": answered.id,
                "subject": mail.subject,
                "body_html": message.body_html or from_text(mail.text),
                "is_touched": True,
                **{f"recipients_{kind}": self.parse_recipients(
                    ", ".join(map(str, getattr(mail, kind)))) for kind in ("to", "cc", "bcc")},
            }
        )
        draft._take_files(message.sudo().attachment_ids, message)
        return draft
