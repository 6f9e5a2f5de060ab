"""What a template may see of Odoo's records: the :class:`core.template.Source` of the ORM.

Everything is read as the user of the environment, never as superuser: each step along a relation
checks the model, the record and the field again, because the cache may hold values that other
code has read with more rights.
"""

import re

from markupsafe import Markup
from odoo.exceptions import MissingError, UserError

from ..core.html import sanitise, unblock
from ..core.template import Choice, FieldType, ForbiddenField, Limits

# Never in a letter, whatever the rights of the reader: what logs in, and how the server works.
_SECRET = re.compile(
    r"passw|pwd|secret|token|api_?key|private_?key|credential|oauth|totp|otp_|signup|"
    r"session|(?:^|_)pin(?:$|_)|signature_key",
    re.IGNORECASE,
)
_TECHNICAL = re.compile(
    r"(?:ir|base|bus|mail|discuss|auth|iap|payment|fetchmail|google|microsoft|web|web_tour|"
    r"web_editor|html_editor|report|digest|sms|snailmail|phone|privacy|cloud|queue)(?:\.|_)|"
    r"res\.(?:groups|users\.|config)|change\.password|certificate\."
)
# Of a user only what stands on a business card.
_USER_FIELDS = frozenset(
    {
        "id",
        "name",
        "display_name",
        "email",
        "phone",
        "partner_id",
        "company_id",
        "signature",
        "lang",
        "tz",
        "job_title",
        "function",
        "work_phone",
        "work_email",
        "mobile_phone",
        "website",
        "street",
        "street2",
        "zip",
        "city",
        "country_id",
    }
)
# Fields of these belong to the chatter, not to the document.
_MIXINS = ("mail.thread", "mail.activity.mixin", "rating.mixin")
_OF_EVERY_MODEL = frozenset({"id", "display_name", "create_date", "write_date"})
MAX_RECORDS = Limits().items + 1  # one more than a template may go through: it gets told


class Sight:
    """What the user of *env* sees, in the language of *env*; kept for one rendering."""

    def __init__(self, env):
        self.env = env(su=False)
        self._fields = {}
        self._types = {}
        self._visible = {}

    # -- models and fields --

    def allows_model(self, name):
        """Whether templates may look into the model at all, as this user."""
        model = self.env.get(name)
        return (
            model is not None
            and not model._abstract
            and not model._transient
            and not _TECHNICAL.match(name)
            and model.has_access("read")
        )

    def fields(self, name):
        """``{field: description}`` of a model in the shape of ``fields_get``; the catalogue's
        metadata. Empty for a model that is not for templates."""
        if name not in self._fields:
            self._fields[name] = self._describe(name) if self.allows_model(name) else {}
        return self._fields[name]

    def _describe(self, name, names=None):
        model = self.env[name]
        hidden = {
            field
            for mixin in _MIXINS
            if mixin in self.env and isinstance(model, self.env.registry[mixin])
            for field in self.env[mixin]._fields
        }
        found = {}
        for field_name in model._fields if names is None else names:
            field = model._fields.get(field_name)
            if (
                not field or
                (field_name in hidden and field_name not in _OF_EVERY_MODEL)
                or _SECRET.search(field_name)
                or (name == "res.users" and field_name not in _USER_FIELDS)
                or (field.relational and not self.allows_model(field.comodel_name))
                or not model._has_field_access(field, "read")
            ):
                continue
            info = field.get_description(self.env, attributes=["type", "string", "relation"])
            if field.type == "monetary":
                info["currency_field"] = field.get_currency_field(model)
            found[field_name] = info
        return found

    def field_type(self, model, field):
        """The engine's type of a field; None if templates must not use it."""
        if (model, field) not in self._types:
            # Of this field alone: a letter names few of the hundreds that a model has.
            info = self.allows_model(model) and self._describe(model, [field]).get(field)
            self._types[model, field] = FieldType.from_odoo(info) if info else None
        return self._types[model, field]

    # -- records --

    def source(self, record):
        """The source of one record, as this user and in this language."""
        record.ensure_one()
        return RecordSource(self, record.with_env(self.env))

    def visible(self, records):
        """Those of *records* that the user may read."""
        unknown = records.browse(
            [record_id for record_id in records.ids if (records._name, record_id) not in
             self._visible]
        )
        if unknown:
            try:
                allowed = unknown._filtered_access("read")
            except MissingError:  # mostly they are there, and known already
                allowed = unknown.exists()._filtered_access("read")
            for record_id in unknown.ids:
                self._visible[records._name, record_id] = record_id in allowed._ids
        return records.filtered(lambda record: self._visible.get((records._name, record.id)))


class RecordSource:
    """One record as :class:`core.template.Source`."""

    def __init__(self, sight, record):
        self._sight = sight
        self._record = record

    @property
    def key(self):
        return self._record._name, self._record.id

    def field_type(self, name):
        return self._sight.field_type(self._record._name, name)

    def label(self):
        return self.read("display_name") or ""

    def read(self, name):  # pylint: disable=method-required-super
        """A field's value (this is no model: ``read`` is the engine's protocol)."""
        record = self._record
        if self.field_type(name) is None or not self._sight.visible(record):
            raise ForbiddenField(name)
        try:
            return self._value(record._fields[name], record[name])
        except UserError as error:  # access, and what a computed field has to complain about
            raise ForbiddenField(name) from error

    def _value(self, field, value):
        if field.type == "many2one":
            return self._sight.source(value) if value else None
        if field.type in ("one2many", "many2many"):
            return [self._sight.source(item) for item in self._sight.visible(value[:MAX_RECORDS])]
        if field.type == "selection":
            if not value:
                return None
            labels = dict(field._description_selection(self._sight.env))
            return Choice(labels.get(value) or str(value), str(value))
        if field.type == "html" and value:
            return Markup(unblock(sanitise(str(value)).html))
        return value
