"""Records that are made with other rights than those of the person who asks.

Odoo fills what is not said about a new record from the ``default_…`` of the context and from the
usual values of the user (``ir.default``, which everybody writes for himself). ``sudo()`` takes the
first away, but not the second; ``with_user()`` takes the context along. So a person would set
fields of records that he may not make, with rights that he has not.
"""

from odoo.tools import clean_context

KEY = "mail_center_by_server"


def without_defaults(records):
    """*records* without the ``default_…`` of the context."""
    return records.with_context(clean_context(records.env.context))


def by_server(records):
    """*records* whose ``create`` takes nothing from the person who asks but the values.

    Our own models do so by themselves under ``sudo()`` (``models/base.py``); records of Odoo's
    models that are made with more rights are made through this.
    """
    return without_defaults(records).with_context(**{KEY: True})
