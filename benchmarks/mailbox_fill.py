"""Fill a database with mail by SQL: a million in minutes.

The words of a mail are put together from sentences that were indexed once; what the product would
make of the whole is the same, and some mails are looked at to see that it is.
"""

from __future__ import annotations

import random

from odoo.addons.mail_center.core import search
from odoo.addons.mail_center.core.intake import indexed
from psycopg2.extras import execute_values

ACCOUNTS = 10
# The others belong to somebody else.
READABLE = 6
SENTENCES = 5_000
PEOPLE = 20_000
PARTNERS = 500
# Mails that belong to one busy customer.
BUSY = 5_000
# Conversations of each account that somebody handles.
HANDLED = 10
# A conversation that never ends.
LONG_THREAD = 500
CHUNK = 100_000
MINUTES_APART = 5
TABLES = (
    "mail_center_message", "mail_center_message_location", "mail_center_thread",
    "mail_center_link",
)  # fmt: skip

OFFICE = "Biuro <office@mc.example>"
FIRST_NAMES = ("Łukasz", "Anna", "Ewa", "John", "Żaneta", "Mary")
POLISH = (
    "faktur cegł dachówk płatnoś umow zamówien dostaw klient termin rozmow wycen spotkan adres"
    " załącznik odpowiedz pytan projekt budow próbk rabat magazyn kierownik umówien przesyłk"
    " reklamacj źródł łazienk żwirow ścian ćwiartk"
)
ENDINGS = "a y ie ę ą ami ach owi em i"
ENGLISH = (
    "please find attached our latest price list for the roof and brick delivery next week thank"
    " you for your patience we have received the order invoice contract meeting question answer"
    " regards discount sample warehouse manager project address shipping complaint kitchen wall"
    " window door schedule monday friday team call phone office customer supplier"
)


def words_of(number: int) -> str:
    """Sentence *number*: forty words, most of them common; *offer* in a third of all."""
    chance = random.Random(number)
    polish, english, endings = POLISH.split(), ENGLISH.split(), ENDINGS.split()
    rank = [1 / (place + 2) for place in range(len(polish))]
    words = [
        chance.choices(polish, rank)[0] + chance.choice(endings)
        if chance.random() < 0.5 else chance.choice(english)
        for _ in range(38)
    ]
    words.append(f"zn{chance.randrange(20_000)}")
    if number % 6 == 0:
        words.insert(3, "offer")
    if number % 200 == 7:
        words.insert(5, "chimney")
    if number % 400 == 9:
        words[7:7] = ["general", "assembly"]
    if number == 4_321:
        words.insert(0, "zebrafinch")
    return " ".join(words)


def prepare(cr) -> None:
    """The tables that mails are put together from."""
    cr.execute("CREATE TEMPORARY TABLE sentence (n int PRIMARY KEY, words text, vector tsvector)")
    cr.execute("CREATE TEMPORARY TABLE person (n int PRIMARY KEY, email text, display text,"
               " vector tsvector, plain text)")  # fmt: skip
    texts = map(words_of, range(SENTENCES))
    rows = [(number, text, search.vector([("D", text)])) for number, text in enumerate(texts)]
    execute_values(cr._obj, "INSERT INTO sentence VALUES %s", rows)
    people = []
    for number in range(PEOPLE):
        email = f"p{number}@firm{number // 20}.example"
        display = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} Person{number} <{email}>"
        words = search.vector([("B", display), ("B", OFFICE)])
        people.append((number, email, display, words, search.people(display)))
    execute_values(cr._obj, "INSERT INTO person VALUES %s", people)
    cr.execute("ANALYZE sentence; ANALYZE person")


