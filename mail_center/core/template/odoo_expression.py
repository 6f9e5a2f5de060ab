"""Python expressions of Odoo's own templates in the language of ours.

``object.partner_id.name or ''`` becomes ``document.partner_id.name or ''``,
``format_amount(object.amount_total, object.currency_id)`` becomes
``document.amount_total|money(document.currency_id)``. What has no counterpart raises
:class:`Untranslatable` with a reason; nothing is guessed.
"""

from __future__ import annotations

import ast
import re

from .catalogue import ROOT_FIELDS
from .formats import check_pattern

MAX_EXPRESSION = 4_000
# Of the user who renders, Odoo's templates know any field; ours what stands in a letter.
_SENDER = {
    "name": "sender.name", "email": "sender.email", "email_formatted": "sender.email",
    "phone": "sender.phone", "mobile": "sender.phone", "signature": "sender.signature",
    "function": "sender.job_title", "display_name": "sender.name",
}
_COMPANY = {
    "country_id.name": "country", "currency_id.name": "currency", "display_name": "name",
    "partner_id.email": "email", "partner_id.phone": "phone", "partner_id.name": "name",
}
_BINARY = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
}
_COMPARE = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in",
}
_TEXT_METHODS = {
    "upper": "upper", "lower": "lower", "title": "title", "capitalize": "capitalize",
    "strip": "trim",
}
_LOOP = {"index": "loop.index0", "first": "loop.first", "last": "loop.last"}
_PLACE = re.compile(r"%(?:[sd%]|\.\d+f)")


class Untranslatable(Exception):
    """``reason`` is a key of :data:`REASONS`, ``what`` the part that has no counterpart."""

    def __init__(self, reason: str, what: str):
        super().__init__(REASONS[reason].format(what=what))
        self.reason = reason
        self.what = what


REASONS = {
    "syntax": "“{what}” is no expression.",
    "call": "“{what}” runs code, which templates can't.",
    "name": "“{what}” has no counterpart.",
    "user_field": "“{what}” of the sender can't be used.",
    "construct": "“{what}” can't be written in a template.",
    "directive": "“{what}” has no counterpart.",
    "widget": "The format “{what}” has no counterpart.",
    "rows": "“{what}” repeats several rows of a table at once.",
    "carry": "“{what}” counts from turn to turn of a loop.",
}


def translate(source: str, names: frozenset[str] | set[str] = frozenset()) -> str:
    """One expression. ``names`` are the variables that loops and ``t-set`` have made.

    Raises Untranslatable.
    """
    return _Translator(names).expression(source)


