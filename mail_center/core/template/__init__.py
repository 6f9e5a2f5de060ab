"""Templates of messages: special fields, conditions, loops and filters in a hardened Jinja2.

A template sees records only through :class:`View`, which the Odoo side feeds by a
:class:`Source`. :func:`lint` tells what is wrong when saving, :func:`render` renders within
:class:`Limits`, :class:`Catalogue` lists the special fields for the picker, and
:func:`normalise_editor_html` repairs what WYSIWYG editors do to placeholders.

What keeps a template in its place, from the outside in: only an allow-list of constructs parses
(grammar); every operation is rewritten into one of our operators (grammar.Guard, operators), which
work on a closed set of value types (values) and pay for what they do (limits); Jinja2's immutable
sandbox is underneath, with attribute access, calls, globals and its own filters taken out
(sandbox).
"""

from .catalogue import ROOT_FIELDS, ROOT_SCALARS, Catalogue, Placeholder
from .conventions import Conventions, Currency
from .editor import normalise_editor_html
from .filters import FILTERS
from .guide import GROUPS, Entry, guide
from .kinds import FieldType
from .limits import Limits
from .lint import lint
from .names import split_name
from .problems import MESSAGES, Problem, TemplateProblem
from .render import Rendered, one_line, render
from .view import (
    Choice,
    ForbiddenField,
    Lazy,
    MappingView,
    RecordView,
    Source,
    UnknownField,
    View,
)

__all__ = [
    "FILTERS",
    "GROUPS",
    "MESSAGES",
    "ROOT_FIELDS",
    "ROOT_SCALARS",
    "Catalogue",
    "Choice",
    "Conventions",
    "Currency",
    "Entry",
    "FieldType",
    "ForbiddenField",
    "Lazy",
    "Limits",
    "MappingView",
    "Placeholder",
    "Problem",
    "RecordView",
    "Rendered",
    "Source",
    "TemplateProblem",
    "UnknownField",
    "View",
    "guide",
    "lint",
    "normalise_editor_html",
    "one_line",
    "render",
    "split_name",
]
