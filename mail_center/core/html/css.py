"""The style attribute, property by property: layout that mail uses, nothing that loads or overlays.

Left out on purpose: position and z-index (a mail must not cover the page), url() and every image
(nothing may be fetched unasked), @rules, var(), expression(), behaviors, transforms, animations,
cursors, generated content, negative margins.
"""

from __future__ import annotations

import functools
import re

import tinycss2

_SIDES = ("top", "right", "bottom", "left")
_CORNERS = ("top-left", "top-right", "bottom-right", "bottom-left")
ALLOWED = frozenset(
    [
        "background", "background-color", "border", "border-collapse", "border-color",
        "border-radius", "border-spacing", "border-style", "border-width", "box-sizing",
        "caption-side", "clear", "color", "direction", "display", "empty-cells", "float", "font",
        "font-family", "font-size", "font-stretch", "font-style", "font-variant", "font-weight",
        "height", "hyphens", "letter-spacing", "line-height", "list-style", "list-style-position",
        "list-style-type", "margin", "max-height", "max-width", "min-height", "min-width",
        "object-fit", "overflow", "overflow-wrap", "padding", "tab-size", "table-layout",
        "text-align", "text-align-last", "text-decoration", "text-decoration-color",
        "text-decoration-line", "text-decoration-style", "text-indent", "text-overflow",
        "text-transform", "unicode-bidi", "vertical-align", "visibility", "white-space", "width",
        "word-break", "word-spacing", "word-wrap",
        *(f"{name}-{side}" for name in ("margin", "padding", "border") for side in _SIDES),
        *(f"border-{side}-{what}" for side in _SIDES for what in ("color", "style", "width")),
        *(f"border-{corner}-radius" for corner in _CORNERS),
    ]
)  # fmt: skip
_DISPLAYS = {
    "block", "inline", "inline-block", "list-item", "none", "table", "table-caption", "table-cell",
    "table-column", "table-column-group", "table-footer-group", "table-header-group", "table-row",
    "table-row-group", "inline-table",
}  # fmt: skip
_OVERFLOWS = {"hidden", "auto", "visible", "scroll"}
_COLOR_FUNCTIONS = {"rgb", "rgba", "hsl", "hsla"}
_SIGNED = {"letter-spacing", "word-spacing", "vertical-align"}  # may be negative, a little
_IDENT = re.compile(r"-?[A-Za-z][A-Za-z0-9-]{0,60}")
_STRING = re.compile(r"[\w .,()&+-]{1,80}")
_UNITS = {"px", "pt", "pc", "em", "rem", "ex", "ch", "in", "cm", "mm"}
_MAX_NUMBER = 10_000
_MAX_STYLE = 4096
_MAX_DECLARATIONS = 60


def _number(token, name: str) -> str | None:
    value = token.value
    if not -_MAX_NUMBER <= value <= _MAX_NUMBER or (value < 0 and name not in _SIGNED):
        return None
    if value < -50:
        return None
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _component(token, name: str) -> str | None:
    """One value as text; None when it may not stand in a mail."""
    kind = token.type
    if kind == "whitespace":
        return " "
    if kind == "ident":
        return token.value if _IDENT.fullmatch(token.value) else None
    if kind == "hash":
        return f"#{token.value}" if re.fullmatch(r"[0-9A-Fa-f]{3,8}", token.value) else None
    if kind == "string":
        fits = _STRING.fullmatch(token.value) and name in ("font", "font-family")
        return f"'{token.value}'" if fits else None
    if kind in ("number", "percentage", "dimension"):
        number = _number(token, name)
        if number is None:
            return None
        if kind == "dimension" and token.lower_unit not in _UNITS:
            return None
        unit = "%" if kind == "percentage" else token.lower_unit if kind == "dimension" else ""
        return number + unit
    if kind == "literal" and token.value in (",", "/"):
        return token.value
    if kind == "function" and token.lower_name in _COLOR_FUNCTIONS:
        inside = [_component(one, "color") for one in token.arguments]
        if None in inside or any(one.type == "function" for one in token.arguments):
            return None
        return f"{token.lower_name}({''.join(inside)})"
    return None


def _value(name: str, tokens) -> str | None:
    if len(tokens) > 60:
        return None
    parts: list[str] = []
    for token in tokens:
        part = _component(token, name)
        if part is None:
            # `background: #fff url(x)` keeps its colour; elsewhere a strange part spoils the whole.
            if name == "background":
                continue
            return None
        parts.append(part)
    value = " ".join("".join(parts).split())
    if name == "display" and value not in _DISPLAYS:
        return None
    if name == "overflow" and value not in _OVERFLOWS:
        return None
    return value or None


@functools.lru_cache(maxsize=4096)
def clean_style(style: str) -> str:
    """The harmless declarations of a style attribute, '' when none is left.

    Idempotent. A style beyond 4096 characters is cut at its last whole declaration.
    """
    if len(style) > _MAX_STYLE:
        style = style[:_MAX_STYLE].rpartition(";")[0]
    kept: dict[str, str] = {}
    declarations = tinycss2.parse_blocks_contents(style) if hasattr(
        tinycss2, "parse_blocks_contents") else tinycss2.parse_declaration_list(style)  # fmt: skip
    for declaration in declarations[: 2 * _MAX_DECLARATIONS]:
        if declaration.type != "declaration" or declaration.lower_name not in ALLOWED:
            continue
        name = declaration.lower_name
        value = _value(name, declaration.value)
        if value is None:
            continue
        if name == "background":
            name = "background-color"
            if " " in re.sub(r"\([^()]*\)", "()", value):
                continue
        kept.pop(name, None)
        kept[name] = value
        if len(kept) >= _MAX_DECLARATIONS:
            break
    return ";".join(f"{name}:{value}" for name, value in kept.items())
