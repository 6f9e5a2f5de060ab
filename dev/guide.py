"""The guides: docs/{user,admin,developer}/*.rst as pages that Odoo itself serves.

They lie in ``mail_center/static/guide/``, so that whoever has the addon has its guides, of the
very version, without asking a host elsewhere.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from dev import rst
from dev.console import DevError
from dev.paths import ROOT

SOURCE = ROOT / "docs"
TARGET = ROOT / "mail_center" / "static" / "guide"
PICTURES = "../../mail_center/static/"  # as the sources name them, so that any viewer shows them
#: Folder: its title, and its pages in the order in which they are read.
GUIDES = {
    "user": (
        "User guide",
        ["first-mailbox", "write", "templates", "read", "link", "outgoing", "share", "rules",
         "import", "trouble", "privacy"],
    ),
    "admin": (
        "Administrator guide",
        ["install", "sizing", "security", "backup", "upgrade", "sending", "two-way", "status",
         "troubleshooting"],
    ),
    "developer": (
        "Developer guide",
        ["architecture", "document", "placeholder", "provider", "automation", "integration"],
    ),
}
FOR = {
    "user": "For everybody who writes and reads mail in Odoo: a page for each task.",
    "admin": "For who installs Odoo and looks after its mail.",
    "developer": "For who adds something of his own, or lets another program send.",
}


def files() -> dict[Path, str]:
    """``{path: text}`` of all pages. DevError if a source is missing or none names it."""
    titles, bodies = {}, {}
    for folder, (_title, names) in GUIDES.items():
        sources = {path.stem for path in (SOURCE / folder).glob("*.rst")}
        if sources != set(names):
            raise DevError(
                f"docs/{folder} and GUIDES of dev/guide.py differ: {sources ^ set(names)}"
            )
        for name in names:
            path = SOURCE / folder / f"{name}.rst"
            made = rst.parts(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
            titles[folder, name] = made["title"]
            bodies[folder, name] = made["body"].replace(PICTURES, "../../")
    pages = {
        TARGET / folder / f"{name}.html": _page(titles, folder, name, body)
        for (folder, name), body in bodies.items()
    }
    pages[TARGET / "index.html"] = _page(titles, "", "", _overview(titles))
    return pages


def _page(titles: dict, folder: str, name: str, body: str) -> str:
    up = "../" if folder else ""
    title = titles.get((folder, name), "Guides")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – Email Center</title>
<link rel="stylesheet" href="{up}guide.css">
<link rel="icon" href="{up}../description/icon.png">
</head>
<body>
<nav aria-label="Pages">
<p class="name"><a href="{up}index.html">Email Center</a></p>
{_contents(titles, folder, name, up)}</nav>
<main>
<h1>{title}</h1>
{body}</main>
</body>
</html>
"""


def _overview(titles: dict) -> str:
    """What the first page says: for whom each guide is, and where it begins."""
    lines = []
    for key, (guide, names) in GUIDES.items():
        first = f'<a href="{key}/{names[0]}.html">{titles[key, names[0]]}</a>'
        lines.append(f"<h2>{escape(guide)}</h2>\n")
        lines.append(f"<p>{escape(FOR[key])} It begins with {first}.</p>\n")
    return "".join(lines)


def _contents(titles: dict, folder: str, name: str, up: str) -> str:
    lines = []
    for key, (guide, names) in GUIDES.items():
        lines.append(f"<h2>{escape(guide)}</h2>\n<ul>")
        for one in names:
            here = ' aria-current="page"' if (key, one) == (folder, name) else ""
            lines.append(f'<li><a href="{up}{key}/{one}.html"{here}>{titles[key, one]}</a></li>')
        lines.append("</ul>\n")
    return "\n".join(lines)
