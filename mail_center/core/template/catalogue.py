"""The special fields a person can choose from, with labels, types and what to insert for each.

The roots are fixed (:data:`ROOT_FIELDS`); ``document`` and whatever else is a record of the host
is described by metadata in the shape of Odoo's ``fields_get``: ``{name: {"type": "many2one",
"string": "Customer", "relation": "res.partner"}}``.
"""

from __future__ import annotations

import heapq
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from .kinds import FieldType
from .view import FIELD_NAME

Metadata = Mapping[str, Mapping[str, object]]

GROUPS = MappingProxyType(
    {
        "document": "Document", "recipient": "Recipient", "sender": "Sender",
        "company": "Company", "account": "Mail account", "today": "Date", "now": "Date",
    }
)


def _text(label: str, sample: str) -> dict[str, str]:
    return {"type": "char", "string": label, "sample": sample}


# In the shape of fields_get, with a sample; the host's values follow these names.
ROOT_FIELDS: Mapping[str, Metadata] = MappingProxyType(
    {
        "recipient": {
            "name": _text("Name", "Anna Nowak"),
            "first_name": _text("First name", "Anna"),
            "last_name": _text("Last name", "Nowak"),
            "email": _text("Email address", "anna.nowak@example.com"),
            "phone": _text("Phone", "+48 22 123 45 67"),
            "job_title": _text("Job position", "Buyer"),
            "company": _text("Company", "Nowak & Sons"),
            "street": _text("Street", "ul. Długa 5"),
            "zip": _text("ZIP", "00-238"),
            "city": _text("City", "Warszawa"),
            "country": _text("Country", "Poland"),
            "language": _text("Language", "Polish"),
            "vat": _text("Tax ID", "PL5213870274"),
        },
        "sender": {
            "name": _text("Name", "John Smith"),
            "first_name": _text("First name", "John"),
            "email": _text("Email address", "john.smith@example.com"),
            "phone": _text("Phone", "+44 20 7946 0000"),
            "job_title": _text("Job position", "Sales representative"),
            "signature": {"type": "html", "string": "Signature", "sample": "John Smith"},
        },
        "company": {
            "name": _text("Name", "Example Ltd"),
            "email": _text("Email address", "office@example.com"),
            "phone": _text("Phone", "+44 20 7946 0001"),
            "website": _text("Website", "https://www.example.com"),
            "street": _text("Street", "1 High Street"),
            "zip": _text("ZIP", "SW1A 1AA"),
            "city": _text("City", "London"),
            "country": _text("Country", "United Kingdom"),
            "vat": _text("Tax ID", "GB123456789"),
            "currency": _text("Currency", "GBP"),
        },
        "account": {
            "name": _text("Name", "Sales"),
            "email": _text("Email address", "sales@example.com"),
            "sender_name": _text("Sender display name", "Example Ltd, Sales"),
        },
    }
)
ROOT_SCALARS = MappingProxyType(
    {
        "today": {"type": "date", "string": "Today", "sample": "2025-01-31"},
        "now": {"type": "datetime", "string": "Now", "sample": "2025-01-31 12:30"},
    }
)


@dataclass(frozen=True)
class Placeholder:
    """One special field. ``path`` is dotted; ``label`` names every step of it; ``group`` is the
    name of its root; ``sample`` is an example or the value for a chosen record."""

    path: str
    label: str
    type: FieldType
    sample: str = ""
    group: str = ""
    insert: str = ""

    @property
    def is_list(self) -> bool:
        return self.type.kind in ("records", "list")


