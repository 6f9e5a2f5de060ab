"""What a filter is: the values and arguments it takes, the static type of what it gives.

The same description serves rendering (arguments are bound and checked before the function runs)
and the linter (``returns`` computes the static type). An empty value goes through every filter as
an empty value, except those marked ``takes_missing``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jinja2 import pass_context

from .kinds import KINDS, Static
from .problems import TemplateProblem
from .values import State, kind

ANYTHING = KINDS - {"records"}
_PATH = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,9}\Z")


@dataclass(frozen=True)
class Param:
    """One argument. ``literal``: the template must spell it out, so that the linter can see it.

    ``check`` says what is wrong with a literal value, or None. ``path``: names a field of the
    items of the list.
    """

    name: str
    kinds: frozenset = frozenset()
    required: bool = False
    literal: bool = False
    path: bool = False
    check: Callable[[Any], str | None] = lambda value: None


@dataclass(frozen=True)
class Filter:
    """``accepts`` are the kinds of value it works on; ``returns`` is given the static types of
    the value and of the arguments by name.

    For people (see guide): ``summary`` is one line to be translated; ``usage`` is how it is
    written behind a value (the bare name, if empty) and ``sample`` a value to show it on;
    ``of_records`` is how it is written behind a list of records, where that differs, with the
    places ``{text}`` and ``{number}`` for a field of theirs.
    """

    name: str
    function: Callable
    accepts: frozenset
    returns: Callable[[Static, dict[str, Static]], Static]
    params: tuple[Param, ...] = ()
    takes_missing: bool = False
    item_kinds: frozenset = ANYTHING
    summary: str = ""
    sample: str = ""
    usage: str = ""
    of_records: str = ""

    def bind(self, args: tuple, kwargs: dict) -> dict[str, Any] | str:
        """Arguments by name, or what is wrong with them."""
        if len(args) > len(self.params):
            return f"takes at most {len(self.params)} argument(s)"
        bound = {param.name: value for param, value in zip(self.params, args, strict=False)}
        for name, value in kwargs.items():
            if name in bound or name not in {param.name for param in self.params}:
                return f"has no argument “{str(name)[:40]}” left"
            bound[name] = value
        for param in self.params:
            if param.required and param.name not in bound:
                return f"needs the argument “{param.name}”"
        return bound

    def check_literal(self, param: Param, value) -> str | None:
        """What is wrong with a literal argument."""
        if param.path:
            fine = isinstance(value, str) and _PATH.match(value)
            return None if fine else "takes the name of a field, such as 'name'"
        return param.check(value)

    def run(self, state: State, value, args: tuple, kwargs: dict):
        """Apply the filter. Raises TemplateProblem."""
        state.budget.step()
        bound = self.bind(args, kwargs)
        if isinstance(bound, str):
            raise TemplateProblem("bad_arguments", name=self.name, detail=bound)
        name = kind(value)
        if not name and not self.takes_missing:
            return value
        if name and name not in self.accepts:
            raise state.mismatch(f"|{self.name}", value)
        given = {}
        for param in self.params:
            argument = bound.get(param.name)
            argument_kind = kind(argument)
            if not argument_kind:
                continue  # an empty argument is an argument left out
            if param.kinds and argument_kind not in param.kinds:
                raise state.mismatch(f"|{self.name}({param.name})", argument)
            wrong = self.check_literal(param, argument) if param.literal or param.path else None
            if wrong:
                raise TemplateProblem("bad_arguments", name=self.name, detail=wrong)
            given[param.name] = argument
        return self.function(state, value, **given)


def guarded(known: Filter) -> Callable:
    """The filter as Jinja2 calls it."""

    @pass_context
    def call(context, value, *args, **kwargs):
        return known.run(context.state, value, args, kwargs)

    return call
