"""What can be wrong with a template, in words a person can act on.

Every problem has a stable ``code``; :data:`MESSAGES` holds its English text with ``{name}``
places for ``params``, so that the Odoo side can translate it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType

MESSAGES = MappingProxyType(
    {
        # grammar
        "syntax_error": "This can't be understood: {detail}.",
        "unclosed_block": "“{tag}” is opened here but never closed: add “{closing}”.",
        "unclosed_placeholder": "A placeholder is opened here but never closed: add “{closing}”.",
        "unclosed_element": "The element <{tag}> with {attribute} has no closing </{tag}>.",
        "bad_attribute": "{attribute}=\"{value}\" can't be understood: {detail}.",
        "forbidden_construct": "“{construct}” can't be used in a template.",
        "reserved_name": "“{name}” is taken and can't be used as the name of a variable.",
        "too_large": "The template is too large: at most {limit} {unit} are possible.",
        "too_complex": "The template is too complex: {detail}.",
        # fields
        "unknown_name": "There is no special field “{path}”.",
        "unknown_field": "There is no field “{name}” in “{path}”.",
        "forbidden_field": "The field “{name}” can't be used in a template.",
        "no_fields": "“{path}” is a plain value and has no fields, so “.{name}” can't follow.",
        "needs_loop": "“{path}” holds several records: use {{% for … in {path} %}} or |first.",
        "list_as_value": "“{path}” is a list: write it with |list, |join or {{% for %}}.",
        "not_a_list": "“{path}” isn't a list, so there is nothing to repeat.",
        # filters, tests, operators
        "unknown_filter": "There is no filter “{name}”.{hint}",
        "unknown_test": "There is no test “is {name}”.",
        "bad_arguments": "The filter “{name}” {detail}.",
        "type_mismatch": "“{name}” can't be used on {kind}.",
        "bad_index": "[…] takes a whole number (from a list) or the name of a field.",
        # while rendering
        "limit": "The template does too much: more than {limit} {unit}.",
        "number_too_large": "A number gets too large.",
        "internal": "The template can't be rendered: {detail}.",
    }
)


def message_for(code: str, params: dict) -> str:
    """The English text of a problem."""
    return MESSAGES[code].format(**params)


@dataclass(frozen=True)
class Problem:
    """One finding. ``line`` and ``column`` are 1-based places in the (normalised) source."""

    line: int
    column: int
    code: str
    message: str
    params: dict = field(default_factory=dict, compare=False)

    @classmethod
    def at(cls, source: str, offset: int, code: str, **params) -> Problem:
        """A problem at ``offset`` characters from the start of ``source``."""
        offset = max(0, min(offset, len(source)))
        line = source.count("\n", 0, offset) + 1
        column = offset - (source.rfind("\n", 0, offset) + 1) + 1
        return cls(line, column, code, message_for(code, params), params)


class TemplateProblem(Exception):
    """A template can't be rendered.

    ``line`` (1-based, 0 when unknown), ``column``, ``code`` (a key of :data:`MESSAGES`),
    ``message`` (English) and ``params`` (to translate the message with).
    """

    def __init__(self, code: str, *, line: int = 0, column: int = 0, **params):
        self.code = code
        self.line = line
        self.column = column
        self.params = params
        self.message = message_for(code, params)
        super().__init__(self.message)

    @classmethod
    def from_problem(cls, problem: Problem) -> TemplateProblem:
        """The exception for a finding."""
        return cls(problem.code, line=problem.line, column=problem.column, **problem.params)

    def __str__(self):
        return f"Line {self.line}: {self.message}" if self.line else self.message
