"""Odoo's own templates (``mail.template``) as templates of ours.

Subjects are text with ``{{ object.name or '' }}``; bodies are QWeb: HTML with ``t-out``, ``t-if``,
``t-foreach``, ``t-set`` and computed attributes. What can't be translated is left out of the
text, marked where it stood, and reported: see :class:`Translated`.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from lxml import etree
from lxml import html as lxml_html

from .editor import FOR, IF
from .odoo_expression import Untranslatable, translate

_INLINE = re.compile(r"\{\{(.+?)(?:\|\|\|(.*?))?\}\}", re.S)
_IN_ATTRIBUTE = re.compile(r"\{\{(.+?)\}\}|#\{(.+?)\}", re.S)
_OUT = ("t-out", "t-esc", "t-raw", "t-field")
_IGNORED = {"t-ignore", "t-debug", "t-log", "t-translation", "t-key", "groups", "t-nocache"}
_UNKNOWN = ("t-call", "t-lang", "t-tag", "t-inner-content", "t-cache", "t-att")
_TABLE_PARTS = {"tr", "td", "th", "tbody", "thead", "tfoot", "colgroup", "col", "caption"}
_TABLES = {"table", "tr", "tbody", "thead", "tfoot"}
_WIDGETS = {"date": "date", "datetime": "datetime", "integer": "number(0)"}
MAX_SOURCE = 500_000


@dataclass(frozen=True)
class Left:
    """What was left out: the code as it was written, and why (see odoo_expression.REASONS)."""

    code: str
    reason: str
    what: str


@dataclass(frozen=True)
class Translated:
    """``source`` renders with ``core.template.render``; ``left`` is what is missing in it."""

    source: str
    left: tuple[Left, ...] = ()


def translate_subject(source: str) -> Translated:
    """A text with ``{{ expression ||| default }}``."""
    left: list[Left] = []

    def replace(found):
        try:
            value = translate(found[1])
        except Untranslatable as error:
            left.append(Left(found[1].strip(), error.reason, error.what))
            return mark(found[1])
        default = (found[2] or "").strip()
        if default:
            quoted = default.replace("\\", "\\\\").replace("'", "\\'")
            value = f"({value})" if re.search(r"[\s|]", value) else value
            value = f"{value}|default('{quoted}')"
        return f"{{{{ {value} }}}}"

    return Translated(_INLINE.sub(replace, source or ""), tuple(left))


def translate_body(source: str) -> Translated:
    """HTML with QWeb's directives."""
    if not (source or "").strip():
        return Translated("")
    if len(source) > MAX_SOURCE:
        return Translated("", (Left(source[:80], "syntax", source[:80]),))
    return _Body(source).result()


def mark(code: str) -> str:
    """What stands in the text in place of code that was left out."""
    return "[" + " ".join(code.replace("{", "(").replace("}", ")").split())[:60] + "]"


