"""Between HTML and plain text: for the text alternative, for search, for the preview line."""

from __future__ import annotations

import html as html_module
import re
from itertools import islice

from .tokens import RAW_TEXT, tokens

_BLOCKS = {
    "address", "article", "aside", "body", "caption", "center", "dd", "details", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "legend", "li", "main",
    "menu", "nav", "ol", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
}  # fmt: skip
_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "hr"}
_SKIPPED = RAW_TEXT - {"textarea", "xmp", "plaintext"} | {"head", "svg", "math", "object", "select"}
_SPACE = re.compile(r"[ \t\n\r\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_MAY_HIDE = re.compile("display|mso-hide", re.IGNORECASE)
_MAX_QUOTE = 10
_MAX_TOKENS = 100_000


class _Writer:
    """Lines of text with their quote prefix; collapses white space as a browser does."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quote = self.last_quote = 0
        self.pre = 0
        self.space = False  # a collapsed space is due before the next word
        self.gap = 0  # empty lines due before the next line
        self.prefix = ""  # list bullet for the next line

    def text(self, text: str) -> None:
        if self.pre:
            first, *rest = text.split("\n")
            self._add(first)
            for line in rest:
                self.newline(keep=True)
                self._add(line)
            return
        words = _SPACE.sub(" ", text)
        if words.startswith(" "):
            self.space = True
        body = words.strip(" ")
        if not body:
            return
        if self.space and self.line:
            self.line.append(" ")
        self._add(body)
        self.space = words.endswith(" ")

    def _add(self, text: str) -> None:
        if not text:
            return
        if not self.line and self.prefix:
            self.line.append(self.prefix)
            self.prefix = ""
        self.line.append(text)

    def newline(self, keep: bool = False) -> None:
        """End the line; an empty one only counts when `keep` (a <br> was there)."""
        text = "".join(self.line).rstrip(" ")
        self.space = False
        if not text and not keep:
            return
        mark = "> " * min(self.quote, _MAX_QUOTE)
        if self.gap and self.lines:
            # An empty line between two depths belongs to the outer one.
            outer = "> " * min(self.quote, self.last_quote, _MAX_QUOTE)
            self.lines.extend([outer.rstrip()] * self.gap)
        self.gap = 0
        self.last_quote = self.quote
        self.lines.append((mark + text).rstrip(" ") if text != "-- " else text)
        self.line.clear()

    def block(self, gap: int = 0) -> None:
        self.newline()
        if self.lines:
            self.gap = max(self.gap, gap)


def to_text(html: str) -> str:
    """Readable plain text of a document, in linear time and without ever failing.

    Links become `text <url>`, list items get bullets or numbers, table cells are parted by spaces,
    quotes start with `> `, images show their alternative text. Hidden elements, scripts and styles
    leave nothing. Ends with [...] after 100,000 tags and pieces of text.
    """
    out = _Writer()
    skipping = ""  # name of the element being left out
    skip_depth = 0
    links: list[tuple[str, int]] = []  # href, where its words start
    lists: list[int] = []  # next number, or 0 for bullets
    words: list[str] = []  # words inside the innermost link
    stream = tokens(html)
    for token in islice(stream, _MAX_TOKENS):
        kind, name = token.kind, token.value
        if skipping:
            if kind == "start" and name == skipping:
                skip_depth += 1
            elif kind == "end" and name == skipping:
                skip_depth -= 1
            if skip_depth <= 0 or (skipping == "head" and kind == "start" and name == "body"):
                skipping = ""
            continue
        if kind == "text":
            if links:
                words.append(name)
            out.text(name.replace("\xa0", " "))
        elif kind == "start":
            if name in _SKIPPED or (
                name not in ("br", "img", "hr", "td", "th", "tr", "input", "meta", "link")
                and _MAY_HIDE.search(token.source)
                and _HIDDEN.search(token.attributes.get("style", "")[:500])
            ):
                if not html.endswith("/>", token.start, token.end) or name in RAW_TEXT:
                    skipping, skip_depth = name, 1
                continue
            attributes = token.attributes if name in ("a", "img") else {}
            _start(out, name, attributes, links, lists, words)
        elif kind == "end":
            _end(out, name, links, lists, words)
    _close_link(out, links, words)
    out.newline()
    if next(stream, None):
        out.lines.append("[...]")
    return "\n".join(out.lines).strip("\n")


def _start(out, name, attributes, links, lists, words) -> None:
    if name == "br":
        out.newline(keep=True)
    elif name == "a":
        _close_link(out, links, words)
        href = attributes.get("href", "").strip()
        if href.lower().startswith(("http:", "https:", "mailto:", "tel:")):
            links.append((href, 0))
            words.clear()
    elif name == "img":
        alt = " ".join(attributes.get("alt", "").split())
        if alt:
            out.text(f"[{alt[:200]}]")
            words.append(alt)
    elif name in ("td", "th"):
        if out.line:
            out.text("  ")
    elif name == "li":
        out.block()
        indent = "  " * (min(len(lists), 10) - 1) if lists else ""
        if lists and lists[-1]:
            out.prefix = f"{indent}{lists[-1]}. "
            lists[-1] += 1
        else:
            out.prefix = f"{indent}- "
    elif name in ("ul", "ol", "menu", "dir"):
        out.block(0 if lists else 1)
        lists.append(1 if name == "ol" else 0)
    elif name == "hr":
        out.block()
        out.text("-" * 40)
        out.newline()
    elif name == "blockquote":
        out.block(1)
        out.newline()
        out.quote += 1
    elif name in ("pre", "xmp", "plaintext", "textarea"):
        out.block(1)
        out.pre += 1
    elif name in _PARAGRAPHS:
        out.block(1)
    elif name in _BLOCKS:
        out.block()


def _end(out, name, links, lists, words) -> None:
    if name == "a":
        _close_link(out, links, words)
    elif name in ("ul", "ol", "menu", "dir"):
        if lists:
            lists.pop()
        out.block(0 if lists else 1)
    elif name == "blockquote":
        out.block()
        if out.quote:
            out.quote -= 1
        out.block(1)
    elif name in ("pre", "xmp", "plaintext", "textarea"):
        out.block(1)
        out.pre = max(out.pre - 1, 0)
    elif name == "li":
        out.block()
        out.prefix = ""
    elif name in _PARAGRAPHS:
        out.block(1)
    elif name in _BLOCKS:
        out.block()


def _close_link(out, links, words) -> None:
    if not links:
        return
    href = links.pop()[0]
    shown = "".join(words).strip()
    bare = re.sub(r"^(?:mailto:|tel:|https?://)", "", href, flags=re.IGNORECASE)
    same = {bare.rstrip("/").lower(), href.rstrip("/").lower()}
    if shown and shown.rstrip("/").lower() not in same:
        out.space = True
        out.text(f"<{href}>")
    words.clear()


_URL = re.compile(
    r"(?<![\w@.+-])((?:https?://|www\.)[^\s<>\"']{1,2000}|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6})",
    re.IGNORECASE,
)


def _linkify(line: str) -> str:
    if "@" not in line and "://" not in line and "www." not in line.lower():
        return html_module.escape(line)
    out = []
    position = 0
    for match in _URL.finditer(line):
        found = match[1]
        link = found.rstrip(".,;:!?'\"*_")
        while link.endswith(")") and link.count("(") < link.count(")"):
            link = link[:-1].rstrip(".,;:!?")
        if not link:
            continue
        low = link.lower()
        if low.startswith("www."):
            href = f"https://{link}"
        else:
            href = link if low.startswith("http") else f"mailto:{link}"
        start = match.start(1)
        out.append(html_module.escape(line[position:start]))
        out.append(
            f'<a href="{html_module.escape(href)}" target="_blank" '
            f'rel="noopener noreferrer nofollow">{html_module.escape(link)}</a>'
        )
        position = start + len(link)
    out.append(html_module.escape(line[position:]))
    return "".join(out)


_SPACES = re.compile(r"^ +| {2,}")


def _hard_spaces(match: re.Match) -> str:
    return "\xa0" * len(match[0])


_QUOTE_MARKS = re.compile(r"(?:> ?){1,40}")


def from_text(text: str) -> str:
    """Plain text as HTML: escaped, line breaks kept, addresses linked, `>` quotes nested."""
    out: list[str] = []
    depth = 0
    paragraph: list[str] = []

    def flush() -> None:
        if paragraph:
            out.append(f"<div>{'<br>'.join(paragraph)}</div>")
            paragraph.clear()

    for line in text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n"):
        marks = _QUOTE_MARKS.match(line) if line[:1] == ">" else None
        level = min(marks[0].count(">"), _MAX_QUOTE) if marks else 0
        if level != depth:
            flush()
            out.append("<blockquote>" * (level - depth) or "</blockquote>" * (depth - level))
            depth = level
        content = line[marks.end() :] if marks else line
        linked = _linkify(content)
        if "  " in linked or linked[:1] == " ":
            # Runs of spaces carry layout in plain text; HTML would fold them.
            linked = "" if linked.isspace() else _SPACES.sub(_hard_spaces, linked)
        paragraph.append(linked)
    flush()
    out.append("</blockquote>" * depth)
    return "".join(out)


_ATTRIBUTION = re.compile(r"^(?:On|Am|Le|El|Il|W dniu|Dnia|Op|Den) .{5,200}:$")


def snippet(text: str, length: int = 160) -> str:
    """The first own words of a mail's plain text on one line, at most `length` characters."""
    words: list[str] = []
    size = 0
    for line in text[: 64 * 1024].split("\n"):
        line = line.strip()
        if line.startswith(">") or _ATTRIBUTION.match(line) or not line.strip("-_=*~ "):
            continue
        words.append(line)
        size += len(line) + 1
        if size > length:
            break
    flat = " ".join(" ".join(words).split())
    if not flat:
        flat = " ".join(text[: 8 * length].replace(">", " ").split())
    if len(flat) <= length:
        return flat
    cut = flat[: length - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > length * 2 // 3 else cut).rstrip(" ,;:-") + "…"