def folded(text: str) -> str:
    """``text`` for comparison: without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    # Letters with a stroke have no decomposition.
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.translate(_STROKES)


_STROKES = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae",
                          "œ": "oe", "ß": "ss", "þ": "th"})


class Catalogue:
    """The special fields for one kind of document.

    ``document``: the model of the document, None without one. ``models``: gives the metadata of a
    model's fields that the person may use, ``{}`` for an unknown one; asked once for each model.
    ``translate``: for the labels of the fixed roots.
    """

    def __init__(
        self,
        document: str | None = None,
        models: Callable[[str], Metadata] = lambda model: {},
        *,
        document_label: str = "Document",
        translate: Callable[[str], str] = str,
    ):
        self._document = document
        self._document_label = document_label
        self._models = models
        self._translate = translate
        self._known: dict[str, Metadata] = {}
        self._walked: dict[int, list[tuple[str, str]]] = {}

    # -- metadata --

    def roots(self) -> list[str]:
        """The first names of paths, the document first."""
        names = ["recipient", "sender", "company", "account", "today", "now"]
        return ["document", *names] if self._document else names

    def _fields(self, owner: str) -> Metadata:
        """Fields of a root (``/recipient``) or of a model."""
        if owner.startswith("/"):
            return ROOT_FIELDS.get(owner[1:], {})
        if owner not in self._known:
            self._known[owner] = {
                name: info
                for name, info in self._models(owner).items()
                if FIELD_NAME.match(name) and FieldType.from_odoo(info)
            }
        return self._known[owner]

    def _step(self, path: str) -> tuple[FieldType, str, Mapping] | None:
        """Type, owner of its fields, and metadata of what ``path`` leads to."""
        root, *names = path.split(".")
        if root == "document" and self._document:
            found = FieldType("record", self._document), self._document, {}
        elif root in ROOT_FIELDS:
            found = FieldType("record", None), f"/{root}", {}
        elif root in ROOT_SCALARS:
            found = FieldType.from_odoo(ROOT_SCALARS[root]), "", ROOT_SCALARS[root]
        else:
            return None
        for name in names:
            info = self._fields(found[1]).get(name) if found[1] else None
            if info is None and name == "display_name" and found[1]:
                info = {"type": "char", "string": "Display Name"}
            kind = FieldType.from_odoo(info) if info else None
            if kind is None:
                return None
            found = kind, kind.model or "", info
        return found

    def resolve(self, path: str) -> FieldType | None:
        """The type of a dotted path, None if it leads nowhere: the linter's resolver.

        A path may go on through a to-many relation; the linter sees to it that a loop does.
        """
        found = self._step(path)
        return found[0] if found else None

    # -- for people --

    def get(self, path: str) -> Placeholder | None:
        """The special field at ``path``."""
        found = self._step(path)
        if not found:
            return None
        names = path.split(".")
        labels = []
        for count in range(2, len(names) + 1):
            info = self._step(".".join(names[:count]))[2]
            labels.append(self._label(info, names[0]))
        if not labels:
            labels = [self._root_label(path)]
        kind, _owner, info = found
        return Placeholder(
            path, " › ".join(labels), kind, str(info.get("sample") or ""), names[0],
            self._snippet(path, kind, info),
        )

    def children(self, path: str = "") -> list[Placeholder]:
        """What can follow ``path``, sorted by label; the roots for an empty path."""
        if not path:
            return [self.get(root) for root in self.roots()]
        found = self._step(path)
        owner = found[1] if found else ""
        below = [self.get(f"{path}.{name}") for name in (self._fields(owner) if owner else ())]
        return sorted(below, key=lambda item: (folded(item.label), item.path))

    def search(
        self,
        text: str = "",
        *,
        depth: int = 1,
        limit: int = 80,
        sample: Callable[[str], str] | None = None,
    ) -> list[Placeholder]:
        """Special fields that have every word of ``text`` in their path, label or group.

        Case and accents don't matter. ``depth`` is how many relations of the document are
        followed (two already make some ten thousand fields of an order). Best matches come
        first: the whole label, its start, short paths. ``sample`` gives the value of a path for
        a chosen record and is asked for results only.
        """
        words = folded(text).split()
        wanted = " ".join(words)
        roots = self.roots()
        groups = {root: folded(self._translate(GROUPS[root])) for root in roots}
        if depth not in self._walked:
            self._walked[depth] = list(self._walk(depth))
        found = []
        for path, label in self._walked[depth]:
            root, dot, _rest = path.partition(".")
            whole = f"{path.lower()} {label} {groups[root]}"
            if not all(word in whole for word in words):
                continue
            last = label.rsplit(" › ", 1)[-1]
            spoken = label.replace("›", "").split()
            named = {*spoken, *groups[root].split()}
            # Whole words count more than parts of them; then what says nothing else.
            partial = sum(word not in named for word in words)
            other = sum(word not in words for word in spoken)
            whole_label = last == wanted or not (partial or other)
            rank = 0 if whole_label else 1 if last.startswith(wanted) else 2
            found.append(
                (rank, partial, path.count("."), other, roots.index(root), label, path)
            )
        chosen = [self.get(entry[-1]) for entry in heapq.nsmallest(limit, found)]
        return [replace(item, sample=sample(item.path)) for item in chosen] if sample else chosen

    def _walk(self, depth: int) -> Iterator[tuple[str, str]]:
        """Paths with their folded labels. Told apart by strings alone: there can be thousands."""
        below: dict[tuple[str, bool], list[tuple]] = {}
        level = deque()
        for root in self.roots():
            kind, owner, _info = self._step(root)
            if not owner:
                yield root, folded(self._root_label(root))
            level.append((root, "", kind.kind, owner, 0, ()))
        while level:
            path, label, kind, owner, followed, seen = level.popleft()
            if label:
                yield path, label
            # Lists are chosen as a whole; a relation isn't followed back to where it came from.
            if not owner or kind != "record" or followed > depth or owner in seen:
                continue
            root = path.partition(".")[0]
            key = owner, root == "document"
            if key not in below:
                below[key] = [
                    (name, folded(self._label(info, root)), FieldType.from_odoo(info))
                    for name, info in self._fields(owner).items()
                ]
            start = f"{label} › " if label else ""
            inside = (*seen, owner)
            level.extend(
                (f"{path}.{name}", f"{start}{text}", type_.kind, type_.model or "", followed + 1,
                 inside)
                for name, text, type_ in below[key]
            )

    def _root_label(self, root: str) -> str:
        if root == "document":
            return self._document_label
        label = ROOT_SCALARS[root]["string"] if root in ROOT_SCALARS else GROUPS[root]
        return self._translate(label)

    def _label(self, info: Mapping, root: str) -> str:
        label = str(info.get("string") or "")
        return label if root == "document" else self._translate(label)

    def _snippet(self, path: str, kind: FieldType, info: Mapping) -> str:
        """What the picker inserts: the placeholder with the filter that its type calls for."""
        if kind.kind == "records":
            return "{{ " + f"{path}|list" + " }}"
        if kind.kind in ("date", "datetime"):
            return "{{ " + f"{path}|{kind.kind}" + " }}"
        if kind.kind == "list":
            return "{{ " + f"{path}|list" + " }}"
        if info.get("type") == "monetary":
            parent = path.rpartition(".")[0]
            currency = f"{parent}.{info.get('currency_field') or 'currency_id'}"
            argument = f"({currency})" if self.resolve(currency) else ""
            return "{{ " + f"{path}|money{argument}" + " }}"
        return "{{ " + path + " }}"