class _Body:
    def __init__(self, source: str):
        self.tree = lxml_html.fragment_fromstring(source, create_parent="div")
        self.left: list[Left] = []

    def result(self) -> Translated:
        self._children(self.tree, frozenset(), 0)
        text = (self.tree.text or "").replace("&", "&amp;").replace("<", "&lt;")
        text += "".join(
            etree.tostring(child, encoding="unicode") for child in self.tree
        )
        return Translated(text.strip(), tuple(self.left))

    # -- walking --

    def _children(self, parent, names: frozenset, loops: int) -> None:
        """Translate the children of an element; ``names`` are the variables they see."""
        chain: list[str] = []  # conditions of the t-if that is open
        for child in list(parent):
            if not isinstance(child.tag, str):
                continue  # a comment
            if child.get("t-set"):
                names = self._set(child, names, loops)
                continue
            if not {"t-if", "t-elif", "t-else"} & set(child.attrib):
                chain = []
            self._element(child, names, loops, chain)

    def _element(self, node, names, loops, chain) -> None:
        for attribute in _IGNORED:
            node.attrib.pop(attribute, None)
        for attribute in _UNKNOWN:
            if attribute in node.attrib:
                self._leave(node, f'{attribute}="{node.get(attribute)}"', "directive", attribute)
                return
        try:
            condition = self._condition(node, names, chain)
        except Untranslatable as error:
            chain.append("false")
            code = node.get("t-if") or node.get("t-elif") or "else"
            self._leave(node, code, error.reason, error.what)
            return
        try:
            loop = self._loop(node, names)
        except Untranslatable as error:
            self._leave(node, node.get("t-foreach"), error.reason, error.what)
            return
        inside = names | {loop.split(" in ", 1)[0]} if loop else names
        for attribute in ("t-if", "t-elif", "t-else", "t-foreach", "t-as"):
            node.attrib.pop(attribute, None)
        if not self._out(node, inside):
            self._attributes(node, inside)
            self._children(node, inside, loops + bool(loop))
        self._wrap(node, loop, condition)

    def _condition(self, node, names, chain) -> str | None:
        """The condition under which an element is there, those before it in its chain included."""
        if node.get("t-if") is not None:
            chain[:] = [f"{translate(node.get('t-if'), names)}"]
            return chain[0]
        if node.get("t-elif") is not None:
            own = translate(node.get("t-elif"), names)
            before = " and ".join(f"not ({condition})" for condition in chain)
            chain.append(own)
            return f"{before} and ({own})" if before else own
        if node.get("t-else") is not None:
            return " and ".join(f"not ({condition})" for condition in chain) or None
        return None

    def _loop(self, node, names) -> str | None:
        if node.get("t-foreach") is None:
            return None
        name = node.get("t-as") or ""
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            raise Untranslatable("syntax", f"t-as=\"{name}\"")
        return f"{name} in {translate(node.get('t-foreach'), names)}"

    # -- what is written --

    def _out(self, node, names) -> bool:
        """``t-out`` and its kin; what stands in the element is a sample and goes."""
        directive = next((name for name in _OUT if name in node.attrib), None)
        if directive is None:
            return False
        code = node.attrib.pop(directive)
        options = node.attrib.pop("t-options", "")
        for option in [name for name in node.attrib if name.startswith("t-options-")]:
            options = options or node.get(option)
            del node.attrib[option]
        for child in list(node):
            node.remove(child)
        try:
            value = translate(code, names)
            node.text = f"{{{{ {self._widget(value, options, names)} }}}}"
        except Untranslatable as error:
            self.left.append(Left(code, error.reason, error.what))
            node.text = mark(code)
        self._attributes(node, names)
        return True

    def _widget(self, value: str, options: str, names) -> str:
        """The filter for QWeb's formats."""
        if not options:
            return value
        try:
            tree = ast.parse(options.strip(), mode="eval").body
        except SyntaxError:
            raise Untranslatable("widget", options[:80]) from None
        if not isinstance(tree, ast.Dict):
            raise Untranslatable("widget", options[:80])
        given = {getattr(key, "value", None): item for key, item in
                 zip(tree.keys, tree.values, strict=True)}
        widget = getattr(given.get("widget"), "value", None)
        if widget is None:
            return value
        value = f"({value})" if re.search(r"\s|\|", value) else value
        if widget == "monetary" and "display_currency" in given:
            currency = translate(ast.unparse(given["display_currency"]), names)
            return f"{value}|money({currency})"
        if widget in _WIDGETS:
            return f"{value}|{_WIDGETS[widget]}"
        raise Untranslatable("widget", str(widget))

    def _attributes(self, node, names) -> None:
        """Computed attributes: ``t-att-href="object.website"``, ``t-attf-href="/x/{{ y }}"``."""
        for name in list(node.attrib):
            if not name.startswith("t-"):
                continue
            code = node.attrib.pop(name)
            try:
                if name.startswith("t-att-"):
                    node.set(name[6:], f"{{{{ {translate(code, names)} }}}}")
                elif name.startswith("t-attf-"):
                    node.set(name[7:], _filled(code, names))
                else:
                    raise Untranslatable("directive", name)
            except Untranslatable as error:
                self.left.append(Left(f'{name}="{code}"', error.reason, error.what))
            except ValueError:  # no name of an attribute, or characters that XML can't have
                self.left.append(Left(f'{name}="{code}"', "syntax", code[:80]))

    def _set(self, node, names, loops):
        """``t-set``; the names known after it."""
        name, code = node.get("t-set"), node.get("t-value")
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            self._leave(node, name, "syntax", name)
            return names
        try:
            if code is not None:
                if loops and re.search(rf"\b{name}\b", code) and name in names:
                    raise Untranslatable("carry", code)
                block = f"{{% set {name} = {translate(code, names)} %}}"
                self._replace(node, block, [], "")
            else:
                for attribute in ("t-set", "t-value"):
                    node.attrib.pop(attribute, None)
                self._children(node, names, loops)
                self._replace(node, f"{{% set {name} %}}", list(node), "{% endset %}")
        except Untranslatable as error:
            self._leave(node, code or name, error.reason, error.what)
            return names
        return names | {name}

    # -- the tree --

    def _wrap(self, node, loop, condition) -> None:
        """Put loop and condition around an element, or into it where text can't stand."""
        if loop and condition:
            # QWeb asks the condition once, before the loop.
            start, end = f"{{% if {condition} %}}{{% for {loop} %}}", "{% endfor %}{% endif %}"
        elif loop:
            start, end = f"{{% for {loop} %}}", "{% endfor %}"
        elif condition:
            start, end = f"{{% if {condition} %}}", "{% endif %}"
        else:
            start = end = ""
        above = node.getparent()
        while above.tag == "t":
            above = above.getparent()
        in_table = above.tag in _TABLES
        rows = [child for child in node if isinstance(child.tag, str)]
        if node.tag != "t":
            if start and in_table:
                self._into(node, loop, condition)
            elif start:
                self._around(node, start, end)
            return
        if not (start and rows and all(row.tag in _TABLE_PARTS for row in rows)):
            self._replace(node, start, list(node), end)
            return
        if loop and len(rows) > 1:
            self._leave(node, loop, "rows", loop)
            return
        for row in rows:
            self._into(row, loop, condition)
        self._replace(node, "", list(node), "")

    def _into(self, node, loop, condition) -> None:
        """As attributes of an element, together with those that it has already."""
        inner = node.get(IF)
        if loop and node.get(FOR):
            self._leave(node, loop, "rows", loop)
            return
        if loop:
            node.set(FOR, loop)
        if condition:
            node.set(IF, f"({condition}) and ({inner})" if inner else condition)

    def _around(self, node, start: str, end: str) -> None:
        previous = node.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + start
        else:
            node.getparent().text = (node.getparent().text or "") + start
        node.tail = end + (node.tail or "")

    def _replace(self, node, start: str, children: list, end: str) -> None:
        """An element (a <t>) by its content between two texts."""
        text = start + ((node.text or "") if children or node.text else "")
        parent, tail = node.getparent(), node.tail or ""
        if not children:
            text += end + tail
        position = parent.index(node)
        previous = node.getprevious()
        parent.remove(node)
        if previous is not None:
            previous.tail = (previous.tail or "") + text
        else:
            parent.text = (parent.text or "") + text
        for offset, child in enumerate(children):
            parent.insert(position + offset, child)
        if children:
            children[-1].tail = (children[-1].tail or "") + end + tail

    def _leave(self, node, code: str, reason: str, what: str) -> None:
        """Leave an element out and say so where it stood."""
        self.left.append(Left(code, reason, what))
        node.text = mark(code)
        for child in list(node):
            node.remove(child)
        for name in list(node.attrib):
            if name.startswith(("t-", "data-mc-")):
                del node.attrib[name]
        if node.tag == "t":
            self._replace(node, "", [], "")


def _filled(pattern: str, names) -> str:
    """``/shop/{{ object.id }}`` or ``/shop/#{object.id}`` with expressions of ours."""
    return _IN_ATTRIBUTE.sub(
        lambda found: f"{{{{ {translate(found[1] or found[2], names)} }}}}", pattern
    )
