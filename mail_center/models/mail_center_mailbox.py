from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

PAGE = 50
PAGE_MAX = 200
# Beyond this many unread mails of a folder a counter says so little that it need not be true; of an
# account, where each person has his own read state.
COUNTED = 1000
UNANSWERED_DAYS = 30

VIEWS = ("inbox", "mine", "unanswered", "unlinked", "starred", "snoozed", "sent", "all")


class MailCenterMailbox(models.AbstractModel):
    """What the mailbox shows: places, pages of mail, conversations.

    Everything goes through the accounts that the user may read; a page costs the same in a
    folder of ten mails and of a hundred thousand.
    """

    _name = "mail.center.mailbox"
    _description = "Mailbox"

    @api.model
    def _accounts(self):
        # Only what is looked at: an account has more fields than everything else of a page.
        return self.env["mail.center.account"].search_fetch(
            [("can_read", "=", True)], ["personal_read"]
        )

    # ---- places -------------------------------------------------------------

    @api.model
    @api.readonly
    def sidebar(self):
        """``{"accounts": [{id, name, email, state, error, can_send, folders}], "inbox": unread}``.

        A folder: ``{id, name, special, depth, unread}``, special folders first.
        """
        accounts = self._accounts()
        unread = self._unread(accounts)
        shown = [self._account_entry(account, unread) for account in accounts]
        return {
            "accounts": shown,
            "inbox": sum(
                folder["unread"] for account in shown for folder in account["folders"]
                if folder["special"] == "inbox"
            ),
            "drafts": self.env["mail.center.draft"].search_count([("state", "=", "draft")]),
            "scheduled": self.env["mail.center.draft"].search_count([("state", "=", "waiting")]),
            "quarantine": self.env["mail.center.quarantine"].search_count(
                [("state", "=", "waiting")], limit=1000
            ),
        }

    @api.model
    def _account_entry(self, account, unread):
        folders = account.folder_ids.filtered(
            lambda folder: folder.selectable
            and (folder.policy != "off" or unread.get(folder.id))
        )
        paths = set(folders.mapped("path"))
        return {
            "id": account.id,
            "name": account.name,
            "email": account.email,
            "state": account.sync_state,
            "error": account.sync_error or "",
            "can_send": account.can_send,
            "folders": [
                self._folder_entry(folder, paths, unread.get(folder.id, 0)) for folder in folders
            ],
        }

    @api.model
    def _folder_entry(self, folder, paths, unread):
        uses = dict(folder._fields["special_use"]._description_selection(self.env))
        parents = folder.path.split(folder.delimiter or "\0")
        leaf = parents.pop()
        # Many servers keep everything below INBOX: that level says nothing.
        above = parents[1:] if parents[:1] == ["INBOX"] else parents
        if folder.special_use:
            name, depth = uses[folder.special_use], 0
        elif above and folder.delimiter.join(parents) not in paths:
            # What it lies in holds no mail and is not shown: the name has to tell.
            name, depth = " / ".join([*above, leaf]), 0
        else:
            name, depth = leaf, len(above)
        return {
            "id": folder.id,
            "name": name,
            "path": folder.path,
            "special": folder.special_use or "",
            "depth": depth,
            "policy": folder.policy,
            "unread": unread,
        }

    @api.model
    def _unread(self, accounts):
        """Folder id → unread mails, from the unread ones alone."""
        if not accounts:
            return {}
        personal = accounts.sudo().filtered("personal_read")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT folder.id, unread.count
                  FROM unnest(%(folders)s::int[]) AS folder(id),
               LATERAL (SELECT count(*)
                          FROM (SELECT FROM mail_center_message_location place
                                 WHERE place.folder_id = folder.id
                                   AND place.is_unread AND place.message_id IS NOT NULL
                                 LIMIT %(counted)s) AS these) AS unread
             UNION ALL
                SELECT place.folder_id, count(*)
                  FROM unnest(%(personal)s::int[]) AS account(id),
               LATERAL (SELECT unread.message_id FROM mail_center_unread unread
                         WHERE unread.account_id = account.id AND unread.user_id = %(me)s
                      ORDER BY unread.message_id DESC LIMIT %(counted)s) AS own
                  JOIN mail_center_message_location place ON place.message_id = own.message_id
              GROUP BY place.folder_id
                """,
                folders=(accounts.sudo() - personal).folder_ids.ids, personal=personal.ids,
                me=self.env.uid, counted=COUNTED,
            )
        )
        return dict(self.env.cr.fetchall())

    # ---- pages --------------------------------------------------------------

    @api.model
    @api.readonly
    def page(self, place, cursor=None, query="", conversations=True, limit=PAGE):
        """One page of mails, newest first.

        ``place``: ``{"folder": id}``, ``{"view": one of VIEWS}`` or ``{"record": [model, id]}``.
        ``cursor``: what the page before gave as ``next``; a page of a search may be short, or
        empty, with more to come. Returns ``{"rows", "next", "words",
        "names", "unknown", "title"}``: ``words`` are beginnings to mark, ``names`` parts to mark in
        people's names, ``unknown`` was not understood in the query, ``title`` is the name of the
        record. With *conversations* the newest mail of
        each stands for it; found mails stand for themselves.
        """
        limit = max(1, min(int(limit), PAGE_MAX))
        parsed = self.env["mail.center.message"]._search_query(query)
        conditions = self.env["mail.center.message"]._search_conditions(parsed)
        sources, filters = self._sources(place or {})
        plain = not place or place.get("view", "inbox") in ("inbox", "all")
        together = bool(conversations) and not conditions and plain
        looked = None
        if parsed.has_words:
            found, looked = self._find_words(
                sources, filters, conditions, cursor, limit + 1, parsed
            )
        else:
            found = self._find(sources, filters + conditions, together, cursor, limit + 1)
        rows = self._rows([message_id for message_id, _date in found[:limit]], together)
        more = len(found) > limit
        last = found[limit - 1] if more else None
        following = [last[1].isoformat(), last[0]] if last else False
        if looked:
            following = [looked[0].isoformat(), looked[1], True]
        return {
            "rows": rows,
            "next": following,
            "words": parsed.marks,
            "names": parsed.names,
            "unknown": list(parsed.unknown),
            "title": self._record_name(place or {}),
        }

    @api.model
    def _sources(self, place):
        """``([(kind, what)], conditions)`` of a place that the user may see.

        *kind* and *what*: ``folder`` or ``account`` and its id, ``record`` and (model, id).
        """
        accounts = self._accounts()
        if place.get("folder"):
            folder = self._folders(accounts, [("id", "=", place["folder"])])
            if not folder:
                raise AccessError(
                    self.env._("This folder is gone, or you may not read its account.")
                )
            snoozed = folder.special_use == "inbox"
            return [("folder", folder.id)], self._not_snoozed() if snoozed else []
        if place.get("record"):
            model, res_id = place["record"]
            if model not in self.env["mail.center.linkable"]._models():
                raise AccessError(self.env._("This kind of document carries no emails."))
            self.env[model].browse(int(res_id)).check_access("read")
            return [("record", (model, int(res_id)))], []
        view = place.get("view") if place.get("view") in VIEWS else "inbox"
        if view == "inbox":
            folders = self._folders(accounts, [("special_use", "=", view)])
            return [("folder", folder.id) for folder in folders], self._not_snoozed()
        return [("account", account.id) for account in accounts], self._view_conditions(view)

    @api.model
    def _folders(self, accounts, domain):
        return self.env["mail.center.folder"].search_fetch(
            [("account_id", "in", accounts.ids), *domain], ["special_use"]
        )

    @api.model
    def _record_name(self, place):
        if not place.get("record"):
            return ""
        model, res_id = place["record"]
        return self.env[model].browse(int(res_id)).display_name

    @api.model
    def _not_snoozed(self):
        Snoozes = self.env["mail.center.snooze"]
        mine = Snoozes.search_count([("user_id", "=", self.env.uid)], limit=1)
        return [Snoozes._condition(False)] if mine else []

    @api.model
    def _view_conditions(self, view):
        Messages = self.env["mail.center.message"]
        if view == "mine":
            return [Messages._search_by_assigned("me")]
        if view == "snoozed":
            return [self.env["mail.center.snooze"]._condition(True)]
        if view == "starred":
            return [SQL("message.is_starred")]
        if view == "sent":
            # By what was sent, not by the folder: a copy there may take a while, or be refused.
            return [SQL("message.direction = 'out'")]
        if view == "unlinked":
            return [SQL("message.direction = 'in'"), Messages._search_flag("unlinked")]
        if view == "unanswered":
            # Where the last word is theirs, and a person's.
            return [
                SQL("message.direction = 'in' AND message.is_automatic IS NOT TRUE"
                    " AND message.date > now() AT TIME ZONE 'utc' - %s * interval '1 day'",
                    UNANSWERED_DAYS),
                SQL("NOT EXISTS (SELECT 1 FROM mail_center_message later"
                    " WHERE later.thread_id = message.thread_id AND later.date > message.date"
                    " AND later.state <> 'draft')"),
            ]
        return []

    # ---- rows ---------------------------------------------------------------

    @api.model
    def _row_fields(self):
        return ["subject", "from_display", "to_display", "snippet", "date", "is_read", "is_starred",
                "direction", "state", "attachment_count", "type_id", "thread_id", "account_id",
                "partner_id"]  # fmt: skip

    @api.model
    def _rows(self, ids, together):
        Messages = self.env["mail.center.message"]
        # A field that is forgotten here is fetched later, and all others of its record with it.
        mails = Messages.search_fetch([("id", "in", ids)], self._row_fields())
        threads = mails.sudo().thread_id
        threads.fetch(["account_id", "message_count", "unread_count", "user_id"])
        threads.user_id.fetch(["partner_id"])
        threads.user_id.partner_id.fetch(["name"])
        people = {thread.id: self._person(thread.user_id) for thread in threads}
        links = self._link_chips(mails)
        states = dict(Messages._fields["state"]._description_selection(self.env))
        Unread = self.env["mail.center.unread"]
        unread = Unread._of(mails)
        if together:
            these = Unread._threads_of(mails.thread_id)
            unread |= {mail.id for mail in mails if mail.thread_id.id in these}
        by_id = {
            mail.id: {
                **self._row(mail, states, links, together),
                "unread": mail.id in unread,
                "handled_by": people.get(mail.thread_id.id, False),
            }
            for mail in mails
        }
        return [by_id[number] for number in ids if number in by_id]

    @api.model
    def _row(self, mail, states, links, together):
        thread = mail.thread_id if together else mail.thread_id.browse()
        return {
            "id": mail.id,
            "thread_id": mail.thread_id.id,
            "count": thread.message_count or 1,
            "subject": mail.subject or "",
            "sender": mail.from_display or "",
            "to": mail.to_display or "",
            "snippet": mail.snippet or "",
            "date": fields.Datetime.to_string(mail.date),
            "starred": mail.is_starred,
            "direction": mail.direction,
            "state": mail.state,
            "state_label": states[mail.state],
            "files": mail.attachment_count,
            "type": mail.type_id.sudo().name or "",
            "account_id": mail.account_id.id,
            "partner_id": mail.partner_id.id,
            "links": links.get(mail.id, []),
        }

    @api.model
    def _person(self, user):
        user = user.sudo()
        return {"id": user.id, "name": user.partner_id.name} if user else False

    @api.model
    def _link_chips(self, mails):
        """Message id → its links as chips, without what the user may not read."""
        links = self.env["mail.center.link"].search_fetch(
            [("message_id", "in", mails.ids)],
            ["message_id", "res_model", "res_id", "reason", "note"],
        )
        reasons = links._reasons()
        names = {}
        for model, group in links.grouped("res_model").items():
            if model in self.env:
                records = self.env[model].browse(group.mapped("res_id")).exists()
                for record in records._filtered_access("read"):
                    names[model, record.id] = record.display_name
        kinds = self._kind_names(links)
        chips = {}
        for link in links:
            name = names.get((link.res_model, link.res_id))
            if name is not None:
                chips.setdefault(link.message_id.id, []).append(
                    {
                        "id": link.id,
                        "model": link.res_model,
                        "res_id": link.res_id,
                        "name": name,
                        "kind": kinds.get(link.res_model, link.res_model),
                        "reason": link._explanation(reasons),
                    }
                )
        return chips

    @api.model
    def _kind_names(self, links):
        names = {name for name in set(links.mapped("res_model")) if name in self.env}
        kinds = self.env["ir.model"].sudo()
        kinds = kinds.browse([kinds._get_id(name) for name in names])
        kinds.fetch(["name", "model"])
        return {kind.model: kind.name for kind in kinds}
