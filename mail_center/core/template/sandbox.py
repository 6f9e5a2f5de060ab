"""Jinja2's immutable sandbox with everything but our own operators, filters and tests taken out."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

from jinja2 import Template, TemplateSyntaxError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from . import operators, tests
from .filter import guarded
from .filters import FILTERS
from .grammar import (
    OPERATOR,
    Guard,
    OffsetLexer,
    TemplateTooDeep,
    TemplateTooLarge,
    check,
    syntax_problem,
)
from .limits import MAX_TOKENS, Limits
from .problems import Problem, TemplateProblem
from .values import Missing

CACHED_SOURCE = 50_000  # characters


class TemplateContext(Context):
    """Jinja2's context plus ``state`` (values.State), set before rendering."""

    state = None


@pass_context
def _finalize(context, value):
    # Taking the context keeps Jinja2 from evaluating constants while it compiles.
    return context.state.write(value)


class Environment(ImmutableSandboxedEnvironment):
    """The only environment templates run in."""

    context_class = TemplateContext
    intercepted_binops = frozenset({"//", "%", "+", "*", "-", "/", "**"})
    intercepted_unops = frozenset({"-", "+"})

    def __init__(self, html: bool):
        super().__init__(
            autoescape=html,
            undefined=Missing,
            finalize=_finalize,
            optimized=False,
            cache_size=0,
            keep_trailing_newline=True,
            loader=None,
        )
        self.filters = MappingProxyType(
            {name: guarded(known) for name, known in FILTERS.items()}
            | {OPERATOR + name: function for name, function in operators.OPERATORS.items()}
        )
        self.tests = MappingProxyType({name: tests.guarded(name) for name in tests.TESTS})
        self.globals = {}
        self._lexer = OffsetLexer(self)

    @property
    def lexer(self):
        return self._lexer

    def getattr(self, obj, attribute):
        return operators.attribute(obj, attribute)

    def getitem(self, obj, argument):
        raise TemplateProblem("forbidden_construct", construct="[…]")

    def call(__self, __context, __obj, *args, **kwargs):  # noqa: B902, N805 - Jinja2's signature
        raise TemplateProblem("forbidden_construct", construct="(…)")

    def call_binop(self, context, operator, left, right):
        if operator == "**":
            raise TemplateProblem("forbidden_construct", construct="**")
        return operators.arithmetic(context.state, operator, left, right)

    def call_unop(self, context, operator, arg):
        return operators.sign(context.state, operator, arg)

    def is_safe_attribute(self, obj, attr, value):
        return False

    def is_safe_callable(self, obj):
        return False


@lru_cache(maxsize=2)
def environment(html: bool) -> Environment:
    """The environment for HTML or for plain text."""
    return Environment(html)


def parse(source: str, html: bool, limits: Limits) -> tuple[nodes.Template | None, list[Problem]]:
    """The checked tree, with what is wrong with it. The tree is None if there is none.

    ``source`` has ``\\n`` line ends (:func:`one_line_end`).
    """
    if len(source) > limits.source:
        problem = Problem.at("", 0, "too_large", limit=limits.source, unit="characters")
        return None, [problem]
    env = environment(html)
    try:
        tree = env.parse(source)
    except TemplateSyntaxError as exc:
        return None, [syntax_problem(source, exc, env.lexer)]
    except TemplateTooLarge:
        problem = Problem.at("", 0, "too_large", limit=MAX_TOKENS, unit="words")
        return None, [problem]
    except (TemplateTooDeep, RecursionError):
        return None, [
            Problem.at("", 0, "too_complex", detail="its parts are nested too deeply")
        ]
    except (ValueError, OverflowError):
        # Python's own limit on the digits of a number.
        return None, [Problem.at("", 0, "number_too_large")]
    return tree, check(tree, source, limits)


def one_line_end(source: str) -> str:
    """``source`` with ``\\n`` line ends, as Jinja2 counts them."""
    return source.replace("\r\n", "\n").replace("\r", "\n")


def compiled(source: str, html: bool, limits: Limits) -> Template:
    """The template ready to run. Raises TemplateProblem."""
    # Large sources would make the cache a place to fill the memory by.
    compile_it = _cached if len(source) <= CACHED_SOURCE else _compile
    return compile_it(source, html, limits)


def _compile(source: str, html: bool, limits: Limits) -> Template:
    tree, problems = parse(source, html, limits)
    if problems:
        raise TemplateProblem.from_problem(problems[0])
    env = environment(html)
    try:
        tree = Guard().visit(tree)
        tree.set_environment(env)
        code = env.compile(tree, filename="<template>")
        return Template.from_code(env, code, {})
    except (RecursionError, MemoryError, SyntaxError) as exc:
        raise TemplateProblem("too_complex", detail=type(exc).__name__) from None
    except TemplateSyntaxError as exc:  # what only the compiler finds, such as a break outside
        raise TemplateProblem.from_problem(syntax_problem(source, exc, env.lexer)) from None


_cached = lru_cache(maxsize=128)(_compile)
