"""The part of Jinja2's language that templates may use, and how it is put under guard.

A template is parsed by Jinja2, checked against a list of allowed constructs, and then rewritten:
whatever would run as plain Python (comparison, ``~``, calls, subscripts, iteration, assignment of
blocks) becomes a call of one of our own operators, which check kinds and count what they do.
Operators are filters whose names no template can spell (they start with a NUL).

Positions: Jinja2 keeps a line number for every node. Our lexer puts the *offset in the source*
there, so that a problem can name line and column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import TemplateSyntaxError, nodes
from jinja2.lexer import Lexer
from jinja2.visitor import NodeTransformer

from .filters import FILTERS, suggestion
from .limits import MAX_TOKENS, Limits
from .problems import Problem
from .tests import TESTS

OPERATOR = "\0"
ROOTS = frozenset(
    {"sender", "recipient", "company", "today", "now", "document", "account"}
)
RESERVED = ROOTS | {
    "loop", "range", "self", "super", "caller", "varargs", "kwargs", "true", "false", "none",
    "True", "False", "None", "context", "environment",
}
BINARY = {
    nodes.Add: "+", nodes.Sub: "-", nodes.Mul: "*", nodes.Div: "/", nodes.FloorDiv: "//",
    nodes.Mod: "%",
}
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign,
    nodes.AssignBlock, nodes.Name, nodes.Const, nodes.List, nodes.Tuple, nodes.CondExpr,
    nodes.Filter, nodes.Test, nodes.Getattr, nodes.Getitem, nodes.Call, nodes.Compare,
    nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos, nodes.Concat,
    nodes.Keyword, *BINARY,
)
_CONSTRUCTS = {
    nodes.Macro: "{% macro %}", nodes.CallBlock: "{% call %}", nodes.Include: "{% include %}",
    nodes.Import: "{% import %}", nodes.FromImport: "{% from … import %}",
    nodes.Extends: "{% extends %}", nodes.Block: "{% block %}", nodes.With: "{% with %}",
    nodes.FilterBlock: "{% filter %}", nodes.ScopedEvalContextModifier: "{% autoescape %}",
    nodes.Scope: "{% autoescape %}", nodes.Pow: "**", nodes.Dict: "{…: …}",
    nodes.Slice: "[… : …]", nodes.NSRef: "namespace",
}
MAX_INTEGER = 10**18
MAX_NESTING = 40
_ENDINGS = {"if": "{% endif %}", "for": "{% endfor %}", "set": "{% endset %}"}


class TemplateTooLarge(Exception):
    """More tokens than allowed."""


class TemplateTooDeep(Exception):
    """Nested so deeply that Jinja2's recursive parser would give up in disorder."""


class OffsetLexer(Lexer):
    """Reports offsets (plus 1) in place of line numbers, and bounds the number of tokens."""

    def tokeniter(
        self, source, name, filename=None, state=None
    ) -> Iterator[tuple[int, str, str]]:
        position = 0
        nesting = _Nesting()
        try:
            for count, (_line, token, value) in enumerate(
                super().tokeniter(source, name, filename, state)
            ):
                if count >= MAX_TOKENS:
                    raise TemplateTooLarge
                nesting.see(token, value)
                position = max(position, source.find(value, position))
                yield position + 1, token, value
                position += len(value)
        except TemplateSyntaxError as exc:
            exc.lineno = position + 1
            raise


class _Nesting:
    """Keeps count of what makes the parser call itself."""

    def __init__(self):
        self.blocks = self.brackets = self.prefixes = 0
        self.tag_follows = False

    def see(self, token: str, value: str) -> None:
        if token in ("variable_begin", "block_begin"):
            self.brackets = self.prefixes = 0
            self.tag_follows = token == "block_begin"
        elif token == "name":
            if self.tag_follows:
                self.blocks += 1 if value in ("if", "for") else -(value in ("endif", "endfor"))
                self.tag_follows = False
            self.prefixes += value in ("not", "else")
        elif token == "operator":
            self.brackets += 1 if value in "([{" else -(value in ")]}")
            self.prefixes += value in "+-" and len(value) == 1
        if max(self.blocks, self.brackets, self.prefixes - MAX_NESTING) > MAX_NESTING:
            raise TemplateTooDeep


