"""Marks texts of the core for translation.

The core speaks English and knows no language; what shows its texts to a person looks each one up
in the translation catalogue, in which they are because they are marked here.
"""

from __future__ import annotations


def _(text: str) -> str:
    """``text`` itself: the mark is for the tool that collects what is to be translated."""
    return text
