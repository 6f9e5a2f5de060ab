from datetime import datetime, time, timedelta

import pytz
from odoo import api, fields, models
from odoo.tools import SQL

from ..core import search

# tsvector holds a megabyte; what comes after this much of a body is found by nobody anyway.
INDEXED_LETTERS = 100_000


class MailCenterMessage(models.Model):
    """Finding mail: a full text index that PostgreSQL keeps by itself, and what people type."""

    _inherit = "mail.center.message"

    file_names = fields.Text(readonly=True)

    _newest = models.Index("(account_id, date DESC, id DESC)")
    _unread = models.Index("(account_id, id) WHERE direction = 'in' AND is_read IS NOT TRUE")
    _sent = models.Index("(account_id, date DESC, id DESC) WHERE direction = 'out'")
    _starred = models.Index("(account_id, date DESC, id DESC) WHERE is_starred")

    def init(self):
        result = super().init()
        plain = "to_tsvector('simple', translate(normalize(left({0}, %s), NFC), %s, %s))"
        weights = [
            ("A", "coalesce(subject, '')"),
            ("B", "coalesce(from_display, '') || ' ' || coalesce(to_display, '') || ' '"
                  " || coalesce(cc_display, '')"),
            ("C", "coalesce(file_names, '')"),
            ("D", "coalesce(body_text, '')"),
            ("D", "coalesce(file_text, '')"),
        ]
        parts = " || ".join(
            f"setweight({plain.format(text)}, '{weight}')" for weight, text in weights
        )
        values = [INDEXED_LETTERS, search.LETTERS, search.PLAIN] * len(weights)
        self.env.cr.execute(
            "SELECT generation_expression FROM information_schema.columns"
            " WHERE table_name = %s AND column_name = %s AND table_schema = current_schema()",
            [self._table, "search_vector"],
        )
        found = self.env.cr.fetchone()
        if found and "file_text" not in (found[0] or ""):
            self.env.cr.execute(f"ALTER TABLE {self._table} DROP COLUMN search_vector")
            found = None
        if not found:
            self.env.cr.execute(
                f"ALTER TABLE {self._table} ADD COLUMN search_vector tsvector"
                f" GENERATED ALWAYS AS ({parts}) STORED",
                values,
            )
        self.env.cr.execute(
            f"CREATE INDEX IF NOT EXISTS {self._table}__search_vector_index"
            f" ON {self._table} USING gin (search_vector)"
        )
        return result

    @api.model
    def _search_query(self, text):
        """What the search line *text* says, for today in the time zone of the user."""
        return search.parse(text or "", fields.Date.context_today(self))

    @api.model
    def _search_conditions(self, query):
        """The query as a list of SQL conditions on ``message``."""
        conditions = []
        for term in query.terms:
            condition = self._search_condition(term)
            conditions.append(SQL("NOT coalesce(%s, false)", condition) if term.without
                              else condition)
        return conditions

    @api.model
    def _search_condition(self, term):
        if term.key in ("word", "phrase"):
            words = search.tsquery(term.value, phrase=term.key == "phrase")
            if not words:
                return SQL("false")
            return SQL("message.search_vector @@ to_tsquery('simple', %s)", words)
        if term.key in ("before", "after", "on"):
            return self._search_day(term)
        if term.key == "flag":
            return self._search_flag(term.value)
        return getattr(self, f"_search_by_{term.key}")(f"%{self._like(term.value)}%")

    @api.model
    def _like(self, text):
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

    @api.model
    def _search_day(self, term):
        zone = pytz.timezone(self.env.user.tz or "UTC")

        def start(day):
            local = zone.localize(datetime.combine(day, time.min))
            return local.astimezone(pytz.utc).replace(tzinfo=None)

        begin, end = start(term.value), start(term.value + timedelta(days=1))
        if term.key == "before":
            return SQL("message.date < %s", begin)
        if term.key == "after":
            return SQL("message.date >= %s", begin)
        return SQL("message.date >= %s AND message.date < %s", begin, end)

    @api.model
    def _search_flag(self, flag):
        linked = SQL(
            "EXISTS (SELECT 1 FROM mail_center_link link WHERE link.message_id = message.id)"
        )
        return {
            "file": SQL("message.attachment_count > 0"),
            "unread": self._search_unread(),
            "read": SQL("NOT (%s)", self._search_unread()),
            "starred": SQL("message.is_starred"),
            "automatic": SQL("message.is_automatic"),
            "sent": SQL("message.direction = 'out'"),
            "received": SQL("message.direction = 'in'"),
            "failed": SQL("message.state IN ('failed', 'partly_sent', 'uncertain', 'deferred')"),
            "linked": linked,
            "unlinked": SQL("NOT %s", linked),
        }[flag]

    @api.model
    def _search_unread(self):
        shared = SQL("message.direction = 'in' AND message.is_read IS NOT TRUE")
        personal = self.env["mail.center.account"].sudo().search(
            [("personal_read", "=", True)]
        ).ids
        if not personal:
            return shared
        return SQL(
            "(%s AND message.account_id <> ALL(%s) OR EXISTS (SELECT 1 FROM mail_center_unread own"
            " WHERE own.user_id = %s AND own.message_id = message.id))",
            shared, personal, self.env.uid,
        )

    @api.model
    def _search_by_from(self, like):
        return SQL("message.from_display ILIKE %s", like)

    @api.model
    def _search_by_to(self, like):
        return SQL("concat(message.to_display, ' ', message.cc_display) ILIKE %s", like)

    @api.model
    def _search_by_subject(self, like):
        return SQL("message.subject ILIKE %s", like)

    @api.model
    def _search_by_account(self, like):
        return SQL(
            "message.account_id IN (SELECT id FROM mail_center_account"
            " WHERE name ILIKE %s OR email ILIKE %s)",
            like, like,
        )

    @api.model
    def _search_by_type(self, like):
        # The types that the user may see, by their names in his language.
        types = self.env["mail.center.type"].search([("name", "ilike", like.strip("%"))])
        return SQL("message.type_id IN %s", tuple(types.ids) or (0,))

    @api.model
    def _search_by_assigned(self, like):
        """Of conversations that are handled by this person, by ``me`` or by ``nobody``."""
        word = like.strip("%").casefold()
        if word == "nobody":
            return SQL(
                "NOT EXISTS (SELECT 1 FROM mail_center_thread thread"
                " WHERE thread.id = message.thread_id AND thread.user_id IS NOT NULL)"
            )
        if word == "me":
            people = [self.env.uid]
        else:
            people = self.env["res.users"].search([("name", "ilike", like.strip("%"))]).ids
        return SQL(
            "message.thread_id IN (SELECT id FROM mail_center_thread WHERE user_id = ANY(%s))",
            people,
        )

    @api.model
    def _search_by_in(self, like):
        return SQL(
            "EXISTS (SELECT 1 FROM mail_center_message_location place"
            " JOIN mail_center_folder folder ON folder.id = place.folder_id"
            " WHERE place.message_id = message.id"
            " AND (folder.special_use = lower(%s) OR folder.path ILIKE %s))",
            like.strip("%"), like,
        )

    @api.model
    def _search_by_link(self, like):
        """Mail linked to a kind of document, by the name of the kind or of its model."""
        names = self.env["mail.center.linkable"]._models()
        kinds = self.env["ir.model"].sudo().search(
            ["&", ("model", "in", list(names)), "|", ("name", "ilike", like.strip("%")),
             ("model", "ilike", like.strip("%"))]
        )
        return SQL(
            "EXISTS (SELECT 1 FROM mail_center_link link WHERE link.message_id = message.id"
            " AND link.res_model IN %s)",
            tuple(kinds.mapped("model")) or ("",),
        )