def find_unclosed(lexer: Lexer, source: str) -> tuple[int, str] | None:
    """Offset and tag (if, for, set) of the innermost block that is not closed."""
    opened: list[tuple[int, str]] = []
    try:
        tokens = [t for t in lexer.tokeniter(source, None) if t[1] != "whitespace"]
    except TemplateSyntaxError:
        return None
    for index, (offset, token, _value) in enumerate(tokens):
        if token != "block_begin" or index + 1 >= len(tokens):
            continue
        tag = tokens[index + 1][2]
        if tag in ("if", "for"):
            opened.append((offset - 1, tag))
        elif tag == "set":
            rest = tokens[index + 2 : index + 4]
            if len(rest) == 2 and rest[1][2] != "=":
                opened.append((offset - 1, tag))
        elif tag in ("endif", "endfor", "endset") and opened:
            opened.pop()
    return opened[-1] if opened else None


def syntax_problem(source: str, error: TemplateSyntaxError, lexer: Lexer) -> Problem:
    """A Problem for what Jinja2's parser says."""
    text = (error.message or "").rstrip(".")
    offset = max(0, (error.lineno or 1) - 1)
    if "Jinja was looking for" in text:
        found = find_unclosed(lexer, source)
        if found and text.startswith("Unexpected end of template"):
            at, tag = found
            return Problem.at(
                source, at, "unclosed_block", tag=f"{{% {tag} %}}", closing=_ENDINGS[tag]
            )
    for opening, closing in (("{{", "}}"), ("{%", "%}"), ("{#", "#}")):
        at = source.rfind(opening)
        if at >= 0 and closing not in source[at:] and (
            "end of template" in text or "end of comment" in text or offset >= at
        ):
            return Problem.at(source, at, "unclosed_placeholder", closing=closing)
    text = re.sub(r"^(unexpected char .*) at \d+$", r"\1", text)
    return Problem.at(source, offset, "syntax_error", detail=text[:200] or "unknown syntax")


def check(tree: nodes.Template, source: str, limits: Limits) -> list[Problem]:
    """Everything in the tree that templates may not do, in order of appearance."""
    problems: list[Problem] = []
    stack: list[tuple[nodes.Node, int, int]] = [(tree, 0, 0)]
    place = 1
    while stack:
        node, depth, loops = stack.pop()
        if node.lineno is None:
            node.lineno = place  # Jinja2 leaves it out where it never needs it
        place = node.lineno
        at = max(0, place - 1)
        if depth > limits.depth:
            problems.append(
                Problem.at(source, at, "too_complex", detail="its parts are nested too deeply")
            )
            break
        loops += isinstance(node, nodes.For)
        if loops > limits.loops:
            problems.append(
                Problem.at(
                    source, at, "too_complex",
                    detail=f"more than {limits.loops} loops are inside each other",
                )
            )
            break
        for code, params in _faults(node):
            problems.append(Problem.at(source, at, code, **params))
        if isinstance(node, nodes.Call):
            # What is called is checked with the call itself.
            children = [*node.args, *node.kwargs]
        else:
            children = list(node.iter_child_nodes())
        stack.extend((child, depth + 1, loops) for child in reversed(children))
    return sorted(problems, key=lambda problem: (problem.line, problem.column))


def _faults(node: nodes.Node) -> Iterator[tuple[str, dict]]:
    """Codes and parameters of what is wrong with this node alone."""
    if type(node) not in _ALLOWED:
        yield "forbidden_construct", {
            "construct": _CONSTRUCTS.get(type(node), type(node).__name__.lower())
        }
    elif isinstance(node, nodes.Name):
        if node.ctx == "store" and node.name in RESERVED:
            yield "reserved_name", {"name": node.name}
        elif (
            not node.name.isascii()  # Python's NFKC would make another name of it
            or node.name.startswith("_")
            or node.name in RESERVED - ROOTS - {"loop"}
        ):
            yield "forbidden_construct", {"construct": node.name[:80]}
    elif isinstance(node, nodes.Getattr) and (node.attr.startswith("_") or not node.attr.isascii()):
        yield "forbidden_field", {"name": node.attr[:80]}
    elif isinstance(node, nodes.Getitem):
        yield from _subscript_faults(node)
    elif isinstance(node, nodes.Const) and isinstance(node.value, (int, float)):
        if not -MAX_INTEGER <= node.value <= MAX_INTEGER:
            yield "number_too_large", {}
    elif isinstance(node, (nodes.Filter, nodes.Test)):
        yield from _name_faults(node)
    elif isinstance(node, nodes.Call):
        if call_target(node) is None:
            yield "forbidden_construct", {"construct": f"{_spelled(node.node)}(…)"}
        elif node.kwargs or node.dyn_args or node.dyn_kwargs:
            yield "forbidden_construct", {"construct": "(…=…)"}
    elif isinstance(node, nodes.For):
        if node.recursive:
            yield "forbidden_construct", {"construct": "recursive"}
        if not isinstance(node.target, nodes.Name):
            yield "forbidden_construct", {"construct": "for …, … in"}
    elif isinstance(node, (nodes.Assign, nodes.AssignBlock)):
        if not isinstance(node.target, nodes.Name):
            yield "forbidden_construct", {"construct": "set …, …"}
        if getattr(node, "filter", None) is not None:
            yield "forbidden_construct", {"construct": "set … | …"}


