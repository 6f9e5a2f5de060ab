"""The kinds of values a template works with, as far as they are known without rendering.

A *field type* is what the catalogue says about one path. A *static type* is what the linter knows
about one expression: a set of possibilities, because ``a if c else b`` can be either.
"""

from __future__ import annotations

from dataclasses import dataclass

SCALARS = frozenset({"text", "html", "integer", "number", "boolean", "date", "datetime"})
TEXT = frozenset({"text", "html"})
NUMERIC = frozenset({"integer", "number"})
TEMPORAL = frozenset({"date", "datetime"})
LOOP_FIELDS = frozenset({"index", "index0", "first", "last", "length", "revindex", "revindex0"})
KINDS = SCALARS | {"record", "records", "list"}

# Odoo's field types; those left out (binary, json, properties, references) aren't offered.
_ODOO = {
    "char": "text", "text": "text", "selection": "text", "html": "html", "integer": "integer",
    "float": "number", "monetary": "number", "boolean": "boolean", "date": "date",
    "datetime": "datetime", "many2one": "record", "one2many": "records", "many2many": "records",
}

KIND_NAMES = {
    "text": "a text", "html": "formatted text (use |plain first)", "integer": "a whole number",
    "number": "a number", "boolean": "yes or no", "date": "a date",
    "datetime": "a date with time", "record": "a record (add the field you mean)",
    "list": "a list",
}


@dataclass(frozen=True)
class FieldType:
    """``kind`` is one of :data:`KINDS`; ``model`` names what a record or records are of.

    For ``list`` (of scalars) ``item`` is the kind of each.
    """

    kind: str
    model: str | None = None
    item: str = "text"

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of field: {self.kind}")

    @classmethod
    def from_odoo(cls, info) -> FieldType | None:
        """From one entry of ``fields_get``: ``type`` and ``relation``. None if not usable."""
        kind = _ODOO.get(info.get("type"))
        return cls(kind, info.get("relation") or None) if kind else None


@dataclass(frozen=True)
class Atom:
    """One possibility: a kind, the catalogue path of a record, the static type of list items."""

    kind: str
    path: str = ""
    item: frozenset = frozenset()


Static = frozenset
EMPTY: Static = frozenset()  # always empty, or unknown because a problem was reported already


def of(*kinds: str) -> Static:
    """The static type with these scalar kinds."""
    return frozenset(Atom(kind) for kind in kinds)


def list_of(item: Static) -> Static:
    """The static type of a list of ``item``."""
    return frozenset({Atom("list", item=item)})


def field_static(field: FieldType, path: str) -> Static:
    """The static type of the field of that type at ``path``."""
    if field.kind == "records":
        return list_of(frozenset({Atom("record", path)}))
    if field.kind == "list":
        return list_of(of(field.item))
    return frozenset({Atom(field.kind, path if field.kind == "record" else "")})


def kinds_of(static: Static) -> frozenset[str]:
    """The kinds that a value of this type can have."""
    return frozenset(atom.kind for atom in static)


def items_of(static: Static) -> Static:
    """What the items of a list of this type can be."""
    return frozenset().union(*(atom.item for atom in static if atom.kind == "list"))
