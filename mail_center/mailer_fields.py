"""What the mailer finds out or decides is shown to others and acted upon: nobody else writes it.

``readonly=True`` on a field only binds forms; over RPC it can be written like any other.
"""

from odoo.exceptions import AccessError


def is_mailers(field):
    """Whether only the mailer writes *field*: it is stored, and no form lets anybody change it."""
    return bool(field.readonly and field.store and not field.inverse)


def refuse_mailer_fields(records, vals, besides=()):
    """Raise AccessError if *vals* hold a field that only the mailer writes, but for *besides*."""
    if records.env.su:
        return
    fields = records._fields
    for name in vals.keys() - set(besides):
        if name in fields and is_mailers(fields[name]):
            label = records.env["ir.model.fields"].get_field_string(records._name)[name]
            raise AccessError(records.env._("“%s” can't be changed by hand.", label))
