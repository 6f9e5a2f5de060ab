"""The only kinds of object that exist while a template runs, and the state they share.

Texts (str, or Markup for HTML), numbers, booleans, dates, :class:`Record`, :class:`Items` and
:class:`Missing`. Whatever else turns up ends the rendering.
"""

from __future__ import annotations

from datetime import date, datetime

from jinja2 import Undefined
from markupsafe import Markup, escape

from .formats import Formats
from .kinds import KIND_NAMES
from .limits import Budget, Limits
from .problems import TemplateProblem
from .view import FIELD_NAME, Choice, ForbiddenField, UnknownField, View, plain


class Missing(Undefined):
    """No value: an empty field, an unknown one, or one that may not be read. Renders as ''."""

    __slots__ = ("path",)

    def __init__(self, hint=None, obj=None, name=None, exc=None, *, path=None):
        super().__init__()
        self.path = path if path is not None else name if isinstance(name, str) else ""

    def __str__(self):
        return ""

    def __bool__(self):
        return False

    def __eq__(self, other):
        return isinstance(other, Missing) or other is None or other == ""

    def __hash__(self):
        return 0

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0


class Record:
    """A view on its way through a template: knows its path and reports what can't be read."""

    __slots__ = ("_path", "_state", "_view")

    def __init__(self, view: View, path: str, state: State):
        self._view = view
        self._path = path
        self._state = state

    @property
    def path(self) -> str:
        return self._path

    @property
    def key(self):
        return self._view.key

    def get(self, name: str):
        """The field's value as a template value. Never raises for a field that can't be read."""
        path = f"{self._path}.{name}"
        self._state.budget.step()
        if not FIELD_NAME.match(name):
            raise TemplateProblem("forbidden_field", name=name[:80])
        value = self._state.ask(self._view.get, name, path)
        return value if isinstance(value, Missing) else self._state.wrap(value, path)

    def label(self):
        return self._state.ask(lambda _name: self._view.label(), "display_name", self._path)

    def __eq__(self, other):
        return isinstance(other, Record) and other.key == self.key

    def __hash__(self):
        return hash(self.key)


class Items:
    """A list: the records of a relation, or the result of a filter.

    Never of lists: forty lines of ``{% set a = [a, a] %}`` would make a list of a billion items
    that takes no memory and forever to compare.
    """

    __slots__ = ("path", "values")

    def __init__(self, values, path: str = ""):
        self.values = tuple(values)
        self.path = path

    def __len__(self):
        return len(self.values)

    def __iter__(self):
        return iter(self.values)

    def __eq__(self, other):
        return isinstance(other, Items) and other.values == self.values

    def __hash__(self):
        return hash(self.values)


def kind(value) -> str:
    """The kind (see kinds.py) of a template value; '' for :class:`Missing`.

    Raises TemplateProblem for an object that has no business here.
    """
    if isinstance(value, Missing) or value is None:
        return ""
    name = _KINDS.get(type(value))
    if name is None:
        raise TemplateProblem("forbidden_construct", construct=type(value).__name__)
    return name


_KINDS = {
    str: "text", Choice: "text", Markup: "html", bool: "boolean", int: "integer", float: "number",
    date: "date", datetime: "datetime", Record: "record", Items: "list",
}


class State:
    """What one rendering keeps: its budget, its language, and what had no value."""

    def __init__(self, limits: Limits, formats: Formats, html: bool):
        self.budget = Budget(limits)
        self.formats = formats
        self.html = html
        self.unresolved: dict[str, None] = {}
        self.empty: dict[str, None] = {}
        self.host_error: BaseException | None = None

    def ask(self, call, name: str, path: str):
        """The host's answer to ``call(name)``; Missing, and noted, when it can't be had."""
        try:
            return call(name)
        except (UnknownField, ForbiddenField):
            self.unresolved[path] = None
            return Missing(path=path)
        except BaseException as exc:
            # The host's own failures (a lost database connection, say) are not ours to rename.
            self.host_error = exc
            raise

    def wrap(self, value, path: str):
        """A value from a view as a template value."""
        if value is None:
            return Missing(path=path)
        if isinstance(value, View):
            return Record(value, path, self)
        if isinstance(value, (list, tuple)):
            self.budget.length(len(value))
            return Items((self._wrap_item(item, path) for item in value), path)
        try:
            value = plain(value)
        except TypeError:
            self.unresolved[path] = None
            return Missing(path=path)
        if isinstance(value, str):
            self.budget.make(len(value))
            return value if value else Missing(path=path)
        if isinstance(value, datetime):
            return self.formats.local(value)
        return value

    def _wrap_item(self, value, path: str):
        if isinstance(value, (list, tuple)):
            self.unresolved[path] = None
            return Missing(path=path)
        return self.wrap(value, path)

    def text(self, value) -> str:
        """A value as it is written into the result: a str, or Markup when it is HTML.

        Raises TemplateProblem for a list.
        """
        name = kind(value)
        if name == "list":
            raise TemplateProblem("list_as_value", path=value.path or "…")
        if name == "record":
            value = value.label()
            text = "" if isinstance(value, Missing) else str.__str__(str(value))
        elif name == "text":
            text = value
        elif name == "html":
            text = value if self.html else self.formats.plain_text(value)
        else:
            text = "" if not name else self.formats.plain_value(value)
        self.budget.step()
        self.budget.make(len(text))
        return text

    def write(self, value) -> str:
        """:meth:`text` for a placeholder: notes what came out empty."""
        text = self.text(value)
        if not text:
            path = getattr(value, "path", "") if isinstance(value, (Missing, Record)) else ""
            if path and path not in self.unresolved:
                self.empty[path] = None
        if self.html and not isinstance(text, Markup):
            # Escaped here to count what escaping makes of it.
            text = escape(text)
            self.budget.make(len(text))
        return text

    def mismatch(self, name: str, value) -> TemplateProblem:
        """The error for using ``name`` (a filter or operator) on ``value``."""
        return TemplateProblem("type_mismatch", name=name, kind=KIND_NAMES.get(kind(value), "?"))
