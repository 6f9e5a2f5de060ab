"""The mailer's log: what kinds of events there are, and how lines travel between databases."""

from .events import KINDS, LEVELS, kind_of
from .redact import redact

__all__ = ["KINDS", "LEVELS", "kind_of", "redact"]
