"""What people type to find mail → what to look for. Pure."""

from .query import Query, Term, parse
from .words import beginnings, in_trigrams, leads, parts, people, plain, tsquery, vector

__all__ = [
    "Query", "Term", "beginnings", "in_trigrams", "leads", "parse", "parts", "people", "plain",
    "tsquery", "vector",
]  # fmt: skip
