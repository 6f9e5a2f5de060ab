"""Field kinds that mail needs and Odoo does not have."""

from odoo import fields


class BigInteger(fields.Integer):
    """An integer of 8 bytes.

    UIDs and UIDVALIDITY are unsigned 32-bit numbers (RFC 3501, 2.3.1.1) and a
    mod-sequence has 63 bits (RFC 7162, 7): none fits PostgreSQL's ``int4``.
    """

    _column_type = ("int8", "int8")


class SearchVector(fields.Text):
    """PostgreSQL's ``tsvector``; values come and go as its text form."""

    _column_type = ("tsvector", "tsvector")
