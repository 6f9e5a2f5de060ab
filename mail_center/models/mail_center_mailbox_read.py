from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..core.alphabet import alphabetical

CONVERSATION_MAX = 100
FOUND_PER_KIND = 6


class MailCenterMailbox(models.AbstractModel):
    """The reading pane: a conversation, and what a mail can be linked to."""

    _inherit = "mail.center.mailbox"

    @api.model
    @api.readonly
    def conversation(self, message_id):
        """The mail with the rest of its conversation, oldest first.

        ``{"thread_id", "subject", "messages": [...], "older": how many more there are}``.
        """
        message = self.env["mail.center.message"].browse(int(message_id)).exists()
        if not message or not message.has_access("read"):
            raise AccessError(
                self.env._("This mail is gone, or you may not read its account.")
            )
        mails = message
        if message.thread_id:
            mails |= self.env["mail.center.message"].search(
                [("thread_id", "=", message.thread_id.id),
                 ("account_id", "=", message.account_id.id), ("is_deleted", "=", False)],
                order="date desc, id desc",
                limit=CONVERSATION_MAX,
            )
        mails = mails.sorted(lambda mail: (mail.date, mail.id))
        chips = self._link_chips(mails)
        trusted = self.env["mail.center.trusted.sender"]._of(mails)
        unread = self.env["mail.center.unread"]._of(mails)
        return {
            "thread_id": message.thread_id.id,
            **self._team_view(message.thread_id),
            "handled_by": self._person(message.sudo().thread_id.user_id),
            "subject": message.subject or "",
            "messages": [
                {
                    **self._opened(mail, chips),
                    "unread": mail.id in unread,
                    "trusted": mail.email_from in trusted and mail.dmarc != "fail",
                }
                for mail in mails
            ],
            "older": max(0, (message.thread_id.message_count or 0) - len(mails)),
        }

    @api.model
    def _opened(self, mail, chips):
        states = dict(mail._fields["state"]._description_selection(self.env))
        account = mail.account_id
        return {
            "id": mail.id,
            "subject": mail.subject or "",
            "sender": mail.from_display or mail.email_from or "",
            "email": mail.email_from or "",
            "to": mail.to_display or "",
            "cc": mail.cc_display or "",
            "reply_to": mail.reply_to_display or "",
            "date": fields.Datetime.to_string(mail.date),
            "snippet": mail.snippet or "",
            "direction": mail.direction,
            "state": mail.state,
            "state_label": states[mail.state],
            "starred": mail.is_starred,
            "remote": mail.remote_count,
            "trackers": mail.tracker_count,
            "type_id": mail.type_id.id,
            "type": mail.type_id.sudo().name or "",
            "account_id": account.id,
            "account": account.name,
            "can_send": account.can_send,
            "partner_id": mail.partner_id.id,
            "folders": [
                {"id": place.folder_id.id, "path": place.folder_id.path,
                 "policy": place.folder_id.policy}
                for place in mail.location_ids
            ],
            "files": [
                {"id": file.id, "name": file.name, "size": file.file_size,
                 "mimetype": file.mimetype, "warning": file.mail_center_warning}
                for file in mail.sudo().file_ids.sorted("id")
            ],
            "links": chips.get(mail.id, []),
            "notices": self._notices(mail),
            "delivery": self._delivery_of(mail),
            "reason": mail.sudo().outbox_ids[:1].error or "",
        }

    @api.model
    def _delivery_of(self, mail):
        outbox = mail.outbox_ids[:1]
        return outbox._delivery() if outbox and outbox.has_access("read") else False

    @api.model
    def _notices(self, mail):
        """What a reader should know before believing a mail: ``[{"level", "text"}]``."""
        return mail._warnings()

    @api.model
    def trust_sender(self, message_id, trusted=True):
        """Show the remote images of whoever sent the mail without asking, or ask again."""
        message = self.env["mail.center.message"].browse(int(message_id))
        message.check_access("read")
        Senders = self.env["mail.center.trusted.sender"].sudo()
        email = message.email_from
        if not email:
            return
        mine = Senders.search([("user_id", "=", self.env.uid), ("email", "=", email)])
        if not trusted:
            mine.unlink()
        elif not mine:
            Senders.create({"user_id": self.env.uid, "email": email})

    # ---- linking ------------------------------------------------------------

    @api.model
    @api.readonly
    def link_kinds(self):
        """The kinds of documents the user can link to: ``[{"model", "name", "can_create"}]``."""
        self.env["mail.center.link"].check_access("create")
        kinds = []
        for model in sorted(self.env["mail.center.linkable"]._models()):
            if model in self.env and self.env[model].has_access("read"):
                kinds.append(
                    {
                        "model": model,
                        "name": self.env["ir.model"].sudo()._get(model).name,
                        "can_create": self.env[model].has_access("create"),
                    }
                )
        # Most mail is about a person: contacts come first.
        return sorted(
            kinds, key=lambda kind: (kind["model"] != "res.partner", alphabetical(kind["name"]))
        )

    @api.model
    @api.readonly
    def link_targets(self, message_id, term="", model=False, linked=False):
        """Records to link a mail to: of its correspondent when nothing is typed, else found.

        ``[{"model", "kind", "id", "name"}]``, without those that it is linked to already; with
        *linked* those come first.
        """
        message = self.env["mail.center.message"].browse(int(message_id))
        message.check_access("read")
        taken = {(link.res_model, link.res_id) for link in message.link_ids}
        found = []
        if linked and not term:
            found = [
                {"model": chip["model"], "kind": chip["kind"], "id": chip["res_id"],
                 "name": chip["name"]}
                for chip in self._link_chips(message).get(message.id, [])
                if not model or chip["model"] == model
            ]
        elif linked:
            taken = set()
        for kind in self.link_kinds():
            if model and kind["model"] != model:
                continue
            for record in self._targets_of(kind["model"], message, (term or "").strip()):
                if (kind["model"], record.id) not in taken:
                    found.append(
                        {"model": kind["model"], "kind": kind["name"], "id": record.id,
                         "name": record.display_name}
                    )
        return found

    @api.model
    def link(self, message_ids, model, res_id, whole=False):
        """Link mails to a record that the user may read; what is linked to it stays so.

        *whole*: with the rest of their conversations. Returns the ids of the links that are new.
        """
        Links = self.env["mail.center.link"]
        messages = self.env["mail.center.message"].browse(message_ids)
        messages.check_access("read")
        if whole:
            messages |= messages.search(
                [("thread_id", "in", messages.thread_id.ids), ("state", "!=", "draft"),
                 ("is_deleted", "=", False),
                 ("account_id", "in", messages.account_id.ids)]
            )
        same = Links.search(
            [("message_id", "in", messages.ids), ("res_model", "=", model),
             ("res_id", "=", int(res_id))]
        )
        return Links.create(
            [
                {"message_id": message.id, "res_model": model, "res_id": int(res_id)}
                for message in messages - same.message_id
            ]
        ).ids

    @api.model
    def _targets_of(self, model, message, term):
        Records = self.env[model]
        if term:
            ids = [number for number, _name in Records.name_search(term, limit=FOUND_PER_KIND)]
            return Records.browse(ids)
        partner = message.partner_id
        if model == "res.partner":
            return partner._filtered_access("read")
        field = Records._fields.get("partner_id")
        if not partner or not field or field.comodel_name != "res.partner" or not field.store:
            return Records
        return Records.search([("partner_id", "child_of", partner.commercial_partner_id.id)],
                              limit=FOUND_PER_KIND, order="id desc")
