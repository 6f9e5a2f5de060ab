"""reStructuredText to HTML pages."""

from __future__ import annotations

from dev.console import DevError

STYLE = (
    "body{font:16px/1.55 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;"
    "color:#333}img{max-width:100%;border:1px solid #ddd;border-radius:6px}"
    "pre{background:#f5f5f7;padding:.75rem;overflow:auto}"
)


def parts(text: str, source: str | None = None) -> dict[str, str]:
    """docutils' parts of a text: ``title``, ``body``, …; DevError at the least complaint of it.

    ``source`` is the file's path: what the text includes is relative to it.
    """
    from docutils.core import publish_parts
    from docutils.utils import SystemMessage

    try:
        return publish_parts(
            text,
            source_path=source,
            writer_name="html5",
            settings_overrides={
                "embed_stylesheet": False,
                "stylesheet_path": "",
                "syntax_highlight": "none",  # the same wherever it is made
                "halt_level": 2,
                "report_level": 5,
                "initial_header_level": 2,
                "raw_enabled": False,
                "toc_backlinks": False,
            },
        )
    except SystemMessage as error:
        raise DevError(f"{source or 'a text'} is no good reStructuredText: {error}") from error


def page(text: str) -> str:
    """A whole page that needs no other file."""
    made = parts(text)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{made['title']}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{made['title']}</h1>\n{made['body']}</body>\n</html>\n"
    )
