"""Bytes from a server → everything that will be stored, before any database is involved. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from .html import from_text, sanitise, snippet, to_text
from .imap import PartOfMessage
from .mime import ParsedMail, Unparsable, parse
from .search import vector

SUBJECT_MAX = 1000
TEXT_MAX = 1_000_000
# tsvector holds a megabyte; what comes after this much of a body is found by nobody anyway.
INDEXED_LETTERS = 100_000


@dataclass(frozen=True)
class LeftFile:
    """A file that stayed on the server; ``size`` in bytes, for base64 within a few."""

    name: str
    content_type: str
    size: int
    inline: bool = False


@dataclass(frozen=True)
class Intake:
    """One mail, understood (``mail`` is set) or not (``error`` says why).

    ``html`` is clean: see :func:`core.html.sanitise`; inline images have the relative URL
    ``cid/<content id>``. ``remote`` counts the blocked remote images, ``trackers`` the invisible
    ones, which are removed. ``words`` is what the search finds, see :func:`core.search.vector`.
    """

    raw: bytes
    uid: int = 0
    flags: frozenset[str] = frozenset()
    internal_date: datetime | None = None
    mail: ParsedMail | None = None
    error: str = ""
    html: str = ""
    text: str = ""
    snippet: str = ""
    remote: int = 0
    trackers: int = 0
    words: str = ""
    # Of a mail that was taken in by its structure alone: its size, and the files it has.
    whole_size: int = 0
    left: tuple[LeftFile, ...] = ()

    @property
    def is_partial(self) -> bool:
        return bool(self.whole_size)

    @property
    def date(self) -> datetime | None:
        """When the mail was written as it says itself, else when it arrived."""
        return (self.mail and self.mail.date) or self.internal_date


def searchable(mail: ParsedMail, text: str, files: str | None = None) -> str:
    """The words by which a mail is found; ``files``: names of its files, if not those it has."""
    if files is None:
        files = "\n".join(file.filename for file in mail.attachments if not file.inline)
    sender = mail.from_[0] if mail.from_ else mail.sender
    people = (str(sender) if sender else "", ", ".join(map(str, mail.to)),
              ", ".join(map(str, mail.cc)))  # fmt: skip
    return indexed(subject=mail.subject[:SUBJECT_MAX], people=people, files=files, text=text)


def indexed(subject: str, people: Iterable[str], files: str, text: str, file_text: str = "") -> str:
    """The search vector of a mail; ``people``: its From, To and Cc."""
    return vector(
        (weight, part[:INDEXED_LETTERS])
        for weight, part in (
            ("A", subject), *(("B", one) for one in people), ("C", files), ("D", text),
            ("D", file_text),
        )
    )


def take_in(
    raw: bytes,
    uid: int = 0,
    flags: frozenset[str] = frozenset(),
    internal_date: datetime | None = None,
) -> Intake:
    """Parse and clean one mail. Never raises: what can't be understood says so in ``error``."""
    common = {"raw": raw, "uid": uid, "flags": flags, "internal_date": internal_date}
    try:
        mail = parse(raw)
        cids = {
            file.content_id: f"cid/{quote(file.content_id, safe='')}"
            for file in mail.attachments
            if file.content_id
        }
        clean = sanitise(mail.html or from_text(mail.text), cids=cids, own=not mail.html)
        text = (mail.text or to_text(mail.html))[:TEXT_MAX]
        return Intake(
            **common,
            mail=mail,
            html=clean.html,
            text=text,
            snippet=snippet(text),
            remote=len(clean.remote),
            trackers=clean.trackers,
            words=searchable(mail, text),
        )
    except Unparsable as error:
        return Intake(**common, error=str(error))
    except Exception as error:  # one poisonous mail must never stop the others
        return Intake(**common, error=f"{type(error).__name__}: {error}"[:2000])


def take_in_part(part: PartOfMessage, intake: Intake | None = None) -> Intake:
    """The same for a mail of which only the structure was fetched; ``intake``: of its ``raw``."""
    intake = intake or take_in(part.raw, part.uid, part.flags, part.internal_date)
    if not intake.mail:
        return replace(intake, raw=b"")
    left = []
    for file in intake.mail.attachments:
        leaf = part.missing.get(file.content.strip())
        size = leaf.size if leaf else file.size
        left.append(LeftFile(file.filename, file.content_type, size, file.inline))
    names = "\n".join(file.name for file in left if not file.inline)
    # What stands in place of the files is no content of theirs, and the rest no source.
    return replace(
        intake,
        raw=b"",
        mail=replace(intake.mail, attachments=(), size=part.size),
        whole_size=part.size,
        left=tuple(left),
        words=searchable(intake.mail, intake.text, names),
    )
