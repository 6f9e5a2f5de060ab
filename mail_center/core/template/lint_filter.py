"""The linter's view of one use of a filter: its value, its arguments, and what it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import nodes

from .filter import Filter, Param
from .kinds import EMPTY, KIND_NAMES, Static, items_of, kinds_of

if TYPE_CHECKING:
    from .lint import Checker, Scope


class FilterCall:
    """One use of a filter."""

    def __init__(self, checker: Checker, node: nodes.Filter, known: Filter, scope: Scope):
        self.checker = checker
        self.node = node
        self.known = known
        self.scope = scope

    def check(self, value: Static) -> Static:
        bound = self.known.bind(
            tuple(self.node.args), {keyword.key: keyword.value for keyword in self.node.kwargs}
        )
        if isinstance(bound, str):
            return self._bad(bound)
        wrong = sorted(kinds_of(value) - self.known.accepts)
        if wrong:
            return self.checker.report(
                self.node, "type_mismatch", name=f"|{self.known.name}", kind=KIND_NAMES[wrong[0]]
            )
        types: dict[str, Static] = {}
        for param in self.known.params:
            if param.name not in bound:
                continue
            static = self._argument(param, bound[param.name], value)
            if static is None:
                return EMPTY
            types[param.name] = static
        if "list" in self.known.accepts and "list" in kinds_of(value):
            items = types["path"] if "path" in types else items_of(value)
            for kind in sorted(kinds_of(items) - self.known.item_kinds):
                return self.checker.report(
                    self.node, "type_mismatch", name=f"|{self.known.name}", kind=KIND_NAMES[kind]
                )
        return self.known.returns(value, types)

    def _bad(self, detail: str) -> Static:
        return self.checker.report(
            self.node, "bad_arguments", name=self.known.name, detail=detail
        )

    def _argument(self, param: Param, argument: nodes.Expr, value: Static) -> Static | None:
        static = self.checker.type(argument, self.scope)
        wrong = sorted(kinds_of(static) - param.kinds) if param.kinds else []
        if wrong:
            self.checker.report(
                argument, "type_mismatch", name=f"|{self.known.name}({param.name})",
                kind=KIND_NAMES[wrong[0]],
            )
            return None
        if not param.literal:
            return static
        if not isinstance(argument, nodes.Const):
            self._bad(f"takes {param.name} only as written text or number")
            return None
        if argument.value is None:
            return EMPTY
        wrong = self.known.check_literal(param, argument.value)
        if wrong:
            self._bad(wrong)
            return None
        return self._follow(items_of(value), argument.value) if param.path else static

    def _follow(self, items: Static, path: str) -> Static | None:
        static = items
        for name in path.split("."):
            found = self.checker.get(_Step(self.node), static, name)
            if static and not found:
                return None  # reported
            static = found
        return static


class _Step:
    """A node in place of the subscript that a path inside a filter's argument stands for."""

    def __init__(self, node: nodes.Filter):
        self.node = node.node
        self.lineno = node.lineno
