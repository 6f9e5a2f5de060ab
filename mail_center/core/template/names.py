"""What people call a person whose name is written in one field."""

from __future__ import annotations

#: Languages in which the family name comes first.
FAMILY_FIRST = frozenset({"hu", "ja", "ko", "vi", "zh"})
#: Before the name, with or without a dot.
TITLES = frozenset({"dr", "ing", "inż", "mgr", "mr", "mrs", "ms", "prof"})


def split_name(name: str, language: str = "") -> tuple[str, str]:
    """``(first name, family name)``, either may be empty; as far as the name tells.

    ``language``: the person's, as ``hu`` or ``hu_HU``. *Family, First* is understood in any, titles
    are left out: nobody is greeted with *Dear Dr.*
    """
    if "," in name:
        family, _comma, first = name.partition(",")
        return " ".join(_untitled(first.split())), " ".join(family.split())
    words = _untitled(name.split())
    if not words:
        return "", ""
    if language[:2].lower() in FAMILY_FIRST and len(words) > 1:
        return " ".join(words[1:]), words[0]
    return words[0], " ".join(words[1:])


def _untitled(words: list[str]) -> list[str]:
    """The words after titles and abbreviations; all of them if there is nothing else."""
    for number, word in enumerate(words):
        if not word.endswith(".") and word.casefold() not in TITLES:
            return words[number:]
    return words
