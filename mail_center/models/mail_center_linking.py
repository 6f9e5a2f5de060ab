from functools import partial
from operator import itemgetter

from odoo import api, models
from odoo.fields import Domain

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
        """Give new messages their conversation, those that have none yet, and count anew."""
        rest = messages.filtered(lambda one: not one.thread_id)
        mails = [
            (
                message.id,
                mentioned(
                    message.message_id or "",
                    (message.in_reply_to or "").split(),
                    (message.references or "").split(),
                ),
            )
            for message in rest
        ]
        for number, thread in self._conversations(account, mails).items():
            rest.browse(number).thread_id = thread
        messages.thread_id._refresh()

    @api.model
    def _thread_new(self, account, vals_list):
        """Add the conversation to the values of messages that are to be created.

        Not to reports: which mail they are about, and so their place, may still have to be found.
        """
        mails = [
            (
                number,
                mentioned(
                    vals.get("message_id") or "",
                    (vals.get("in_reply_to") or "").split(),
                    (vals.get("references") or "").split(),
                ),
            )
            for number, vals in enumerate(vals_list)
            if vals.get("kind") not in ("report", "receipt")
        ]
        described = partial(self._described, vals_list)
        for number, thread in self._conversations(account, mails, described).items():
            vals_list[number]["thread_id"] = thread

    @api.model
    def _described(self, vals_list, numbers):
        """What :meth:`mail.center.thread._refresh` will find out of a new conversation of these
        messages: given with it, no second statement has to write it."""
        mails = sorted((vals_list[number] for number in numbers), key=itemgetter("date"))
        return {
            "subject": mails[0]["subject"],
            "last_date": mails[-1]["date"],
            "message_count": len(mails),
            "unread_count": sum(
                mail["direction"] == "in" and not mail["is_read"] for mail in mails
            ),
        }

    @api.model
    def _conversations(self, account, mails, described=lambda _keys: {}):
        """Key → id of the conversation, made or merged where needed; see :mod:`core.threads`.

        *mails*: ``(key, what :func:`core.threads.mentioned` gave)`` each. *described*: keys of
        mails → what else there is to say of a new conversation of them.
        """
        if not mails:
            return {}
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
        news = {}
        for key, thread in plan.thread.items():
            if isinstance(thread, New):
                news.setdefault(thread, []).append(key)
        created = Threads.create(
            [{"account_id": account.id, **described(keys)} for keys in news.values()]
        )
        number = {new: thread.id for new, thread in zip(news, created, strict=True)}
        Messages = self.env["mail.center.message"].sudo()
        for old, target in plan.merge.items():
            Messages.search([("thread_id", "=", old)]).thread_id = target
            References.search([("thread_id", "=", old)]).thread_id = target
            Threads.browse(old).unlink()
        # A table of our own that nobody else writes, so not through the ORM.
        self.env.cr.execute_values(
            "INSERT INTO mail_center_thread_reference (account_id, message_id, thread_id)"
            " VALUES %s",
            [
                (account.id, message_id, number.get(thread, thread))
                for message_id, thread in plan.references.items()
            ],
            page_size=1000,
        )
        return {key: number.get(thread, thread) for key, thread in plan.thread.items()}

    # ---- links --------------------------------------------------------------

    @api.model
    def _link(self, messages):
        """Link new messages to records, unless a person has undone that, and say why."""
        if not messages:
            return
        wanted = self._wanted(messages)
        Links = self.env["mail.center.link"].sudo()
        existing = {
            (link.message_id.id, link.res_model, link.res_id)
            for link in Links.search_fetch(
                [("message_id", "in", messages.ids)], ["message_id", "res_model", "res_id"]
            )
        }
        alive = self._alive({(model, res_id) for _message, model, res_id in wanted})
        undone = self._undone(messages)
        Links.create(
            [
                {"message_id": message, "res_model": model, "res_id": res_id, "reason": reason,
                 "note": note}
                for (message, model, res_id), (reason, note) in wanted.items()
                if (message, model, res_id) not in existing
                and (model, res_id) in alive
                and (message, model, res_id) not in undone
            ]
        )

    @api.model
    def _wanted(self, messages):
        """``{(message id, model, res_id): (reason, note)}``: by token, conversation, address."""
        linkable = self.env["mail.center.linkable"]._models()
        key = self._token_key()
        wanted = {}
        for message in messages:
            ids = [*(message.references or "").split(), *(message.in_reply_to or "").split()]
            token = read_token(key, reversed(ids))
            if token and token.model in linkable:
                wanted.setdefault((message.id, token.model, token.res_id), ("token", False))
        for thread, targets in self._linked_in(messages.thread_id).items():
            for message in messages.filtered(lambda one, t=thread: one.thread_id.id == t):
                for res_model, res_id in targets:
                    if res_model in linkable:
                        wanted.setdefault((message.id, res_model, res_id), ("reply", False))
        if "res.partner" in linkable:
            for message in messages.filtered("partner_id"):
                wanted.setdefault(
                    (message.id, "res.partner", message.partner_id.id),
                    ("address", message.partner_id.email_normalized or False),
                )
        return wanted

    @api.model
    def _linked_in(self, threads, with_address=False):
        """Thread id → {(model, res_id)} that its messages are linked to."""
        linked = {}
        if not threads:
            return linked
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT DISTINCT message.thread_id, link.res_model, link.res_id
              FROM mail_center_link link
              JOIN mail_center_message message ON message.id = link.message_id
             WHERE message.thread_id IN %s AND (%s OR link.reason <> 'address')
            """,
            [tuple(threads.ids), with_address],
        )
        for thread, res_model, res_id in self.env.cr.fetchall():
            linked.setdefault(thread, set()).add((res_model, res_id))
        return linked

    @api.model
    def _undone(self, messages):
        """``{(message id, model, res_id)}`` that people took away, and that must not come back.

        What was taken off the last mail of a conversation that had it is undone for the
        conversation: the next answer does not bring it back. What was guessed from the sender is
        undone for the sender.
        """
        Undone = self.env["mail.center.link.undone"].sudo()
        undone = Undone.search(
            Domain("message_id", "in", messages.ids)
            | Domain("message_id.thread_id", "in", messages.thread_id.ids)
            | Domain("reason", "in", ("learned", "document"))
            & Domain("message_id.account_id", "in", messages.account_id.ids)
            & Domain("message_id.email_from", "in", messages.mapped("email_from"))
        )
        if not undone:
            return set()
        left = self._linked_in(messages.thread_id, with_address=True)
        found = set()
        for one in undone:
            target = (one.res_model, one.res_id)
            origin = one.message_id
            for message in messages:
                in_thread = (
                    message.thread_id and message.thread_id == origin.thread_id
                    and target not in left.get(message.thread_id.id, ())
                )
                of_sender = (
                    one.reason in ("learned", "document")
                    and message.email_from == origin.email_from
                    and message.account_id == origin.account_id
                )
                if message == origin or in_thread or of_sender:
                    found.add((message.id, *target))
        return found

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
