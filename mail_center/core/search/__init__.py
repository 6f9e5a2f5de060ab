"""What people type to find mail → what to look for. Pure."""

from .query import Query, Term, parse
from .words import LETTERS, PLAIN, plain, tsquery

__all__ = ["LETTERS", "PLAIN", "Query", "Term", "parse", "plain", "tsquery"]
