"""Indexes of the log that its new ones (account, event and date together) have replaced.

Odoo makes the indexes that a model declares and leaves alone those that it no longer does: each
cost time at every line of the log that is written. ``tests/upgrade`` compares the tables of an
updated database with those of a fresh one.
"""

from odoo.tools.sql import drop_index

GONE = (
    "mail_center_log__account_id_index",
    "mail_center_log__create_date_index",
    "mail_center_log__event_index",
    "mail_center_log__level_index",
)


def migrate(cr, version):
    for name in GONE:
        drop_index(cr, name, "mail_center_log")
