"""A mail known by its structure alone: header, texts, and what its files are called. Pure.

From BODYSTRUCTURE (RFC 3501 section 7.4.2), the header and the texts :func:`build` makes a small
message of the same shape, in which each file that was not fetched holds only its section number.
So the parser for whole mails reads it, with all that it knows of names and charsets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

DEPTH_MAX = 20
LEAVES_MAX = 80
TEXTS_MAX = 4
# Base64 makes 78 octets (with its line end) of 57.
_BASE64 = 57 / 78
_FIELD = re.compile(rb"^(?P<name>[!-9;-~]+)[ \t]*:.*?(?:\r?\n(?![ \t])|\Z)", re.S | re.M)
_SHAPE = {b"content-type", b"content-transfer-encoding", b"content-disposition", b"mime-version"}


@dataclass(frozen=True)
class Leaf:
    """A part without parts. ``size``: octets once decoded, for base64 within a few."""

    section: str
    content_type: str
    encoding: str
    size: int
    attached: bool

    @property
    def is_text(self) -> bool:
        """Whether it is the words of the mail rather than a file."""
        return self.content_type in ("text/plain", "text/html") and not self.attached


@dataclass(frozen=True)
class Branch:
    """A multipart: its subtype in lower case and its parts."""

    subtype: str
    parts: tuple


def read(structure, prefix: str = "", depth: int = 0) -> Leaf | Branch:
    """A parsed BODYSTRUCTURE (nested tuples of bytes, int and None) as a tree.

    Raises ValueError for one that is nested too deep or makes no sense.
    """
    if depth > DEPTH_MAX or not isinstance(structure, tuple) or not structure:
        raise ValueError("The structure of the mail can't be read.")
    if isinstance(structure[0], tuple):
        children = []
        for child in structure:
            if not isinstance(child, tuple):
                break
            section = f"{prefix}.{len(children) + 1}" if prefix else str(len(children) + 1)
            children.append(read(child, section, depth + 1))
        subtype = structure[len(children)] if len(structure) > len(children) else b""
        return Branch(_word(subtype) or "mixed", tuple(children))
    if len(structure) < 7:
        raise ValueError("The structure of the mail can't be read.")
    content_type = f"{_word(structure[0])}/{_word(structure[1])}"
    encoding = _word(structure[5])
    size = structure[6] if isinstance(structure[6], int) else 0
    named = isinstance(structure[2], tuple) and b"name" in {
        item.lower().partition(b"*")[0] for item in structure[2][::2] if isinstance(item, bytes)
    }
    disposition = next(
        (
            item for item in structure[8:]
            if isinstance(item, tuple) and item and isinstance(item[0], bytes)
            and item[0].lower() in (b"attachment", b"inline")
        ),
        (b"",),
    )
    parameters = disposition[1] if len(disposition) > 1 else None
    return Leaf(
        section=prefix or "1",
        content_type=content_type,
        encoding=encoding,
        size=int(size * _BASE64) if encoding == "base64" else size,
        attached=named or disposition[0].lower() == b"attachment" or bool(parameters),
    )


def leaves(tree: Leaf | Branch) -> Iterator[Leaf]:
    if isinstance(tree, Leaf):
        yield tree
    else:
        for part in tree.parts:
            yield from leaves(part)


def texts(tree: Leaf | Branch) -> list[Leaf]:
    """The parts to fetch besides the header: the first few texts."""
    return [leaf for leaf in leaves(tree) if leaf.is_text][:TEXTS_MAX]


def build(
    tree: Leaf | Branch, header: bytes, mime: Mapping[str, bytes], bodies: Mapping[str, bytes]
) -> tuple[bytes, dict[bytes, Leaf]]:
    """``(message, {what stands in place of a file: its leaf})``.

    ``mime``: section → the part's own header (``BODY[n.MIME]``); ``bodies``: section → text.
    """
    missing: dict[bytes, Leaf] = {}
    if isinstance(tree, Leaf):
        head, body = _part(tree, header, bodies, missing)
        return head + b"\r\n" + body, missing
    shape = _without(header, _SHAPE) + b"MIME-Version: 1.0\r\n"
    return shape + _multipart(tree, mime, bodies, missing, "0"), missing


def _multipart(branch: Branch, mime, bodies, missing, name: str) -> bytes:
    boundary = f"=_mail_center_skeleton_{name}".encode()
    result = [
        b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n'
        % (_token(branch.subtype), boundary)
    ]
    for number, part in enumerate(branch.parts):
        if isinstance(part, Branch):
            content = _multipart(part, mime, bodies, missing, f"{name}.{number}")
        else:
            if part.section not in mime:
                continue
            head, body = _part(part, mime[part.section], bodies, missing)
            content = head + b"\r\n" + body
        result.append(b"--%s\r\n%s\r\n" % (boundary, content))
    result.append(b"--%s--\r\n" % boundary)
    return b"".join(result)


def _part(leaf: Leaf, head: bytes, bodies, missing) -> tuple[bytes, bytes]:
    head = head.rstrip(b"\r\n")
    head += b"\r\n" if head else b""
    if leaf.section in bodies:
        return head, bodies[leaf.section]
    mark = f"left on the server: {leaf.section}".encode()
    missing[mark] = leaf
    head = _without(head, {b"content-transfer-encoding"})
    if leaf.is_text:  # one text too many: offered as a file
        head = _without(head, {b"content-disposition"}) + b"Content-Disposition: attachment\r\n"
    return head, mark


def _without(head: bytes, names) -> bytes:
    head = head.rstrip(b"\r\n") + b"\r\n"
    kept = _FIELD.sub(
        lambda match: b"" if match["name"].lower() in names else match[0], head
    )
    return kept.lstrip(b"\r\n")


def _word(value) -> str:
    return value.decode("ascii", "replace").lower() if isinstance(value, bytes) else ""


def _token(word: str) -> bytes:
    return re.sub(r"[^a-z0-9.+-]", "", word).encode() or b"mixed"
