"""What the mailer finds out or decides is shown to others and acted upon: nobody else writes it.

``readonly=True`` on a field only binds forms; over RPC it can be written like any other.
"""

from odoo.exceptions import AccessError


def is_mailers(field):
    """Whether only the mailer writes *field*: it is stored, and no form lets anybody change it."""
    return bool(field.readonly and field.store and not field.inverse)


def filled(records, vals):
    """*vals* with what Odoo adds to a new record out of the caller's own hand.

    These are the ``default_…`` of his context, and what he set as his usual values (``ir.default``
    is written by everybody for himself). Who looks at *vals* alone overlooks both.
    """
    fields, given = records._fields, {}
    usual = records.env["ir.default"]._get_model_defaults(records._name)
    context = {
        key.removeprefix("default_"): value for key, value in records.env.context.items()
        if key.startswith("default_")
    }
    for name, value in {**usual, **context}.items():
        if name in fields:
            given[name] = value
    return {**given, **vals}


def refuse_mailer_fields(records, vals, besides=()):
    """Raise AccessError if *vals* hold a field that only the mailer writes, but for *besides*."""
    if records.env.su:
        return
    fields = records._fields
    for name in vals.keys() - set(besides):
        if name in fields and is_mailers(fields[name]):
            label = records.env["ir.model.fields"].get_field_string(records._name)[name]
            raise AccessError(records.env._("“%s” can't be changed by hand.", label))
