from odoo import api, models

from ..core.mime import LinkToken, read_token, sign_token
from ..core.threads import New, assign, mentioned


class MailCenterLinking(models.AbstractModel):
    """Gives new mail its conversation and links it to records, saying why."""

    _name = "mail.center.linking"
    _description = "Email linking"

    @api.model
    def _place(self, account, messages):
        """Find the conversations and the records of new messages of one account."""
        self._thread(account, messages)
        self._link(messages)

    # ---- conversations ------------------------------------------------------

    @api.model
    def _thread(self, account, messages):
        """Give new messages their conversation; see :mod:`core.threads`."""
        if not messages:
            return
        mails = [
            (
                message.id,
                mentioned(
                    message.message_id or "",
                    (message.in_reply_to or "").split(),
                    (message.references or "").split(),
                ),
            )
            for message in messages
        ]
        References = self.env["mail.center.thread.reference"].sudo()
        Threads = self.env["mail.center.thread"].sudo()
        known = {
            reference.message_id: reference.thread_id.id
            for reference in References.search_fetch(
                [
                    ("account_id", "=", account.id),
                    ("message_id", "in", list({i for _key, ids in mails for i in ids})),
                ],
                ["message_id", "thread_id"],
            )
        }
        plan = assign(mails, known)
        news = list(dict.fromkeys(t for t in plan.thread.values() if isinstance(t, New)))
        created = Threads.create([{"account_id": account.id} for _new in news])
        number = {new: thread.id for new, thread in zip(news, created, strict=True)}
        Messages = self.env["mail.center.message"].sudo()
        for old, target in plan.merge.items():
            Messages.search([("thread_id", "=", old)]).thread_id = target
            References.search([("thread_id", "=", old)]).thread_id = target
            Threads.browse(old).unlink()
        for message in messages:
            thread = plan.thread[message.id]
            message.thread_id = number.get(thread, thread)
        References.create(
            [
                {
                    "account_id": account.id,
                    "message_id": message_id,
                    "thread_id": number.get(thread, thread),
                }
                for message_id, thread in plan.references.items()
            ]
        )
        messages.thread_id._refresh()

    # ---- links --------------------------------------------------------------

    @api.model
    def _link(self, messages):
        """Link new messages to records: by token, by conversation, by address."""
        if not messages:
            return
        linkable = self.env["mail.center.linkable"]._models()
        key = self._token_key()
        wanted = {}
        for message in messages:
            ids = [*(message.references or "").split(), *(message.in_reply_to or "").split()]
            token = read_token(key, reversed(ids))
            if token and token.model in linkable:
                wanted.setdefault((message.id, token.model, token.res_id), "token")
        self.env["mail.center.link"].flush_model()
        messages.flush_recordset()
        if threads := messages.thread_id.ids:
            self.env.cr.execute(
                """
                SELECT DISTINCT message.thread_id, link.res_model, link.res_id
                  FROM mail_center_link link
                  JOIN mail_center_message message ON message.id = link.message_id
                 WHERE message.thread_id IN %s AND link.reason <> 'address'
                """,
                [tuple(threads)],
            )
            linked = {}
            for thread, res_model, res_id in self.env.cr.fetchall():
                linked.setdefault(thread, []).append((res_model, res_id))
            for message in messages:
                for res_model, res_id in linked.get(message.thread_id.id, ()):
                    if res_model in linkable:
                        wanted.setdefault((message.id, res_model, res_id), "reply")
        if "res.partner" in linkable:
            for message in messages.filtered("partner_id"):
                wanted.setdefault((message.id, "res.partner", message.partner_id.id), "address")
        Links = self.env["mail.center.link"].sudo()
        existing = {
            (link.message_id.id, link.res_model, link.res_id)
            for link in Links.search_fetch(
                [("message_id", "in", messages.ids)], ["message_id", "res_model", "res_id"]
            )
        }
        alive = self._alive({(model, res_id) for _message, model, res_id in wanted})
        Links.create(
            [
                {"message_id": message, "res_model": model, "res_id": res_id, "reason": reason}
                for (message, model, res_id), reason in wanted.items()
                if (message, model, res_id) not in existing and (model, res_id) in alive
            ]
        )

    @api.model
    def _alive(self, targets):
        alive = set()
        for model in {model for model, _res_id in targets}:
            if model in self.env:
                ids = [res_id for name, res_id in targets if name == model]
                alive |= {(model, i) for i in self.env[model].sudo().browse(ids).exists().ids}
        return alive

    @api.model
    def _token_key(self):
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        return f"mail_center link token {secret}".encode()

    @api.model
    def _token(self, record, account):
        """What a Message-ID carries so that the answer finds *record* again."""
        return sign_token(self._token_key(), LinkToken(record._name, record.id, account.id))
