"""The tests of templates: ``{% if x is empty %}``."""

from __future__ import annotations

from types import MappingProxyType

from jinja2 import pass_context

from .problems import TemplateProblem
from .values import Items, Missing, kind


def _has_value(value) -> bool:
    kind(value)  # refuses what has no business here
    return not isinstance(value, Missing) and value is not None


def _empty(value) -> bool:
    return not _has_value(value) or (isinstance(value, (Items, str)) and len(value) == 0)


def _divisible(value, by) -> bool:
    if kind(value) != "integer" or kind(by) != "integer":
        return False
    return by != 0 and value % by == 0


_TESTS = {
    "defined": (_has_value, 0),
    "undefined": (lambda value: not _has_value(value), 0),
    "none": (lambda value: not _has_value(value), 0),
    "empty": (_empty, 0),
    "odd": (lambda value: kind(value) == "integer" and value % 2 == 1, 0),
    "even": (lambda value: kind(value) == "integer" and value % 2 == 0, 0),
    "divisibleby": (_divisible, 1),
}
TESTS = MappingProxyType({name: count for name, (_test, count) in _TESTS.items()})


def guarded(name: str):
    """The test as Jinja2 calls it: counted, with the right number of arguments."""
    function, count = _TESTS[name]

    @pass_context
    def test(context, value, *args, **kwargs):
        context.state.budget.step()
        if kwargs or len(args) != count:
            raise TemplateProblem("unknown_test", name=name)
        return function(value, *args)

    return test