MAILS = f"""
WITH made AS (
    INSERT INTO mail_center_message
           (account_id, company_id, direction, state, subject, email_from, from_display,
            to_display, body_text, body_html, snippet, date, is_read, is_starred, is_automatic,
            attachment_count, file_names, thread_id, size, is_linked, partner_id, search_vector,
            sender_plain, recipients_plain)
    SELECT %(account)s, %(company)s, way.direction, way.state, way.subject,
           CASE way.direction WHEN 'in' THEN person.email ELSE 'office@mc.example' END,
           person.display, '{OFFICE}',
           one.words || ' ' || other.words,
           '<p>' || one.words || '</p><p>' || other.words || '</p>', left(one.words, 120),
           %(newest)s - i * interval '{MINUTES_APART} minutes',
           i %% 50 <> 7, i %% 400 = 11, i %% 7 = 0, (i %% 20 = 0)::int,
           CASE WHEN i %% 20 = 0 THEN 'cennik.pdf' END,
           %(thread)s + CASE WHEN i %% 10 = 3 AND i < {LONG_THREAD} * 10 THEN 0 ELSE 1 + i / 3 END,
           4000, way.linked,
           CASE WHEN way.busy THEN %(partner)s + {PARTNERS}
                WHEN way.linked THEN %(partner)s + i %% {PARTNERS} END,
           ('sprawa:1A ' || i / 3 || ':2A')::tsvector || person.vector
           || CASE WHEN i %% 20 = 0 THEN 'cennik:1C pdf:2C' ELSE '' END::tsvector
           || one.vector || other.vector,
           person.plain, '{search.people(OFFICE)}'
      FROM generate_series(%(start)s, %(end)s - 1) AS series(i)
      CROSS JOIN LATERAL (
           SELECT CASE WHEN i %% 10 = 4 THEN 'out' ELSE 'in' END AS direction,
                  CASE WHEN i %% 10 = 4 THEN 'sent' ELSE 'received' END AS state,
                  'Sprawa ' || i / 3 AS subject,
                  %(busy)s AND i %% 2 = 1 AND i < {BUSY} * 2 AS busy,
                  %(tidy)s OR i %% 3 = 0 OR %(busy)s AND i %% 2 = 1 AND i < {BUSY} * 2 AS linked
           ) AS way
      JOIN sentence one ON one.n = i * 13 %% {SENTENCES}
      JOIN sentence other ON other.n = (i * 7 + i / {SENTENCES}) %% {SENTENCES}
      JOIN person ON person.n = i * 17 %% {PEOPLE}
 RETURNING id, date, partner_id, direction = 'in' AND NOT is_read AS is_unread),
linked AS (
    INSERT INTO mail_center_link (message_id, res_model, res_id, reason)
    SELECT id, 'res.partner', partner_id, 'address' FROM made WHERE partner_id IS NOT NULL)
INSERT INTO mail_center_message_location (message_id, folder_id, uid, date, is_unread)
SELECT id, CASE WHEN id %% 10 < %(inbox_share)s THEN %(inbox)s ELSE %(archive)s END, id, date,
       is_unread
  FROM made
"""
THREADS = f"""
INSERT INTO mail_center_thread
       (account_id, subject, last_date, message_count, unread_count, user_id)
SELECT %(account)s, 'Sprawa ' || n, %(newest)s, 3, (n %% 17 = 0)::int,
       CASE WHEN n BETWEEN 1 AND {HANDLED} THEN %(user)s END
  FROM generate_series(0, %(count)s / 3 + 1) AS n RETURNING id
"""
FILES = """
INSERT INTO ir_attachment (name, type, res_model, res_id, company_id, mimetype, file_size, public)
SELECT 'cennik.pdf', 'binary', 'mail.center.message', id, company_id, 'application/pdf', 900, false
  FROM mail_center_message WHERE attachment_count > 0 AND account_id = ANY(%s)
"""
FOREIGN_KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
"""
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
 WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary
"""


class Filler:
    """Puts mail into the accounts of one database."""

    def __init__(self, env):
        self.env = env
        self.cr = env.cr

    def fill(self, accounts, folders, messages: int, partner: int) -> None:
        """*folders*: account id → (inbox, archive). *partner*: the first of PARTNERS + 1."""
        cr = self.cr
        prepare(cr)
        later = self._take_down()
        cr.execute("SELECT now() AT TIME ZONE 'utc'")
        (newest,) = cr.fetchone()
        share = messages // len(accounts)
        for place, account in enumerate(accounts):
            inbox, archive = folders[account.id]
            # All mail of one account is in its inbox; all of another's is linked.
            self._fill_account(
                account, share,
                {"inbox": inbox.id, "archive": archive.id, "inbox_share": 4 if place else 10,
                 "newest": newest, "partner": partner, "busy": not place, "tidy": place == 1},
            )
            print(f"    {(place + 1) * share:,} mails", flush=True)
        cr.execute(FILES, [accounts.ids])
        cr.execute("SET maintenance_work_mem = '512MB'")
        for statement in later:
            cr.execute(statement)
        self._check()
        cr.commit()
        cr._cnx.autocommit = True
        for table in (*TABLES, "ir_attachment"):
            cr.execute(f"VACUUM ANALYZE {table}")
        cr._cnx.autocommit = False

    def _check(self) -> None:
        """The words are those that the product makes of such a mail."""
        self.cr.execute(
            "SELECT subject, from_display, to_display, file_names, body_text, search_vector::text"
            " FROM mail_center_message ORDER BY id DESC LIMIT 100"
        )
        for subject, sender, to, files, text, vector in self.cr.fetchall():
            self.cr.execute(
                "SELECT %s::tsvector::text", [indexed(subject, [sender, to], files or "", text)]
            )
            assert self.cr.fetchone() == (vector,)

    def _take_down(self) -> list[str]:
        """Drop indexes and foreign keys; the statements that bring them back."""
        later = []
        self.cr.execute(FOREIGN_KEYS, [list(TABLES)])
        for table, name, definition in self.cr.fetchall():
            self.cr.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            later.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        self.cr.execute(INDEXES, [list(TABLES)])
        found = self.cr.fetchall()
        for name, _definition in found:
            self.cr.execute(f"DROP INDEX {name}")
        return [definition for _name, definition in found] + later

    def _fill_account(self, account, count, values) -> None:
        values = {**values, "account": account.id, "count": count, "user": account.user_id.id,
                  "company": self.env.company.id}  # fmt: skip
        self.cr.execute(THREADS, values)
        values["thread"] = min(row[0] for row in self.cr.fetchall())
        for start in range(0, count, CHUNK):
            values.update(start=start, end=min(count, start + CHUNK))
            self.cr.execute(MAILS, values)
