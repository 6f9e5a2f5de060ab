"""What the receiving server found out about a sender: Authentication-Results (RFC 8601)."""

import re
from collections.abc import Collection, Iterable

_COMMENT = re.compile(r"\([^()]*\)")
_DMARC = re.compile(r"dmarc\s*(?:/\s*\d+\s*)?=\s*([a-z]+)")
_MAX = 4000


def _belongs(server: str, own: Collection[str]) -> bool:
    return any(server == name or server.endswith(f".{name}") for name in own)


def dmarc_result(headers: Iterable[tuple[str, str]], own: Collection[str]) -> str:
    """The DMARC result (``pass``, ``fail``, ``none``, …) that the own server wrote, else ``''``.

    *own*: names of the own server or the domains it lies in, in lower case. Anybody can write
    this field: fields of other servers are read over, and of the own ones the topmost counts,
    since a server adds its own above what came (RFC 8601 5).
    """
    for name, value in headers:
        if name.lower() != "authentication-results":
            continue
        text = value[:_MAX].lower()
        while text != (shorter := _COMMENT.sub(" ", text)):  # comments may hold comments
            text = shorter
        server, _, results = text.partition(";")
        if not _belongs((server.split() or [""])[0], own):
            continue
        for result in results.split(";"):
            if found := _DMARC.match(result.strip()):
                return found[1]
    return ""
