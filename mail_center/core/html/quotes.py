"""Where the words of this mail end and the quoted mail before it starts."""

from __future__ import annotations

import re

from .tokens import VOID, tokens

_QUOTE_CLASS = re.compile(
    r"(?:^|\s)mc-(?:gmail_quote|gmail_quote_container|yahoo_quoted|protonmail_quote|tutanota_quote"
    r"|zmail_extra|moz-cite-prefix|moz-forward-container|apple-mail-quote|mail-quote"
    r"|outlookmessageheader)(?:\s|$)"
)
# Outlook draws a line on top of the header block of the mail it quotes.
_OUTLOOK_LINE = re.compile(r"border-top:[^;]*(?:#e1e1e1|#b5c4df)", re.IGNORECASE)
_DIVIDER = re.compile(
    r"\s*-{2,}\s*(?:original message|ursprüngliche nachricht|originalnachricht|message d'origine"
    r"|wiadomość oryginalna|oryginalna wiadomość|mensaje original|messaggio originale"
    r"|oorspronkelijk bericht|original meddelande|исходное сообщение|forwarded message"
    r"|weitergeleitete nachricht|wiadomość przekazana)\s*-{2,}",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(
    r"\s*(?:on|am|le|el|il|op|den|dnia|w dniu|pt\.|pon\.|wt\.|śr\.|czw\.|sob\.|niedz\.)\s.{8,300}"
    r"(?:wrote|schrieb(?: .{1,150})?|a écrit|escribió|ha scritto|schreef(?: .{1,150})?|skrev"
    r"|napisał(?:a|\(a\))?|pisze)\s*:\s*",
    re.IGNORECASE | re.DOTALL,
)
# More words than this after a quote mean that the answer stands below or between its lines.
_TRAILING_WORDS = 3


def _attribution_start(marks: list[tuple[int, str]], position: int) -> int:
    """Start of an `On … wrote:` line that stands right before a quote, else `position`."""
    joined = ""
    for start, text in reversed(marks[-12:]):
        joined = text + joined
        if len(joined) > 600:
            break
        if joined.strip() and _ATTRIBUTION.fullmatch(joined):
            return start
    return position


def fold_quotes(html: str) -> tuple[str, str]:
    """(own words, quoted rest) of cleaned HTML; (html, '') when nothing is quoted at its end.

    Both halves are well-formed: what is open at the cut is closed in the first and opened again in
    the second. Mails answered below or between the lines of a quote are not cut.
    """
    stack: list[tuple[str, int, int]] = []
    texts: list[tuple[int, str]] = []
    cut: tuple[int, list] | None = None
    sure = False  # everything below is quoted, whatever follows
    quote_depth: int | None = None
    own_words = trailing = 0
    for token in tokens(html):
        if token.kind == "start":
            name = token.value
            if cut is None:
                source = token.source
                marked = "class=" in source or "style=" in source
                attributes = token.attributes if marked else {}
                classes = attributes.get("class", "")
                if _QUOTE_CLASS.search(classes) or name == "blockquote":
                    start = _attribution_start(texts, token.start)
                    cut = (start, _stack_at(html, start) if start != token.start else stack[:])
                    quote_depth = len(stack)
                    if "moz-cite-prefix" in classes or "outlookmessageheader" in classes:
                        quote_depth = max(len(stack) - 1, -1)
                elif _OUTLOOK_LINE.search(attributes.get("style", "")) and own_words:
                    cut, sure = (token.start, stack[:]), True
            elif quote_depth is None and name == "blockquote":
                quote_depth = len(stack)
            if name not in VOID:
                stack.append((name, token.start, token.end))
        elif token.kind == "end":
            if any(name == token.value for name, _, _ in stack):
                while stack.pop()[0] != token.value:
                    pass
            if quote_depth is not None and len(stack) <= quote_depth:
                quote_depth = None
        elif token.kind == "text":
            words = len(token.value.split())
            texts.append((token.start, token.value))
            if cut is None:
                if _DIVIDER.match(token.value) and own_words:
                    cut, sure = (token.start, stack[:]), True
                own_words += words
            elif quote_depth is None and not sure:
                trailing += words
    if cut is None or (trailing > _TRAILING_WORDS and not sure):
        return html, ""
    position, open_elements = cut
    closing = "".join(f"</{name}>" for name, _, _ in reversed(open_elements))
    opening = "".join(html[start:end] for _, start, end in open_elements)
    top = html[:position] + closing
    return top, opening + html[position:]


def _stack_at(html: str, position: int) -> list[tuple[str, int, int]]:
    """The elements open at a position."""
    stack: list[tuple[str, int, int]] = []
    for token in tokens(html):
        if token.start >= position:
            break
        if token.kind == "start" and token.value not in VOID:
            stack.append((token.value, token.start, token.end))
        elif token.kind == "end" and any(name == token.value for name, _, _ in stack):
            while stack.pop()[0] != token.value:
                pass
    return stack
