"""The mail that is there gets what ``from:`` and ``to:`` look into, and loses indexes.

What these found is found by others: see the indexes of ``mail.center.message``. Odoo leaves in an
old database what is not asked for any more.
"""

from odoo.addons.mail_center.core.intake import INDEXED_LETTERS
from odoo.addons.mail_center.core.search import people
from psycopg2.extras import execute_values

# So many mails at a time.
BATCH = 5000
NEEDLESS = (
    "account_id_index", "company_id_index", "state_index", "account_message_id", "message_id_index",
)


def migrate(cr, version):
    for name in NEEDLESS:
        # Of some the name has two underscores: those that Odoo makes for a field.
        cr.execute(
            f"DROP INDEX IF EXISTS mail_center_message_{name}, mail_center_message__{name}"
        )
    last = 0
    while True:
        cr.execute(
            "SELECT id, from_display, to_display, cc_display FROM mail_center_message"
            " WHERE id > %s ORDER BY id LIMIT %s", [last, BATCH],
        )
        mails = cr.fetchall()
        if not mails:
            return
        execute_values(
            cr._obj,
            "UPDATE mail_center_message message SET sender_plain = one.sender,"
            " recipients_plain = one.recipients FROM (VALUES %s) AS one (id, sender, recipients)"
            " WHERE message.id = one.id",
            [(number, people(sender)[:INDEXED_LETTERS] or None,
              people(to, cc)[:INDEXED_LETTERS] or None)
             for number, sender, to, cc in mails],
        )
        last = mails[-1][0]
