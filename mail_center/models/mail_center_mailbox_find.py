import json
from datetime import datetime
from functools import cache, partial

from odoo import api, models
from odoo.tools import SQL

from ..core import search

# So many of the newest mails are looked at first: a word that is common shows there.
FIRST = 300
# So many where the index over words gives too much to look at all of it.
NEWEST = 2000
# Up to so many when the first ones tell that they will fill the page.
WIDER = 8000
# Where more than so many mails have the words, to look at each of them again takes seconds.
AGAIN = 20_000
# To look at a mail takes as long as to read so many entries of an index.
LOOK = 25
# So many of the newest mails tell which trigrams are common, by so much of their people.
SAMPLED = 100
SAMPLED_LETTERS = 500


class MailCenterMailbox(models.AbstractModel):
    """How a page of mails is found, at a cost that does not grow with the mailbox."""

    _inherit = "mail.center.mailbox"

    @api.model
    def _find(self, sources, conditions, together, cursor, limit):
        """[(message id, date)], from each source as much as can be needed, then the newest."""
        if not sources:
            return []
        parts = [
            self._source_sql(kind, number, conditions, together, cursor, limit)
            for kind, number in sources
        ]
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT id, date FROM (%s) AS found GROUP BY id, date"
                " ORDER BY date DESC, id DESC LIMIT %s",
                SQL(" UNION ALL ").join(SQL("(%s)", part) for part in parts),
                limit,
            )
        )
        return self.env.cr.fetchall()

    @api.model
    def _source_sql(self, kind, number, conditions, together, cursor, limit):
        key = SQL("(message.date, message.id)")
        order = SQL("message.date DESC, message.id DESC")
        if kind == "folder":
            key = SQL("(place.date, place.message_id)")
            order = SQL("place.date DESC, place.message_id DESC")
            tables = SQL(
                "mail_center_message_location place"
                " JOIN mail_center_message message ON message.id = place.message_id"
            )
            wanted = [SQL("place.folder_id = %s", number)]
            newer = SQL(
                "NOT EXISTS (SELECT 1 FROM mail_center_message other"
                " JOIN mail_center_message_location there ON there.message_id = other.id"
                " WHERE other.thread_id = message.thread_id AND there.folder_id = %s"
                " AND other.date >= place.date"
                " AND (there.date, there.message_id) > (place.date, place.message_id))",
                number,
            )
        elif kind == "record":
            tables = SQL(
                "mail_center_link link JOIN mail_center_message message"
                " ON message.id = link.message_id"
            )
            wanted = self._of_record(*number)
            newer = SQL(
                "NOT EXISTS (SELECT 1 FROM mail_center_message other"
                " JOIN mail_center_link also ON also.message_id = other.id"
                " WHERE other.thread_id = message.thread_id"
                " AND also.res_model = link.res_model AND also.res_id = link.res_id"
                " AND (other.date, other.id) > (message.date, message.id))"
            )
        else:
            tables = SQL("mail_center_message message")
            wanted = [SQL("message.account_id = %s AND message.state <> 'draft'", number)]
            newer = SQL(
                "NOT EXISTS (SELECT 1 FROM mail_center_message other"
                " WHERE other.thread_id = message.thread_id AND other.state <> 'draft'"
                " AND (other.date, other.id) > (message.date, message.id))"
            )
        wanted += self._after(key, cursor)
        if together:
            wanted.append(newer)
        wanted += self._not_odoos()
        return SQL(
            "SELECT message.id, message.date FROM %s WHERE %s ORDER BY %s LIMIT %s",
            tables, SQL(" AND ").join([*wanted, *conditions]), order, limit,
        )

    @api.model
    def _find_words(self, sources, filters, conditions, cursor, limit, query):
        """The same as ``_find`` for a *query* with words: ``(found, [date, id] or None)``.

        *conditions*: those of the query, to which the *filters* of the place come.

        PostgreSQL can't know how often words stand together. Where it thinks that they do, it goes
        through all mails from the newest on, and goes on for a long time when they do not. Hence
        the newest mails are looked at, and more when these promise to fill the page; else the
        index over words is asked.

        That index does not know in which order and where in a mail the words stand. Where it would
        give very many mails to look at, what was found among the newest ones is given at once,
        with the last mail that was looked at. As a third part of the *cursor*, true, this means
        that the index is to be asked for the rest.
        """
        if not sources:
            return [], None
        self.env.flush_all()
        conditions = filters + conditions
        guess = cache(partial(self._guess, query))

        def run(query):
            self.env.cr.execute(query)
            return self.env.cr.fetchall()

        def indexed():
            Messages = self.env["mail.center.message"]
            here, late = Messages._search_steps(query, self._hints(query, guess))
            few = self._is_rarer(guess, sources)
            return run(self._words_sql(sources, filters + here, cursor, limit, late, few)), None

        if cursor and cursor[2:] and cursor[2]:
            return indexed()
        looked = min(FIRST, NEWEST)
        found = run(self._newest_sql(sources, conditions, cursor, limit, looked))
        if len(found) >= limit:
            return found, None
        is_inexact = query.is_inexact and guess() > AGAIN
        size = 2 * looked * limit // len(found) if found else WIDER + 1
        if is_inexact or size <= WIDER:
            looked = size if size <= WIDER else NEWEST
            found = run(self._newest_sql(sources, conditions, cursor, limit, looked))
            if len(found) >= limit:
                return found, None
        if is_inexact:
            ((count, *last),) = run(SQL(
                "SELECT count(*), min(date), min(id) FILTER (WHERE date = oldest)"
                " FROM (SELECT *, min(date) OVER () AS oldest FROM (%s) AS newest) AS newest",
                self._newest(sources, cursor, size=looked),
            ))
            return found, last if count >= looked else None
        return indexed()

    @api.model
    def _hints(self, query, guess):
        """What the index over words or trigrams is asked with, see ``_search_conditions``;
        ``guess()``: :meth:`_guess`, asked for where it matters."""
        hints = self._common(query)
        if any(term.key == "link" for term in query.terms):
            hints["link"] = guess() <= AGAIN
        return hints

    @api.model
    def _common(self, query):
        """``from``, ``to`` → trigrams of the query that most mails have, by some of the newest.

        Of each trigram that it is asked for the index reads on through all mails that have it,
        whosever they are: it is one index for all.
        """
        terms = [term for term in query.indexed if term.key in ("from", "to")]
        if not terms or not self.pool.has_trigram:
            return {}
        self.env.cr.execute(
            "SELECT left(sender_plain, %(most)s), left(recipients_plain, %(most)s)"
            " FROM mail_center_message ORDER BY id DESC LIMIT %(sampled)s",
            {"most": SAMPLED_LETTERS, "sampled": SAMPLED},
        )
        found = self.env.cr.fetchall()
        common = {}
        for key, people in zip(("from", "to"), zip(*found, strict=True), strict=False):
            seen = [text for text in people if text]
            wanted = [part for term in terms if term.key == key
                      for part in search.parts(term.value)]
            common[key] = {one for part in wanted for one in search.common(part, seen)}
        return common

    @api.model
    def _guess(self, query):
        """How many mails PostgreSQL takes to have the words of the query, wherever they stand."""
        Messages = self.env["mail.center.message"]
        return self._planned([Messages._search_condition(term) for term in query.indexed])

    @api.model
    def _planned(self, conditions):
        self.env.cr.execute(SQL(
            "EXPLAIN (FORMAT JSON) SELECT FROM mail_center_message message WHERE %s",
            SQL(" AND ").join(conditions),
        ))
        (plan,) = self.env.cr.fetchone()
        return (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"]

    @api.model
    def _is_rarer(self, guess, sources):
        """Does ``guess()`` say that so few mails have the words that each is asked whose it is?

        PostgreSQL would rather read the index over accounts: all that *sources* hold, for a word
        of a few mails.
        """
        numbers = [number for kind, number in sources if kind == "account"]
        if not numbers:
            return False
        theirs = self._planned([SQL("message.account_id = ANY(%s)", numbers)])
        return guess() * LOOK < theirs

    @api.model
    def _newest(self, sources, cursor=None, conditions=(), size=None):
        """SQL of (id, date) of the *size* (NEWEST) newest mails of all *sources* together."""
        size = size or NEWEST
        parts = SQL(" UNION ALL ").join(
            SQL("(%s)", self._source_sql(kind, number, list(conditions), False, cursor, size))
            for kind, number in sources
        )
        return SQL(
            "SELECT id, date FROM (%s) AS found GROUP BY id, date ORDER BY date DESC, id DESC"
            " LIMIT %s",
            parts, size,
        )

    @api.model
    def _newest_sql(self, sources, conditions, cursor, limit, size=None):
        """Which of the newest mails fulfil the *conditions*.

        OFFSET 0: each is looked at by its id, the index over words is not asked for all others.
        """
        return SQL(
            "SELECT message.id, message.date FROM (%s) AS newest, LATERAL"
            " (SELECT * FROM mail_center_message WHERE id = newest.id OFFSET 0) AS message WHERE %s"
            " ORDER BY message.date DESC, message.id DESC LIMIT %s",
            self._newest(sources, cursor, size=size), SQL(" AND ").join(conditions), limit,
        )

    @api.model
    def _words_sql(self, sources, conditions, cursor, limit, late=(), few=False):
        """All mails of the *sources* that fulfil the *conditions*, by the index over words.

        Of those the newest that fulfil what is *late*, too. *few*: see :meth:`_is_rarer`.
        """
        places = {}
        for kind, number in sources:
            places.setdefault(kind, []).append(number)
        ((kind, numbers),) = places.items()
        key = SQL("(message.date, message.id)")
        tables = SQL("mail_center_message message")
        if kind == "folder":
            tables = SQL(
                "%s JOIN mail_center_message_location place ON place.message_id = message.id",
                tables,
            )
            wanted = [SQL("place.folder_id = ANY(%s)", numbers)]
        elif kind == "record":
            tables = SQL("%s JOIN mail_center_link link ON link.message_id = message.id", tables)
            wanted = self._of_record(*numbers[0])
        else:
            # Of a sum no index knows.
            account = SQL("(message.account_id + 0)" if few else "message.account_id")
            wanted = [SQL("%s = ANY(%s) AND message.state <> 'draft'", account, numbers)]
        wanted += [*self._after(key, cursor), *self._not_odoos(), *conditions]
        found = SQL(
            "WITH found AS MATERIALIZED"
            " (SELECT DISTINCT message.id, message.date FROM %s WHERE %s)",
            tables, SQL(" AND ").join(wanted),
        )
        if not late:
            return SQL(
                "%s SELECT id, date FROM found ORDER BY date DESC, id DESC LIMIT %s", found, limit
            )
        # OFFSET 0: sorted before they are looked at, one after the other, until there are enough.
        return SQL(
            "%s SELECT one.id, one.date"
            " FROM (SELECT id, date FROM found ORDER BY date DESC, id DESC OFFSET 0) AS one,"
            " LATERAL (SELECT * FROM mail_center_message WHERE id = one.id OFFSET 0) AS message"
            " WHERE %s ORDER BY one.date DESC, one.id DESC LIMIT %s",
            found, SQL(" AND ").join(late), limit,
        )

    @api.model
    def _of_record(self, model, res_id):
        return [
            SQL("link.res_model = %s AND link.res_id = %s", model, res_id),
            SQL("(message.account_id = ANY(%s) OR message.user_id = %s)",
                self._accounts().ids, self.env.uid),
        ]

    @api.model
    def _after(self, key, cursor):
        if not cursor:
            return []
        date, message_id = cursor[:2]
        return [SQL("%s < (%s, %s)", key, datetime.fromisoformat(date), int(message_id))]

    @api.model
    def _not_odoos(self):
        """Odoo's own mail, which holds new passwords: not even that there is a match."""
        return [SQL("(message.is_odoos IS NOT TRUE OR message.user_id = %s)", self.env.uid)]
