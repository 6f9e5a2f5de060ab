"""The order of names in a list."""

from __future__ import annotations

import unicodedata

from .search.words import plain


def alphabetical(text: str) -> list[tuple[str, str]]:
    """A key to sort by: case does not count, a letter with a mark comes after the one without.

    As in Polish or Czech, where *Łaba* stands between *Lubin* and *Malbork*; by their numbers in
    Unicode such letters would all stand behind *z*.
    """
    letters = unicodedata.normalize("NFC", text.casefold())
    return [(plain(letter), letter) for letter in letters]