def _subscript_faults(node: nodes.Getitem) -> Iterator[tuple[str, dict]]:
    argument = node.arg
    if isinstance(argument, nodes.Neg):
        argument = argument.node
    if isinstance(argument, nodes.Slice):
        return  # reported as a construct
    if not isinstance(argument, nodes.Const) or type(argument.value) not in (int, str):
        yield "bad_index", {}
    elif isinstance(argument.value, str) and (
        argument.value.startswith("_") or not argument.value.isascii()
    ):
        yield "forbidden_field", {"name": argument.value[:80]}


def _name_faults(node: nodes.Filter | nodes.Test) -> Iterator[tuple[str, dict]]:
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        yield "unknown_filter", {"name": node.name[:80], "hint": suggestion(node.name)}
    elif isinstance(node, nodes.Test) and node.name not in TESTS:
        yield "unknown_test", {"name": node.name[:80]}
    elif node.dyn_args or node.dyn_kwargs:
        yield "forbidden_construct", {"construct": "*"}


def call_target(node: nodes.Call) -> str | None:
    """The two things that can be called: ``range`` and ``loop.cycle``."""
    called = node.node
    if isinstance(called, nodes.Name) and called.name == "range" and 1 <= len(node.args) <= 3:
        return "range"
    if (
        isinstance(called, nodes.Getattr)
        and called.attr == "cycle"
        and isinstance(called.node, nodes.Name)
        and called.node.name == "loop"
        and node.args
    ):
        return "cycle"
    return None


def _spelled(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name[:80]
    return f"….{node.attr[:80]}" if isinstance(node, nodes.Getattr) else "…"


class Guard(NodeTransformer):
    """Rewrites a checked tree so that every operation goes through our operators."""

    def visit_Compare(self, node):
        self.generic_visit(node)
        operators = nodes.Const(" ".join(operand.op for operand in node.ops))
        return operator("compare", node, node.expr, operators, *(o.expr for o in node.ops))

    def visit_Concat(self, node):
        self.generic_visit(node)
        return operator("concat", node, node.nodes[0], *node.nodes[1:])

    def visit_Const(self, node):
        return operator("nothing", node, nodes.Const("")) if node.value is None else node

    def visit_CondExpr(self, node):
        if node.expr2 is None:
            node.expr2 = nodes.Const(None, lineno=node.lineno)
        return self.generic_visit(node)

    def visit_List(self, node):
        self.generic_visit(node)
        return operator("items", node, nodes.Const(""), *node.items)

    visit_Tuple = visit_List

    def visit_Call(self, node):
        args = [self.visit(argument) for argument in node.args]
        if call_target(node) == "range":
            return operator("range", node, args[0], *args[1:])
        index = nodes.Getattr(node.node.node, "index0", "load", lineno=node.lineno)
        return operator("cycle", node, index, *args)

    def visit_Getitem(self, node):
        self.generic_visit(node)
        return operator("item", node, node.node, node.arg)

    def visit_For(self, node):
        self.generic_visit(node)
        # Static text inside the loop is written without asking us: each turn pays for it.
        static = nodes.Const(_static_size(node.body))
        node.iter = operator("turns", node, node.iter, static)
        return node


def operator(name: str, at: nodes.Node, first: nodes.Node, *rest: nodes.Node) -> nodes.Filter:
    """A call of one of our operators."""
    return nodes.Filter(first, OPERATOR + name, list(rest), [], None, None, lineno=at.lineno)


def _static_size(body: list[nodes.Node]) -> int:
    size = 0
    stack = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, nodes.TemplateData):
            size += len(node.data)
        elif not isinstance(node, nodes.For):
            stack.extend(node.iter_child_nodes())
        elif node.else_:
            stack.extend(node.else_)
    return size
