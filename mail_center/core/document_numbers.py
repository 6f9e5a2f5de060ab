"""Numbers of documents in a subject, such as S00042 or INV/2026/00007. Pure."""

from __future__ import annotations

import re

_NUMBER = re.compile(
    r"(?<![\w/.@-])([A-Za-z]{1,8}[A-Za-z0-9]{0,12}(?:[/_-][A-Za-z0-9]{1,12}){0,5})(?![\w@])"
)
MAX_NUMBERS = 10


def document_numbers(subject: str) -> list[str]:
    """What may be the number of a document, as it is written and in capitals, once each.

    Letters first, then at least two digits, with `/`, `-` or `_` between the groups: words and
    plain numbers (dates, prices, years) are none.
    """
    found: list[str] = []
    for match in _NUMBER.finditer(subject[:1000]):
        number = match[1]
        if sum(char.isdigit() for char in number) >= 2 and len(number) <= 40:
            found += [number, number.upper()]
        if len(found) >= 2 * MAX_NUMBERS:
            break
    return list(dict.fromkeys(found))
