"""A record that names another one shows its name to whoever may read the first.

Odoo gives the name of what a many2one points at without asking for a right on it. So nobody may
point at what he may not read: his own record would tell him what it is called.
"""

from odoo import SUPERUSER_ID
from odoo.exceptions import MissingError
from odoo.fields import Command


def nameable(records):
    """Those of *records* whose name the user may be told, in the companies he works for.

    Odoo itself asks as superuser for the name of what a many2one points at, in ``onchange`` even of
    what a person only says that it points at: so the name looks at the right by itself.
    """
    env = records.env
    if not env.su or env.uid == SUPERUSER_ID:
        return records  # the right was asked for already, or it is the mailer's own work
    theirs = records._origin.with_env(env(su=False)).with_context(
        allowed_company_ids=env.user.company_ids.ids
    )
    known = set(theirs._filtered_access("read")._ids)
    return records.filtered(lambda one: not one._origin or one._origin.id in known)


def named(records):
    """Name those of *records* by their number whose name the user may not be told, and return the
    others. For ``_compute_display_name``, which depends on ``uid`` by this."""
    known = nameable(records)
    for record in records - known:
        record.display_name = f"#{record.id}"
    return known


def require_readable(records, vals):
    """Raise AccessError if *vals* point at a record of ours, or a file, that the user of *records*
    may not read. Looks at many2one and many2many fields."""
    if records.env.su:
        return
    for name, value in vals.items():
        field = records._fields.get(name)
        if not field or field.type not in ("many2one", "many2many") or not value:
            continue
        if field.comodel_name.startswith("mail.center.") or field.comodel_name == "ir.attachment":
            ids = [value] if field.type == "many2one" else _added(value)
            pointed = records.env[field.comodel_name].browse(ids)
            try:
                pointed.check_access("read")
            except MissingError:  # mostly they are there, and known already
                pointed.exists().check_access("read")


def _added(commands):
    """The ids that the commands of a many2many field add."""
    ids = []
    for command in commands:
        if isinstance(command, int):
            ids.append(command)
        elif command[0] in (Command.LINK, Command.UPDATE):
            ids.append(command[1])
        elif command[0] == Command.SET:
            ids += command[2]
    return ids
