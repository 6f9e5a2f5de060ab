"""Untrusted HTML to HTML that may stand in a page: allow-lists, remote images held back.

nh3 (an HTML5 parser) decides what the markup means; what is not listed here does not survive it.
The cleaned form is stable: cleaning it again changes nothing.
"""

from __future__ import annotations

import functools
import html as html_module
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

import nh3

from .css import clean_style
from .measure import HtmlLimits, TooComplex, body_of, is_small, measure
from .settled import is_settled
from .text import from_text, to_text

_TAGS = {
    "a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big",
    "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del",
    "dfn", "dir", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark",
    "nav", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "span",
    "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time",
    "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
# Their content is no text of the mail either.
_WITH_CONTENT = {
    "applet", "audio", "canvas", "embed", "frameset", "iframe", "math", "noembed", "noframes",
    "noscript", "object", "script", "select", "style", "svg", "template", "title", "video",
}  # fmt: skip
_CELL = {"abbr", "colspan", "rowspan", "headers", "scope", "nowrap", "width", "height"}
_ATTRIBUTES = {
    "*": {"align", "bgcolor", "class", "dir", "lang", "style", "title", "valign"},
    "a": {"href", "name"},
    "blockquote": {"type"},
    "br": {"clear"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "font": {"color", "face", "size"},
    "hr": {"color", "noshade", "size", "width"},
    "img": {"alt", "border", "data-mc-src", "height", "hspace", "src", "vspace", "width"},
    "li": {"type", "value"},
    "ol": {"reversed", "start", "type"},
    "table": {"border", "cellpadding", "cellspacing", "frame", "height", "rules", "summary",
              "width"},
    "td": _CELL,
    "th": _CELL,
    "tr": {"height"},
    "ul": {"type"},
}  # fmt: skip
_TEXT_ATTRIBUTES = {"alt", "title", "summary", "abbr"}
_SIMPLE_VALUE = re.compile(r"[\w #%.,:;()+-]{0,100}")
# Classes by which mailers mark quotes and signatures; kept, with a prefix, for `fold_quotes`.
QUOTE_CLASSES = {
    "gmail_quote", "gmail_quote_container", "gmail_attr", "gmail_extra", "gmail_signature",
    "moz-cite-prefix", "moz-signature", "moz-forward-container", "yahoo_quoted",
    "protonmail_quote", "zmail_extra", "tutanota_quote", "outlookmessageheader", "quote",
    "cite", "apple-mail-quote", "mail-quote", "hmmessage", "wordsection1",
}  # fmt: skip
PREFIX = "mc-"
_JUNK_IN_URL = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_LINK = re.compile(r"(?:https?://[^/?#]|mailto:[^?]|tel:\+?[0-9*#])", re.IGNORECASE)
_HOST = re.compile(r"(?:(?!xn--)[a-z0-9-]{1,63}\.)+[a-z]{2,63}(?=[/?#]|$)", re.IGNORECASE)
_WEB = re.compile(r"https?://[^/?#\\]", re.IGNORECASE)
_DATA_IMAGE = re.compile(
    r"data:image/(?:png|gif|jpe?g|webp|bmp);base64,[A-Za-z0-9+/=]*", re.IGNORECASE
)
_MAX_URL = 8 * 1024
_MAX_DATA_IMAGE = 1024 * 1024
_SHORT = 200


def _url(value: str) -> str:
    """Without what browsers skip in a URL; protocol-relative ones made absolute."""
    value = _JUNK_IN_URL.sub("", value)
    bare = value[2:] if value.startswith(("//", "\\\\")) else value
    if bare is not value or value[:4].lower() == "www.":
        # nh3 has judged it as a relative URL, so the host is still to be looked at
        return f"https://{bare}" if _HOST.match(bare) else ""
    return value


def _image_url(value: str) -> str | None:
    if value[:5].lower() == "data:":
        value = _JUNK_IN_URL.sub("", value)
        fits = len(value) <= _MAX_DATA_IMAGE and _DATA_IMAGE.fullmatch(value)
        return value if fits else None
    value = _url(value)
    if len(value) > _MAX_URL:
        return None
    return value if _WEB.match(value) or value[:4].lower() == "cid:" else None


def _classes(value: str) -> str | None:
    kept = []
    for name in value.split()[:50]:
        known = name.lower().removeprefix(PREFIX)
        if known in QUOTE_CLASSES:
            kept.append(PREFIX + known)
    return " ".join(dict.fromkeys(kept)) or None


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return clean_style(value) or None
    if name == "class":
        return _classes(value)
    if tag == "a" and name == "href":
        url = _url(value)
        return url if len(url) <= _MAX_URL and _LINK.match(url) else None
    if name == "src":
        return _image_url(value)
    if name == "data-mc-src":
        url = _url(value)
        return url if len(url) <= _MAX_URL and _WEB.match(url) else None
    if name in _TEXT_ATTRIBUTES:
        return value[:1000]
    if tag == "a" and name == "name":
        return None  # reaches document.NAME of the page
    return value if _SIMPLE_VALUE.fullmatch(value) else None


_remembered = functools.lru_cache(maxsize=4096)(_attribute)


def _filter(tag: str, name: str, value: str) -> str | None:
    """:func:`_attribute`; mail says the same short things again and again."""
    return (_remembered if len(value) <= _SHORT else _attribute)(tag, name, value)


_RULES = {
    "tags": _TAGS,
    "clean_content_tags": _WITH_CONTENT,
    "attributes": _ATTRIBUTES,
    "link_rel": None,  # written below, where their order is ours
    "url_schemes": {"http", "https", "mailto", "tel", "cid", "data"},
}
_CLEANER = nh3.Cleaner(attribute_filter=_filter, **_RULES)
# Of what was cleaned already no value has to be looked at again: the filter leaves its own alone.
_READER = nh3.Cleaner(**_RULES)

# nh3 writes attributes one way only, so its output can be read with a regular expression: once
# no value holds a bracket, nothing in a value passes for a tag. nh3 before 0.3.6 left them there.
_MAYBE_BRACKET = re.compile(r'="[^"<>]*[<>]')
_TAG_WITH_VALUES = re.compile(r'<[a-z][^\s"=<>]*(?: [^\s"=<>]+="[^"]*")+>')
_IMG = re.compile(r'<img((?: [^\s"=>]+="[^"]*")*)>')
_LINK_TAG = re.compile(r'<a((?: [^\s"=>]+="[^"]*")*)>')
_LINK_END = ' target="_blank" rel="noopener noreferrer nofollow">'
_ATTR = re.compile(r' ([^\s"=>]+)="([^"]*)"')
_TINY = re.compile(r"\s*[012](?:\.\d+)?\s*(?:px)?\s*")
_HIDDEN_STYLE = re.compile(
    r"display:none|visibility:hidden|(?:^|;)(?:max-)?(?:width|height):[01](?:px)?(?:;|$)"
)


@dataclass(frozen=True, slots=True)
class CleanHtml:
    """Cleaned HTML and what was found.

    `html` is the blocked form: remote images carry their address in data-mc-src and load nothing.
    `remote` are those addresses, each once; `trackers` counts invisible remote images, whose
    address is dropped for good. `simplified` says that the document was beyond the limits and is
    shown as its plain text.
    """

    html: str
    remote: tuple[str, ...] = ()
    trackers: int = 0
    simplified: bool = False


def _is_tracker(attributes: dict[str, str]) -> bool:
    sizes = [attributes[name] for name in ("width", "height") if name in attributes]
    if len(sizes) == 2 and all(_TINY.fullmatch(size) for size in sizes):
        return True
    if any(size.strip().rstrip("px") == "0" for size in sizes):
        return True
    return bool(_HIDDEN_STYLE.search(attributes.get("style", "")))


def _write_img(attributes: dict[str, str]) -> str:
    """Values come and go in escaped form."""
    return "<img" + "".join(f' {name}="{value}"' for name, value in attributes.items()) + ">"


def resolve_cids(html: str, cids: Mapping[str, str]) -> str:
    """Cleaned HTML with cid: images pointed at `cids[content id]`; unknown ones lose their src."""

    def replace(match: re.Match) -> str:
        attributes = dict(_ATTR.findall(match[1]))
        source = attributes.get("src", "")
        if source[:4].lower() != "cid:":
            return match[0]
        content_id = html_module.unescape(source[4:])
        url = cids.get(content_id) or cids.get(unquote(content_id))
        if url:
            attributes["src"] = html_module.escape(url)
        else:
            del attributes["src"]
        return _write_img(attributes)

    return _IMG.sub(replace, html)


def unblock(html: str) -> str:
    """Cleaned HTML whose remote images load. Only for the output of `sanitise`."""

    def replace(match: re.Match) -> str:
        attributes = dict(_ATTR.findall(match[1]))
        if "data-mc-src" not in attributes:
            return match[0]
        return _write_img({"src": attributes.pop("data-mc-src"), **attributes})

    return _IMG.sub(replace, html)


def _finish(html: str) -> tuple[str, tuple[str, ...], int]:
    remote: dict[str, None] = {}
    trackers = 0

    def replace(match: re.Match) -> str:
        nonlocal trackers
        attributes = dict(_ATTR.findall(match[1]))
        source = attributes.get("src", "")
        if _WEB.match(source):
            attributes.pop("data-mc-src", None)
            attributes = {("data-mc-src" if name == "src" else name): value
                          for name, value in attributes.items()}  # fmt: skip
        address = attributes.get("data-mc-src")
        if address is None:
            return match[0] if "src" not in attributes else _write_img(attributes)
        if _is_tracker(attributes):
            trackers += 1
            del attributes["data-mc-src"]
        else:
            remote[html_module.unescape(address)] = None
        return _write_img(attributes)

    html = _IMG.sub(replace, html)
    # A link must not get hold of this page, nor tell the other side where it was clicked.
    html = _LINK_TAG.sub(lambda a: a[0][:-1] + _LINK_END if ' href="' in a[1] else a[0], html)
    return html, tuple(remote), trackers


def _body_wrapper(body: dict[str, str] | None) -> tuple[str, str]:
    """What <body> says of the whole text, as a <div>: a fragment has no body."""
    if not body:
        return "", ""
    kept = {name: body[name] for name in ("style", "dir", "lang") if body.get(name)}
    for name, css in (("bgcolor", "background-color"), ("text", "color")):
        if body.get(name):
            kept["style"] = f"{css}:{body[name]};{kept.get('style', '')}"
    if kept.get("style"):
        kept["style"] = clean_style(kept["style"])
    written = "".join(f' {name}="{html_module.escape(value)}"' for name, value in kept.items()
                      if value)  # fmt: skip
    return (f"<div{written}>", "</div>") if written else ("", "")


def _no_brackets_in_values(html: str) -> str:
    """nh3's output with ``<`` and ``>`` escaped in the values of attributes, which says the same.

    Read from the left, tag by tag: a bracket in a text is escaped already.
    """
    if not _MAYBE_BRACKET.search(html):
        return html
    return _TAG_WITH_VALUES.sub(
        lambda tag: "<" + tag[0][1:-1].replace("<", "&lt;").replace(">", "&gt;") + ">", html
    )


def _settled(html: str) -> str | None:
    """What nh3 makes of it once a browser would read it as nh3 wrote it; None if it never does.

    HTML has trees that cannot be written down (a link in a table in a link): read back, they turn
    into others, which is how markup slips past a cleaner. Ordinary mail settles at once.
    """
    for _ in range(3):
        cleaned = _CLEANER.clean(html)
        if is_settled(cleaned):
            return cleaned
        cleaned = _no_brackets_in_values(cleaned)
        if cleaned == html or _no_brackets_in_values(_READER.clean(cleaned)) == cleaned:
            return cleaned
        html = cleaned
    return None


def sanitise(
    html: str,
    *,
    cids: Mapping[str, str] | None = None,
    limits: HtmlLimits = HtmlLimits(),  # noqa: B008
    fallback: bool = True,
    own: bool = False,
) -> CleanHtml:
    """Clean a mail's HTML. See CleanHtml for the form it comes in.

    Kept: text, tables, images, links (http, https, mailto, tel; opened in a new tab without
    referrer) and harmless inline styles. Gone: scripts, style sheets, forms, frames, SVG, MathML,
    ids, classes (but the marks of quotes, prefixed), every URL of another scheme. `cids` maps
    content ids to the addresses of inline images; without it they stay as cid: for `resolve_cids`.
    A document beyond the limits is shown as its plain text, or raises TooComplex when `fallback`
    is false. Nothing else is raised. `own`: it is what `from_text` wrote, whose shape is known.
    """
    html = html.replace("\0", "")
    try:
        plain = own and len(html) <= limits.size and html.count("<") <= limits.tags
        if plain:
            body = None
        elif is_small(html, limits):
            body = body_of(html)
        else:
            body = measure(html, limits).body
    except TooComplex:
        if not fallback:
            raise
        return CleanHtml(from_text(to_text(html)[: limits.size]), simplified=True)
    before, after = _body_wrapper(body)
    cleaned = _settled(before + html + after)
    if cleaned is None:
        return CleanHtml(from_text(to_text(html)), simplified=True)
    cleaned, remote, trackers = _finish(cleaned)
    if cids is not None:
        cleaned = resolve_cids(cleaned, cids)
    return CleanHtml(cleaned, remote, trackers)
