"""HTML of mail: cleaning, plain text, quotes, remote content."""

from .text import from_text, snippet, to_text

__all__ = ["from_text", "snippet", "to_text"]