class _Translator:
    """``level`` of the result tells whether it needs brackets: 0 a value, 1 anything else."""

    def __init__(self, names):
        self.names = names

    def expression(self, source: str) -> str:
        source = source.strip()
        if not source or len(source) > MAX_EXPRESSION:
            raise Untranslatable("syntax", source[:80])
        try:
            tree = ast.parse(source.replace("\n", " "), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise Untranslatable("syntax", source[:80]) from None
        try:
            return self.visit(tree.body)
        except RecursionError:
            raise Untranslatable("syntax", source[:80]) from None

    def visit(self, node: ast.expr) -> str:
        method = getattr(self, f"of_{type(node).__name__.lower()}", None)
        if method is None:
            raise Untranslatable("construct", _spelled(node))
        return method(node)

    def operand(self, node: ast.expr) -> str:
        """An expression that something is written behind or beside."""
        text = self.visit(node)
        simple = isinstance(
            node, (ast.Name, ast.Attribute, ast.Constant, ast.Subscript, ast.List, ast.Tuple)
        )
        return text if simple and "|" not in text else f"({text})"

    # -- values --

    def of_constant(self, node):
        value = node.value
        if value is None or isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, (int, float)):
            return repr(value)
        if isinstance(value, str):
            return _quoted(value)
        raise Untranslatable("construct", _spelled(node))

    def of_name(self, node):
        if node.id in self.names:
            return node.id
        for suffix, meaning in _LOOP.items():
            if node.id.endswith(f"_{suffix}") and node.id[: -len(suffix) - 1] in self.names:
                return meaning
        if node.id == "object":
            return "document"
        if node.id == "user":
            return "sender"
        raise Untranslatable("name", node.id)

    def of_attribute(self, node):
        path = _path(node)
        if path and path[0] == "user" and "user" not in self.names:
            return self._of_user(path[1:], node)
        if isinstance(node.value, ast.Call) and _called(node.value) == "sudo":
            raise Untranslatable("call", _spelled(node.value))
        if node.attr.startswith("_"):
            raise Untranslatable("construct", _spelled(node))
        return f"{self.operand(node.value)}.{node.attr}"

    def _of_user(self, names, node):
        if names[0] == "company_id":
            rest = ".".join(names[1:])
            field = _COMPANY.get(rest, rest)
            if not field:
                return "company"
            if field in ROOT_FIELDS["company"]:
                return f"company.{field}"
        known = _SENDER.get(".".join(names)) or _SENDER.get(
            ".".join(names[1:]) if names[0] == "partner_id" else ""
        )
        if not known:
            raise Untranslatable("user_field", _spelled(node))
        return known

    def of_subscript(self, node):
        owner, index = self.operand(node.value), node.slice
        if isinstance(index, ast.Constant) and isinstance(index.value, (int, str)):
            if isinstance(index.value, str):
                return f"{owner}.{index.value}"
            return f"{owner}[{index.value}]"
        first = (
            isinstance(index, ast.Slice)
            and index.step is None
            and (index.lower is None or getattr(index.lower, "value", None) == 0)
            and getattr(index.upper, "value", None) == 1
        )
        if first:
            return f"{owner}|first"
        raise Untranslatable("construct", _spelled(node))

    def of_list(self, node):
        return f"[{', '.join(self.visit(item) for item in node.elts)}]"

    of_tuple = of_list
    of_set = of_list

    # -- operators --

    def of_boolop(self, node):
        word = " and " if isinstance(node.op, ast.And) else " or "
        parts = [
            f"({self.visit(value)})"
            if isinstance(value, (ast.BoolOp, ast.IfExp))
            else self.visit(value)
            for value in node.values
        ]
        return word.join(parts)

    def of_unaryop(self, node):
        if isinstance(node.op, ast.Not):
            inner = node.operand
            if isinstance(inner, ast.Call) and _called(inner) == "is_html_empty" and inner.args:
                return f"{self.operand(inner.args[0])}|plain"
            return f"not {self.operand(node.operand)}"
        if isinstance(node.op, (ast.USub, ast.UAdd)):
            return f"{'-' if isinstance(node.op, ast.USub) else '+'}{self.operand(node.operand)}"
        raise Untranslatable("construct", _spelled(node))

    def of_binop(self, node):
        left = node.left
        if isinstance(node.op, ast.Mod) and isinstance(left, ast.Constant) and isinstance(
            left.value, str
        ):
            return self._filled(left.value, node.right, node)
        sign = _BINARY.get(type(node.op))
        if sign is None:
            raise Untranslatable("construct", _spelled(node))
        return f"{self.operand(left)} {sign} {self.operand(node.right)}"

    def _filled(self, pattern: str, values: ast.expr, node) -> str:
        """``'%s: %s' % (a, b)`` as ``a ~ ': ' ~ b``."""
        given = values.elts if isinstance(values, ast.Tuple) else [values]
        places = [place for place in _PLACE.findall(pattern) if place != "%%"]
        if len(places) != len(given) or "%(" in pattern:
            raise Untranslatable("construct", _spelled(node))
        parts, waiting, position = [], list(given), 0
        for found in _PLACE.finditer(pattern):
            text = pattern[position : found.start()] + ("%" if found[0] == "%%" else "")
            if text:
                parts.append(_quoted(text))
            if found[0] != "%%":
                value = self.operand(waiting.pop(0))
                digits = found[0][2:-1] if found[0].startswith("%.") else ""
                parts.append(f"{value}|number({int(digits)})" if digits else value)
            position = found.end()
        if pattern[position:]:
            parts.append(_quoted(pattern[position:]))
        return " ~ ".join(parts) or "''"

    def of_joinedstr(self, node):
        parts = []
        for value in node.values:
            if isinstance(value, ast.Constant):
                parts.append(_quoted(value.value))
            elif value.format_spec is None and value.conversion == -1:
                parts.append(self.operand(value.value))
            else:
                raise Untranslatable("construct", _spelled(node))
        return " ~ ".join(parts) or "''"

    def of_compare(self, node):
        text, previous = self.operand(node.left), None
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, (ast.Is, ast.IsNot)):
                word = "is" if isinstance(operator, ast.Is) else "is not"
                if not isinstance(right, ast.Constant) or right.value is not None or previous:
                    raise Untranslatable("construct", _spelled(node))
                text = f"{text} {word} none"
            else:
                text = f"{text} {_COMPARE[type(operator)]} {self.operand(right)}"
            previous = operator
        return text

    def of_ifexp(self, node):
        return (
            f"({self.visit(node.body)} if {self.visit(node.test)} else {self.visit(node.orelse)})"
        )

    # -- calls --

    def of_call(self, node):
        name = _called(node)
        method = getattr(self, f"call_{name}", None) if isinstance(node.func, ast.Name) else None
        if method:
            return method(node)
        if isinstance(node.func, ast.Attribute):
            return self._method(node, name)
        raise Untranslatable("call", _spelled(node))

    def call_format_date(self, node):
        return self._formatted(node, "date", ("date", "value"), ("date_format", "pattern"))

    def call_format_datetime(self, node):
        return self._formatted(node, "datetime", ("dt", "value"), ("dt_format", "format"))

    def call_format_time(self, node):
        return self._formatted(node, "time", ("time", "value"), ("time_format",))

    def _formatted(self, node, name, values, formats):
        """Language and time zone are the recipient's in our templates: arguments that choose
        them are dropped."""
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        value = node.args[0] if node.args else next(
            (given[key] for key in values if key in given), None
        )
        if value is None:
            raise Untranslatable("call", _spelled(node))
        pattern = next((given[key] for key in formats if key in given), None)
        text = f"{self.operand(value)}|{name}"
        if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str):
            if check_pattern(pattern.value, name):
                raise Untranslatable("construct", _spelled(node))
            if pattern.value != "medium":
                text += f"({_quoted(pattern.value)})"
        return text

    def call_format_amount(self, node):
        return self._two(node, "money")

    def call_round(self, node):
        if len(node.args) == 1:
            return f"{self.operand(node.args[0])}|round"
        return self._two(node, "round")

    def _two(self, node, name):
        if len(node.args) < 2:
            raise Untranslatable("call", _spelled(node))
        return f"{self.operand(node.args[0])}|{name}({self.visit(node.args[1])})"

    def call_len(self, node):
        return self._one(node, "length")

    def call_bool(self, node):
        return f"not not {self.operand(node.args[0])}" if node.args else "false"

    def call_str(self, node):
        return self.visit(node.args[0]) if len(node.args) == 1 else "''"

    def call_sum(self, node):
        argument = node.args[0] if len(node.args) == 1 else None
        if isinstance(argument, ast.Call) and _called(argument) == "mapped":
            return f"{self.operand(argument.func.value)}|sum({self._field(argument)})"
        return self._one(node, "sum")

    def call_is_html_empty(self, node):
        if len(node.args) != 1:
            raise Untranslatable("call", _spelled(node))
        return f"not ({self.operand(node.args[0])}|plain)"

    def _one(self, node, name):
        if len(node.args) != 1 or node.keywords:
            raise Untranslatable("call", _spelled(node))
        return f"{self.operand(node.args[0])}|{name}"

    def _field(self, node):
        argument = node.args[0] if len(node.args) == 1 else None
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            return _quoted(argument.value)
        raise Untranslatable("call", _spelled(node))

    def _method(self, node, name):
        owner = node.func.value
        if name in _TEXT_METHODS and not node.args:
            return f"{self.operand(owner)}|{_TEXT_METHODS[name]}"
        if name == "mapped":
            return f"{self.operand(owner)}|map({self._field(node)})"
        if name == "join" and isinstance(owner, ast.Constant) and len(node.args) == 1:
            separator, argument = self.visit(owner), node.args[0]
            if isinstance(argument, ast.Call) and _called(argument) == "mapped":
                records = self.operand(argument.func.value)
                return f"{records}|join({separator}, {self._field(argument)})"
            return f"{self.operand(argument)}|join({separator})"
        raise Untranslatable("call", _spelled(node))


def _quoted(text: str) -> str:
    """A text of our language, with its quotation marks."""
    text = text.replace("\\", "\\\\").replace("\n", "\\n")
    if "'" not in text:
        return f"'{text}'"
    return '"' + text.replace('"', '\\"') + '"'


def _path(node: ast.expr) -> list[str]:
    """``a.b.c`` as its names; empty for anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id, *reversed(names)] if isinstance(node, ast.Name) else []


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _spelled(node: ast.AST) -> str:
    try:
        return ast.unparse(node)[:120]
    except (ValueError, RecursionError):
        return type(node).__name__
