"""Indexes that new ones have replaced.

Odoo makes the indexes that a model declares and leaves alone those that it no longer does: each
cost time at every line that is written. ``tests/upgrade`` compares the tables of an updated
database with those of a fresh one.
"""

from odoo.tools.sql import drop_index

GONE = {
    # replaced by those over account, event and date together
    "mail_center_log": ("account_id", "create_date", "event", "level"),
    # replaced by those that bring the mails of a conversation, or the places of a mail, in order
    "mail_center_message": ("thread_id",),
    "mail_center_message_location": ("message_id",),
}


def migrate(cr, version):
    for table, columns in GONE.items():
        for column in columns:
            drop_index(cr, f"{table}__{column}_index", table)
