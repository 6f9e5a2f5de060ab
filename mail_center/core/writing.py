"""What a person may have forgotten in the text of a mail. Pure."""

from __future__ import annotations

import re

# English and Polish, the words people use when they mean to attach something.
_ATTACHED = re.compile(
    r"\b(?:attach(?:ed|ing|ments?)?|enclos(?:ed|ing|ures?)|see the file|"
    r"załącz(?:am|amy|one|ony|oną|onym|nik\w*|eniu)|zalacz(?:am|amy|one|ony|nik\w*|eniu))\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\{\{[^{}]{0,200}\}\}|\{%[^{}]{0,200}%\}")


def mentions_file(text: str) -> str:
    """The first word of *text* that speaks of an attached file; empty if there is none.

    >>> mentions_file("Umowa jest w załączniku.")
    'załączniku'
    """
    found = _ATTACHED.search(text)
    return found[0] if found else ""


def placeholders(text: str) -> tuple[str, ...]:
    """Placeholders that nobody has filled in, each once, in their order.

    >>> placeholders("Dear {{ recipient.name }},")
    ('{{ recipient.name }}',)
    """
    return tuple(dict.fromkeys(" ".join(found.split()) for found in _PLACEHOLDER.findall(text)))
