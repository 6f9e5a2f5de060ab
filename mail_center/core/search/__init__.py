"""What people type to find mail → what to look for. Pure."""

from .query import Query, Term, parse
from .words import (
    beginnings,
    common,
    in_trigrams,
    leads,
    parts,
    people,
    plain,
    scattered,
    telling,
    tsquery,
    vector,
)

__all__ = [
    "Query", "Term", "beginnings", "common", "in_trigrams", "leads", "parse", "parts", "people",
    "plain", "scattered", "telling", "tsquery", "vector",
]  # fmt: skip
