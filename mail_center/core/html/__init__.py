"""HTML of mail: cleaning, remote content held back, plain text both ways, folding of quotes."""

from .clean import CleanHtml, resolve_cids, sanitise, unblock
from .links import has_colours, show_targets
from .measure import HtmlLimits, TooComplex
from .quotes import fold_quotes
from .text import from_text, snippet, to_text

__all__ = [
    "CleanHtml",
    "HtmlLimits",
    "TooComplex",
    "fold_quotes",
    "from_text",
    "has_colours",
    "resolve_cids",
    "sanitise",
    "show_targets",
    "snippet",
    "to_text",
    "unblock",
]
