"""What the operators of a template do, on template values only, with every size checked first."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timezone

from jinja2 import pass_context
from jinja2.runtime import LoopContext
from markupsafe import Markup, escape

from .kinds import LOOP_FIELDS, NUMERIC, TEXT
from .problems import TemplateProblem
from .values import Items, Missing, State, kind

MAX_BITS = 256


class Turns:
    """What a loop goes through: each turn is counted, the length is known in advance."""

    def __init__(self, state: State, items: Items, static: int):
        self._state = state
        self._items = items
        self._static = static

    def __len__(self):
        return len(self._items)

    def __iter__(self) -> Iterator:
        for item in self._items:
            self._state.budget.turn()
            self._state.budget.make(self._static)
            yield item


@pass_context
def turns(context, value, static):
    """``for … in value``."""
    name = kind(value)
    if not name:
        value = Items(())
    elif name != "list":
        raise TemplateProblem("not_a_list", path=getattr(value, "path", "") or "…")
    return Turns(context.state, value, static)


def attribute(obj, name: str):
    """``obj.name``."""
    if isinstance(obj, LoopContext):
        if name in LOOP_FIELDS:
            return getattr(obj, name)
        raise TemplateProblem("forbidden_field", name=f"loop.{name[:80]}")
    found = kind(obj)
    if not found:
        return Missing(path=f"{obj.path}.{name}" if getattr(obj, "path", "") else "")
    if found == "record":
        return obj.get(name)
    if found == "list":
        raise TemplateProblem("needs_loop", path=obj.path or "…")
    raise TemplateProblem("no_fields", path="…", name=name[:80])


@pass_context
def item(context, obj, argument):
    """``obj[argument]``: a field by name or an item by position."""
    context.state.budget.step()
    if type(argument) is str:
        return attribute(obj, argument)
    if type(argument) is not int:
        raise TemplateProblem("bad_index")
    name = kind(obj)
    if not name:
        return obj
    if name != "list":
        raise TemplateProblem("not_a_list", path=getattr(obj, "path", "") or "…")
    inside = -len(obj) <= argument < len(obj)
    return obj.values[argument] if inside else Missing(path=obj.path)


@pass_context
def items(context, _none, *values):
    """``[a, b]``, of values: lists of lists could grow without end (values.Items)."""
    context.state.budget.length(len(values))
    for value in values:
        if kind(value) == "list":
            raise TemplateProblem("list_as_value", path=value.path or "…")
    return Items(values)


@pass_context
def nothing(context, _none):
    """``none``, and the other half of ``a if b``."""
    return Missing(path="")


@pass_context
def concat(context, *values):
    """``a ~ b``."""
    texts = [context.state.text(value) for value in values]
    if any(isinstance(text, Markup) for text in texts):
        context.state.budget.make(6 * sum(map(len, texts)))
        return Markup("").join(escape(text) for text in texts)
    context.state.budget.make(sum(map(len, texts)))
    return "".join(texts)


@pass_context
def make_range(context, *bounds):
    """``range(stop)``, ``range(start, stop)``, ``range(start, stop, step)``."""
    for bound in bounds:
        if not kind(bound):
            return Items(())
        if kind(bound) != "integer":
            raise context.state.mismatch("range", bound)
    if len(bounds) == 3 and bounds[2] == 0:
        return Items(())
    numbers = range(*bounds)
    start, step = numbers.start, numbers.step
    # len() of a range overflows on large bounds: count by arithmetic.
    count = max(0, -((start - numbers.stop) // step))
    context.state.budget.length(count)
    return Items(numbers)


@pass_context
def cycle(context, index, *values):
    """``loop.cycle(a, b)``."""
    context.state.budget.step()
    return values[index % len(values)]


@pass_context
def compare(context, first, operators, *others):
    """``a < b <= c``, ``in``, ``not in``."""
    left = first
    for name, right in zip(operators.split(" "), others, strict=True):
        context.state.budget.step()
        if not _compare(context.state, name, left, right):
            return False
        left = right
    return True


_SIGNS = {"lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "in": "in", "notin": "not in"}


def _compare(state: State, operator: str, left, right) -> bool:
    kinds = (kind(left), kind(right))
    for value in (left, right):
        if isinstance(value, (str, Items)):
            state.budget.step(len(value) // 64)
    if operator in ("eq", "ne"):
        same = equal(state, left, right)
        return same if operator == "eq" else not same
    if operator in ("in", "notin"):
        found = _contains(state, left, right)
        return found if operator == "in" else not found
    if not all(kinds):
        return False  # an empty value is neither more nor less than anything
    left, right = _aligned(state, left, right)
    fine = any(
        {kind(left), kind(right)} <= group for group in (TEXT, NUMERIC, {"date"}, {"datetime"})
    )
    if not fine:
        raise state.mismatch(_SIGNS[operator], right)
    if operator == "lt":
        return left < right
    if operator == "lteq":
        return left <= right
    return left > right if operator == "gt" else left >= right


def equal(state: State, left, right) -> bool:
    """Whether two values are the same; values of different kinds never are."""
    if not kind(left) or not kind(right):
        return bool(left == right) if isinstance(left, Missing) else bool(right == left)
    left, right = _aligned(state, left, right)
    for group in (TEXT, NUMERIC):
        if {kind(left), kind(right)} <= group:
            return left == right
    return kind(left) == kind(right) and left == right


def _aligned(state: State, left, right):
    """A date compared with a datetime is compared with its date."""
    if {kind(left), kind(right)} == {"date", "datetime"}:
        left, right = (
            value.date() if isinstance(value, datetime) else value for value in (left, right)
        )
    if kind(left) == kind(right) == "datetime":
        left, right = (
            value if value.tzinfo else value.replace(tzinfo=timezone.utc)
            for value in (left, right)
        )
    return left, right


def _contains(state: State, needle, container) -> bool:
    name = kind(container)
    if not name or not kind(needle):
        return False
    if name == "list":
        state.budget.step(len(container))
        return any(equal(state, needle, value) for value in container)
    if name in TEXT and kind(needle) in TEXT:
        return str.__contains__(str.__str__(container), str.__str__(needle))
    raise state.mismatch("in", container)


def arithmetic(state: State, operator: str, left, right):
    """``+ - * / // %``. An empty operand, or dividing by zero, gives an empty value."""
    state.budget.step()
    kinds = (kind(left), kind(right))
    if not all(kinds):
        return left if isinstance(left, Missing) else right
    if operator == "+" and set(kinds) <= TEXT:
        return _join(state, left, right)
    for value in (left, right):
        if kind(value) not in NUMERIC:
            raise state.mismatch(operator, value)
    try:
        return _bounded(_NUMBERS[operator](left, right))
    except (ZeroDivisionError, OverflowError):
        return Missing(path="")


def sign(state: State, operator: str, value):
    """``-a`` and ``+a``."""
    state.budget.step()
    if not kind(value):
        return value
    if kind(value) not in NUMERIC:
        raise state.mismatch(operator, value)
    return -value if operator == "-" else value


_NUMBERS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
}


def _bounded(number):
    if isinstance(number, int) and number.bit_length() > MAX_BITS:
        raise TemplateProblem("number_too_large")
    if isinstance(number, float) and math.isinf(number):
        return Missing(path="")
    return number


def _join(state: State, left, right):
    state.budget.make(6 * (len(left) + len(right)))
    if isinstance(left, Markup) or isinstance(right, Markup):
        return Markup(escape(left)) + escape(right)
    return left + right


OPERATORS = {
    "turns": turns, "item": item, "items": items, "concat": concat, "nothing": nothing,
    "range": make_range, "cycle": cycle, "compare": compare,
}
