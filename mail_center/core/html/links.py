"""Links of cleaned HTML that say where they lead."""

from __future__ import annotations

import html as html_module
import re
from urllib.parse import urlsplit

_LINK = re.compile(r"<a((?: [^\s\"=>]+=\"[^\"]*\")*)>(.*?)</a>", re.DOTALL)
_ATTR = re.compile(r' ([^\s"=>]+)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
_SHOWN_HOST = re.compile(
    r"\s*(?:https?://)?(?:[^\s/@]*@)?((?:[\w-]{1,63}\.){1,9}[^\W\d_]{2,24})(?::\d+)?(?:[/?#]\S*)?\s*",
    re.IGNORECASE,
)
_MAX_TITLE = 500


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _elsewhere(shown: str, host: str) -> bool:
    shown = shown.lower().removeprefix("www.")
    return not (shown == host or host.endswith(f".{shown}") or shown.endswith(f".{host}"))


def show_targets(html: str, label: str) -> str:
    """Cleaned HTML whose links have their address as their title.

    A link whose text is the address of another site than it leads to is followed by *label*,
    plain text whose ``%s`` becomes the host it leads to. Only for the output of ``sanitise``.
    """

    def replace(match: re.Match) -> str:
        attributes = dict(_ATTR.findall(match[1]))
        target = attributes.get("href", "")
        if not target:
            return match[0]
        title = html_module.unescape(target)
        if len(title) > _MAX_TITLE:
            title = f"{title[:_MAX_TITLE]}…"
        attributes["title"] = html_module.escape(title)
        written = "".join(f' {name}="{value}"' for name, value in attributes.items())
        link = f"<a{written}>{match[2]}</a>"
        host = _host(html_module.unescape(target))
        text = html_module.unescape(_TAG.sub("", match[2]))
        shown = _SHOWN_HOST.fullmatch(text[:2000])
        if host and shown and _elsewhere(shown[1], host):
            note = html_module.escape(label.replace("%s", host))
            link += f'<span class="mc-target">{note}</span>'
        return link

    return _LINK.sub(replace, html)


_OWN_COLOUR = re.compile(
    r"<[a-z0-9]+ [^>]*(?:bgcolor=|color=|[\"; ]background(?:-color)?:|[\"; ]color:)", re.IGNORECASE
)


def has_colours(html: str) -> bool:
    """Does cleaned HTML choose colours of its own?"""
    return bool(_OWN_COLOUR.search(html))
