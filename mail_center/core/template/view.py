"""What a template is allowed to see: views of records, never the records themselves.

The host (Odoo) implements :class:`Source` over one record, read-only and with the access rights
of the person who renders. :class:`RecordView` puts the rules in front of it that don't depend on
the host: only names that the source declares as fields, no name that starts with an underscore,
and only plain values come out. Neither ever calls a method that a template named.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Protocol, Union, runtime_checkable

from markupsafe import Markup

from .kinds import FieldType

FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}\Z")
Scalar = str | Markup | bool | int | float | Decimal | date | datetime | None
Value = Union["View", Sequence, Scalar]


class Choice(str):
    """One of a fixed set of values: reads as its label, and equals its label and its key.

    So ``{{ document.state }}`` writes “Angebot”, and ``{% if document.state == "draft" %}`` holds
    in every language.
    """

    __slots__ = ("key",)

    def __new__(cls, label: str, key: str):
        choice = super().__new__(cls, label)
        choice.key = key
        return choice

    def __eq__(self, other):
        if isinstance(other, Choice):
            return self.key == other.key
        return isinstance(other, str) and str.__str__(other) in (str.__str__(self), self.key)

    def __ne__(self, other):
        return not self == other

    __hash__ = str.__hash__


class UnknownField(Exception):
    """The record has no such field."""


class ForbiddenField(Exception):
    """The field exists, but whoever renders may not read it (or nobody may, from a template)."""


class View(ABC):
    """Read-only sight of one record."""

    @abstractmethod
    def get(self, name: str) -> Value:
        """The value of field ``name``: a view, a list (of views or scalars), a scalar or None.

        Datetimes without a time zone are UTC. Markup is HTML that was cleaned already.
        Raises UnknownField or ForbiddenField; anything else goes through to the caller of render.
        """

    @abstractmethod
    def label(self) -> str:
        """The record's name as a person reads it. Raises ForbiddenField."""

    @property
    def key(self) -> Hashable:
        """Equal for two views of the same record."""
        return id(self)


@runtime_checkable
class Source(Protocol):
    """What the host implements over one record."""

    key: Hashable

    def field_type(self, name: str) -> FieldType | None:
        """The type of field ``name``; None if there is none or templates must not use it."""

    def read(self, name: str):
        """The raw value: a scalar, None, a Source, or a sequence of Sources or scalars.

        Raises ForbiddenField when the rendering user may not read the field or the record.
        """

    def label(self) -> str:
        """The display name. Raises ForbiddenField."""


class RecordView(View):
    """A view over a host's :class:`Source`; values are read once and kept."""

    def __init__(self, source: Source):
        self._source = source
        self._values: dict[str, Value] = {}

    def get(self, name: str) -> Value:
        if name not in self._values:
            self._values[name] = self._read(name)
        return self._values[name]

    def _read(self, name: str) -> Value:
        if not FIELD_NAME.match(name):
            raise ForbiddenField(name)
        kind = self._source.field_type(name)
        if kind is None:
            raise UnknownField(name)
        value = self._source.read(name)
        # Hosts such as Odoo write "no value" as False; only a boolean field means it.
        if value is None or (value is False and kind.kind != "boolean"):
            return None
        if kind.kind == "record":
            return _as_view(value)
        if kind.kind in ("records", "list"):
            return [_as_view(item) if kind.kind == "records" else item for item in value]
        value = plain(value)
        # Only a field of formatted text may pass HTML on unescaped.
        return str.__str__(value) if isinstance(value, Markup) and kind.kind != "html" else value

    def label(self) -> str:
        return self._source.label()

    @property
    def key(self) -> Hashable:
        return self._source.key


def _as_view(value) -> View:
    return value if isinstance(value, View) else RecordView(value)


class Lazy(Mapping):
    """``{name: function}`` as a mapping of what they return, each called when asked for."""

    def __init__(self, functions: Mapping[str, Callable[[], object]]):
        self._functions = functions
        self._values: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        if name not in self._values:
            self._values[name] = self._functions[name]()
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._functions

    def __iter__(self):
        return iter(self._functions)

    def __len__(self) -> int:
        return len(self._functions)


class MappingView(View):
    """A view of fixed values, for what is no record: sender, recipient, samples in tests.

    ``values`` may hold scalars, None, views, mappings and lists of these.
    """

    def __init__(self, values: Mapping[str, object], label: str = "", key: Hashable = None):
        self._values = values
        self._label = label
        self._key = key

    def get(self, name: str) -> Value:
        if not FIELD_NAME.match(name):
            raise ForbiddenField(name)
        if name not in self._values:
            raise UnknownField(name)
        value = self._values[name]
        if isinstance(value, Mapping):
            return MappingView(value)
        if isinstance(value, (list, tuple)):
            return [MappingView(item) if isinstance(item, Mapping) else item for item in value]
        return value if isinstance(value, View) else plain(value)

    def label(self) -> str:
        values = self._values
        return self._label or str(values.get("display_name") or values.get("name") or "")

    @property
    def key(self) -> Hashable:
        return id(self._values) if self._key is None else self._key


def plain(value) -> Scalar:
    """``value`` as a plain scalar without behaviour of its own.

    Subclasses of str and numbers lose what they add; naive datetimes become UTC.
    Raises TypeError for anything that is no scalar.
    """
    for kind, convert in _CONVERT:
        if isinstance(value, kind):
            return convert(value)
    raise TypeError(f"a template can't show a {type(value).__name__}")


def _aware(value: datetime) -> datetime:
    value = datetime(
        value.year, value.month, value.day, value.hour, value.minute, value.second,
        value.microsecond, value.tzinfo, fold=value.fold,
    )
    return value if value.tzinfo else value.replace(tzinfo=timezone.utc)


# Order matters: Markup and Choice are str, bool is an int, datetime is a date.
_CONVERT: Iterable = (
    (type(None), lambda value: None),
    (Markup, lambda value: Markup(str.__str__(value))),
    (Choice, lambda value: Choice(str.__str__(value)[:], str(value.key))),
    (str, lambda value: str.__str__(value)[:]),
    (bool, bool),
    (int, int),
    (float, float),
    (Decimal, float),
    (datetime, _aware),
    (date, lambda value: date(value.year, value.month, value.day)),
)
