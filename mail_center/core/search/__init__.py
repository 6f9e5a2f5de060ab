"""What people type to find mail → what to look for. Pure."""

from .query import Query, Term, parse
from .words import plain, tsquery, vector

__all__ = ["Query", "Term", "parse", "plain", "tsquery", "vector"]
