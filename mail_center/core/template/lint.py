"""What a person is told when saving a template.

A template without problems renders on any record of its document, save for empty values (which
render as ``''``) and for the limits on size. To promise that, the linter follows the types of all
expressions: fields, loop variables, ``set`` variables, both sides of a condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from jinja2 import nodes

from .editor import EditorProblem, normalise_editor_html
from .filters import FILTERS
from .grammar import BINARY, call_target
from .kinds import (
    EMPTY,
    KIND_NAMES,
    LOOP_FIELDS,
    NUMERIC,
    TEMPORAL,
    TEXT,
    FieldType,
    Static,
    field_static,
    items_of,
    kinds_of,
    list_of,
    of,
)
from .limits import Limits
from .lint_filter import FilterCall
from .problems import Problem
from .sandbox import one_line_end, parse

Resolver = Callable[[str], FieldType | None]
_ORDERED = (TEXT, NUMERIC, TEMPORAL)
_SIGNS = {"lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}
_BOOLEAN_LOOP = frozenset({"first", "last"})


def lint(
    source: str, resolver: Resolver, *, html: bool = True, limits: Limits | None = None
) -> list[Problem]:
    """All problems of a template, by line and column; an empty list if it can be saved.

    ``resolver`` gives the type of a dotted path, None if there is no such field
    (:meth:`Catalogue.resolve`). With ``html``, places refer to the source as
    :func:`normalise_editor_html` repairs it, which keeps line numbers.
    """
    limits = limits or Limits()
    source = one_line_end(source)
    if html and len(source) <= limits.source:
        try:
            source = normalise_editor_html(source)
        except EditorProblem as exc:
            return [exc.problem]
    tree, problems = parse(source, html, limits)
    if tree is None or any(problem.code == "too_complex" for problem in problems):
        return problems
    checker = Checker(source, resolver, html, {(p.line, p.column, p.code) for p in problems})
    checker.block(tree.body, Scope())
    return sorted(
        [*problems, *checker.problems], key=lambda problem: (problem.line, problem.column)
    )


class Scope:
    """Types of variables; a child scope is a loop's body."""

    def __init__(self, parent: Scope | None = None):
        self.parent = parent
        self.names: dict[str, Static] = {}

    def find(self, name: str) -> Static | None:
        scope = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return None


