"""What people type to find mail → what to look for. Pure."""

from .query import Query, Term, parse
from .words import beginnings, leads, patterns, plain, tsquery, vector

__all__ = [
    "Query", "Term", "beginnings", "leads", "parse", "patterns", "plain", "tsquery", "vector",
]  # fmt: skip
