"""Reading a part of a message, where the whole is larger than anybody wants to wait for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from . import skeleton, wire
from .reading import Allowance, Reading

TEXT_BYTES = 512 * 1024
HEADER_BYTES = 256 * 1024
# Of one answer, whatever the server makes of the numbers above.
ROOM = 8 * 1024 * 1024


@dataclass(frozen=True)
class PartOfMessage:
    """A message without its files. ``raw`` is of the same shape as the message on the server.

    ``missing``: what stands in place of a file → the file's :class:`skeleton.Leaf`.
    ``size``: RFC822.SIZE of the whole.
    """

    uid: int
    raw: bytes
    missing: dict[bytes, skeleton.Leaf]
    flags: frozenset[str]
    internal_date: datetime | None
    size: int


class Partly(Reading):
    """Messages by their structure."""

    def fetch_structure(self, uid: int) -> PartOfMessage | None:
        """Header, texts and structure of one message, not marked as seen; None when it is gone.

        Two round trips. Raises *protocol* for a structure that can't be understood.
        """
        found: dict = {}
        items = "UID FLAGS INTERNALDATE RFC822.SIZE BODYSTRUCTURE"
        head = f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>"
        for response in self._fetch([uid], f"({items} {head})", allowance=Allowance(room=ROOM)):
            found.update(response)
        header = _section(found, "HEADER")
        if header is None and wire.left_size(_value(found, "HEADER")):
            raise self._error("protocol", "The server sends more than was asked for.")
        if header is None or b"BODYSTRUCTURE" not in found:
            return None
        try:
            tree = skeleton.read(found[b"BODYSTRUCTURE"])
        except ValueError as exc:
            raise self._error("protocol", str(exc)) from None
        named = list(skeleton.leaves(tree))[: skeleton.LEAVES_MAX]
        texts = skeleton.texts(tree)
        wanted = [f"BODY.PEEK[{leaf.section}]<0.{TEXT_BYTES}>" for leaf in texts]
        if isinstance(tree, skeleton.Branch):
            wanted += [f"BODY.PEEK[{leaf.section}.MIME]<0.{HEADER_BYTES}>" for leaf in named]
        parts: dict = {}
        for start in range(0, len(wanted), 40):
            more = f"(UID {' '.join(wanted[start:start + 40])})"
            for response in self._fetch([uid], more, allowance=Allowance(room=ROOM)):
                parts.update(response)
        mime = {leaf.section: _section(parts, f"{leaf.section}.MIME") for leaf in named}
        bodies = {leaf.section: _section(parts, leaf.section) for leaf in texts}
        raw, missing = skeleton.build(tree, header, _held(mime), _held(bodies))
        size = found.get(b"RFC822.SIZE")
        return PartOfMessage(
            uid=uid,
            raw=raw,
            missing=missing,
            flags=wire.flags_of(found),
            internal_date=wire.internal_date(found.get(b"INTERNALDATE")),
            size=size if isinstance(size, int) else 0,
        )


def _value(response: dict, name: str):
    """What stands for ``BODY[name]``, whole or from its start."""
    value = response.get(f"BODY[{name}]<0>".encode())
    return response.get(f"BODY[{name}]".encode()) if value is None else value


def _section(response: dict, name: str) -> bytes | None:
    value = _value(response, name)
    if isinstance(value, int):  # a quoted string of digits
        value = str(value).encode()
    return value if isinstance(value, bytes) else None


def _held(sections: dict) -> dict:
    return {name: value for name, value in sections.items() if value is not None}