class Checker:
    def __init__(self, source: str, resolver: Resolver, html: bool, reported: set):
        self.source = source
        self.html = html
        self.resolver = resolver
        self.problems: list[Problem] = []
        self._reported = reported  # what the grammar said about the same place
        self._types: dict[str, FieldType | None] = {}

    def report(self, node: nodes.Node, code: str, **params) -> Static:
        problem = Problem.at(self.source, max(0, node.lineno - 1), code, **params)
        place = (problem.line, problem.column, code)
        if place not in self._reported:
            self._reported.add(place)
            self.problems.append(problem)
        return EMPTY

    def field(self, path: str) -> FieldType | None:
        if path not in self._types:
            self._types[path] = self.resolver(path)
        return self._types[path]

    # -- statements --

    def block(self, body: Iterable[nodes.Node], scope: Scope) -> None:
        for node in body:
            method = getattr(self, f"do_{type(node).__name__.lower()}", None)
            if method:
                method(node, scope)

    def do_output(self, node, scope):
        for child in node.nodes:
            if not isinstance(child, nodes.TemplateData):
                self.value(child, scope)

    def do_if(self, node, scope):
        self.type(node.test, scope)
        before = scope.names
        ends: list[dict[str, Static]] = []
        for branch in (node.body, *([branch] for branch in node.elif_), node.else_):
            scope.names = dict(before)
            self.block(branch, scope)
            ends.append(scope.names)
        outside = Scope(scope.parent)
        scope.names = {
            # A branch that doesn't set it leaves what was there before.
            name: EMPTY.union(*(end.get(name, outside.find(name) or EMPTY) for end in ends))
            for name in dict.fromkeys(name for end in ends for name in end)
        }

    def do_assign(self, node, scope):
        static = self.type(node.node, scope)
        if isinstance(node.target, nodes.Name):
            scope.names[node.target.name] = static

    def do_assignblock(self, node, scope):
        inner = Scope(scope)
        self.block(node.body, inner)
        if isinstance(node.target, nodes.Name):
            scope.names[node.target.name] = of("html" if self.html else "text")

    def do_for(self, node, scope):
        iterated = self.type(node.iter, scope)
        wrong = kinds_of(iterated) - {"list"}
        if wrong:
            self.report(node.iter, "not_a_list", path=_spelled(node.iter))
        inner = Scope(scope)
        if isinstance(node.target, nodes.Name):
            inner.names[node.target.name] = items_of(iterated)
        if node.test is not None:
            self.type(node.test, inner)
        inner.names["loop"] = EMPTY
        # Each turn starts with the variables of outside: nothing is carried from turn to turn.
        self.block(node.body, inner)
        self.block(node.else_, Scope(scope))

    # -- expressions --

    def value(self, node: nodes.Expr, scope: Scope) -> Static:
        """The type of an expression that is written out, or joined to a text."""
        static = self.type(node, scope)
        if "list" in kinds_of(static):
            return self.report(node, "list_as_value", path=_spelled(node))
        return static

    def type(self, node: nodes.Node | None, scope: Scope) -> Static:
        """The static type of an expression; reports what is wrong inside it."""
        method = getattr(self, f"of_{type(node).__name__.lower()}", None)
        if method:
            return method(node, scope)
        for child in node.iter_child_nodes():
            self.type(child, scope)
        return EMPTY

    def of_const(self, node, scope):
        kind = {str: "text", bool: "boolean", int: "integer", float: "number"}.get(
            type(node.value)
        )
        return of(kind) if kind else EMPTY

    def of_name(self, node, scope):
        known = scope.find(node.name)
        if known is not None:
            if node.name == "loop":
                return self.report(node, "forbidden_construct", construct="loop")
            return known
        kind = self.field(node.name)
        if kind is None:
            return self.report(node, "unknown_name", path=node.name[:80])
        return field_static(kind, node.name)

    def of_getattr(self, node, scope):
        if isinstance(node.node, nodes.Name) and node.node.name == "loop":
            return self._loop_field(node, scope)
        return self.get(node, self.type(node.node, scope), node.attr)

    def _loop_field(self, node, scope):
        if scope.find("loop") is None:
            return self.report(node, "unknown_name", path="loop")
        if node.attr not in LOOP_FIELDS:
            return self.report(node, "unknown_field", path="loop", name=node.attr[:80])
        return of("boolean" if node.attr in _BOOLEAN_LOOP else "integer")

    def get(self, node, owner: Static, name: str) -> Static:
        result = EMPTY
        for atom in sorted(owner, key=lambda atom: (atom.kind, atom.path)):
            if atom.kind == "list":
                return self.report(node, "needs_loop", path=_spelled(node.node))
            if atom.kind != "record":
                return self.report(node, "no_fields", path=_spelled(node.node), name=name[:80])
            path = f"{atom.path}.{name}"
            kind = self.field(path)
            if kind is None:
                return self.report(node, "unknown_field", path=atom.path, name=name[:80])
            result |= field_static(kind, path)
        return result

    def of_getitem(self, node, scope):
        owner = self.type(node.node, scope)
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self.get(node, owner, node.arg.value)
        if kinds_of(owner) - {"list"}:
            return self.report(node, "not_a_list", path=_spelled(node.node))
        return items_of(owner)

    def of_list(self, node, scope):
        found = EMPTY
        for item in node.items:
            found |= self.value(item, scope)
        return list_of(found)

    of_tuple = of_list

    def of_condexpr(self, node, scope):
        self.type(node.test, scope)
        static = self.type(node.expr1, scope)
        return static | (self.type(node.expr2, scope) if node.expr2 is not None else EMPTY)

    def of_and(self, node, scope):
        return self.type(node.left, scope) | self.type(node.right, scope)

    of_or = of_and

    def of_not(self, node, scope):
        self.type(node.node, scope)
        return of("boolean")

    def of_concat(self, node, scope):
        kinds = frozenset().union(*(kinds_of(self.value(item, scope)) for item in node.nodes))
        return of("text", "html") if "html" in kinds else of("text")

    def of_neg(self, node, scope):
        static = self.type(node.node, scope)
        return self._only(node, static, NUMERIC, "-") and static

    def of_pos(self, node, scope):
        static = self.type(node.node, scope)
        return self._only(node, static, NUMERIC, "+") and static

    def _only(self, node, static: Static, kinds: frozenset, name: str) -> Static:
        for kind in sorted(kinds_of(static) - kinds):
            return self.report(node, "type_mismatch", name=name, kind=KIND_NAMES[kind])
        return static

    def of_call(self, node, scope):
        arguments = [self.type(argument, scope) for argument in node.args]
        target = call_target(node)
        if target == "range":
            for argument, static in zip(node.args, arguments, strict=True):
                self._only(argument, static, frozenset({"integer"}), "range")
            return list_of(of("integer"))
        if target == "cycle":
            if scope.find("loop") is None:
                return self.report(node, "unknown_name", path="loop")
            return EMPTY.union(*arguments)
        return EMPTY

    def of_test(self, node, scope):
        self.type(node.node, scope)
        for argument in node.args:
            self.type(argument, scope)
        wanted = 1 if node.name == "divisibleby" else 0
        if len(node.args) != wanted or node.kwargs:
            self.report(node, "unknown_test", name=node.name[:80])
        return of("boolean")

    def of_compare(self, node, scope):
        left_node, left = node.expr, self.type(node.expr, scope)
        for operand in node.ops:
            right = self.type(operand.expr, scope)
            if operand.op in _SIGNS:
                self._ordered(left_node, left, operand.expr, right, _SIGNS[operand.op])
            elif operand.op in ("in", "notin"):
                self._container(operand.expr, left, right)
            left_node, left = operand.expr, right
        return of("boolean")

    def _ordered(self, left_node, left, right_node, right, sign):
        for group in _ORDERED:
            if kinds_of(left) <= group and kinds_of(right) <= group:
                return
        group = next((group for group in _ORDERED if left and kinds_of(left) <= group), None)
        node, static = (right_node, right) if group or not left else (left_node, left)
        kinds = sorted(kinds_of(static) - (group or frozenset()))
        self.report(node, "type_mismatch", name=sign, kind=KIND_NAMES[kinds[0]])

    def _container(self, node, left, right):
        kinds = kinds_of(right)
        if kinds <= {"list"} or (kinds <= TEXT | {"list"} and kinds_of(left) <= TEXT):
            return
        wrong = sorted(kinds - TEXT - {"list"}) or sorted(kinds_of(left) - TEXT)
        self.report(node, "type_mismatch", name="in", kind=KIND_NAMES[wrong[0]])

    def arithmetic(self, node, scope):
        left, right = self.type(node.left, scope), self.type(node.right, scope)
        sign = BINARY[type(node)]
        kinds = kinds_of(left) | kinds_of(right)
        if sign == "+" and kinds & TEXT and kinds <= TEXT:
            return of("text", "html") if "html" in kinds else of("text")
        if not self._only(node, left | right, NUMERIC, sign):
            return EMPTY
        return of("number") if sign == "/" or "number" in kinds else of("integer")

    of_add = of_sub = of_mul = of_div = of_floordiv = of_mod = arithmetic

    def of_filter(self, node, scope):
        value = self.type(node.node, scope) if node.node is not None else EMPTY
        known = FILTERS.get(node.name)
        args = [(None, argument) for argument in node.args]
        args += [(keyword.key, keyword.value) for keyword in node.kwargs]
        if known is None:
            for _name, argument in args:
                self.type(argument, scope)
            return EMPTY
        return FilterCall(self, node, known, scope).check(value)


def _spelled(node: nodes.Node) -> str:
    """An expression as a person wrote it, as far as it is a path."""
    names: list[str] = []
    while isinstance(node, nodes.Getattr):
        names.append(node.attr[:80])
        node = node.node
    names.append(node.name[:80] if isinstance(node, nodes.Name) else "…")
    return ".".join(reversed(names))
