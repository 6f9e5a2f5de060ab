"""Which folders there are, and the opening of one: with what the server can tell in one answer."""

from __future__ import annotations

import re
from contextlib import suppress

from imapclient.response_parser import parse_response

from ..net import MailServerError
from . import folders as folder_names
from . import wire
from .base import Base
from .folders import RemoteFolder
from .plan import FolderStatus, Told

NAME = "mail_center"
# A line that answers within this many seconds is faster than compressing is.
NEAR_SECONDS = 0.01


class Opening(Base):
    """The opening part of :class:`Session`."""

    _prepared = False
    _can_resync = False

    def folders(self) -> list[RemoteFolder]:
        """All folders of the mailbox, with their special uses (RFC 6154, or well-known names).

        With LIST-STATUS (RFC 5819) each with its status, in the same round trip; it has no
        ``permanent_flags``.
        """
        with self._command("LIST"):
            data = self._ok(self._imap.list('""', '"*"' + self._list_options()))
            states = self._listed_states()
            found: dict[str, RemoteFolder] = {}
            for flags, delimiter, name in _groups(data, 3):
                raw = _raw_name(name)
                path = folder_names.decode_name(raw)
                if not path or re.search(r"[\x00-\x1f\x7f]", path):
                    continue  # can't be named in a command, so can't be opened
                self._wire_names[path] = raw
                found[path] = folder_names.from_list(flags, delimiter, path, states.get(raw))
        return folder_names.guess_special_use(list(found.values()))

    def _list_options(self) -> str:
        if "LIST-EXTENDED" not in self.capabilities and "IMAP4REV2" not in self.capabilities:
            return ""
        wanted = ["SPECIAL-USE"] if "SPECIAL-USE" in self.capabilities else []
        if {"LIST-STATUS", "IMAP4REV2"} & self.capabilities:
            items = ["MESSAGES", "UIDNEXT", "UIDVALIDITY"]
            if self._has_counters:
                items.append("HIGHESTMODSEQ")
            wanted.append(f"STATUS ({' '.join(items)})")
        return f" RETURN ({' '.join(wanted)})" if wanted else ""

    @property
    def _has_counters(self) -> bool:
        return bool({"CONDSTORE", "QRESYNC"} & self.capabilities)

    def _listed_states(self) -> dict[bytes, FolderStatus]:
        states = {}
        for name, items in _groups(self._imap.untagged_responses.pop("STATUS", []), 2):
            told = {
                wire.text_of(items[i]).upper(): items[i + 1] for i in range(0, len(items) - 1, 2)
            }
            numbers = [told.get(item) for item in ("UIDVALIDITY", "UIDNEXT", "MESSAGES")]
            # Without them it is no status; the folder is opened then.
            if all(isinstance(number, int) for number in numbers) and all(numbers[:2]):
                modseq = told.get("HIGHESTMODSEQ")
                states[_raw_name(name)] = FolderStatus(
                    *numbers, modseq if isinstance(modseq, int) and modseq else None
                )
        return states

    def select(self, path: str, readonly: bool = True) -> FolderStatus:
        """Open a folder (EXAMINE when ``readonly``). Raises *refused* when there is none."""
        return self._open(path, None, readonly)[0]

    def resync(
        self, path: str, since: tuple[int, int, int] | None, readonly: bool = True
    ) -> tuple[FolderStatus, Told | None]:
        """:meth:`select`, and what changed in the folder ``since`` (see :func:`plan.resync_from`).

        One round trip where the server has QRESYNC (RFC 7162 section 3.2.5); else, and where the
        folder was renumbered, nothing is told (None).
        """
        self._mailbox(path)  # refused before anything is sent
        self._prepare()
        if not since or not self._can_resync:
            return self._open(path, None, readonly)
        try:
            return self._open(path, since, readonly)
        except MailServerError as exc:
            if exc.kind != "refused":
                raise
            # Offered, but not really understood: without it for the rest of the session.
            self._can_resync = False
            return self._open(path, None, readonly)

    def _open(self, path, since, readonly):
        name = self._mailbox(path)
        self._prepare()
        told = None
        if since:
            validity, modseq, last = (int(number) for number in since)
            name += f" (QRESYNC ({validity} {modseq} 1:{last}))"
        elif self._has_counters:
            # Without it, some servers tell no HIGHESTMODSEQ (RFC 7162 section 3.1.8).
            name += " (CONDSTORE)"
        self._selected = self._status = None
        with self._command(f"opening the folder {path}"):
            self._ok(self._imap.select(name, readonly))
            untagged = self._imap.untagged_responses
            fetched, vanished = untagged.pop("FETCH", []), untagged.pop("VANISHED", [])
            answer = self._client._process_select_response(untagged)
            validity = answer.get(b"UIDVALIDITY")
            if not validity:
                raise self._error("protocol", "The server gives no UIDVALIDITY.")
            self._selected = (path, readonly)
            status = FolderStatus(
                uidvalidity=validity,
                uidnext=answer.get(b"UIDNEXT") or 0,
                exists=answer.get(b"EXISTS", 0),
                highestmodseq=answer.get(b"HIGHESTMODSEQ") or None,
                permanent_flags=frozenset(
                    wire.text_of(flag) for flag in answer.get(b"PERMANENTFLAGS", ())
                ),
            )
            if since and validity == since[0] and status.highestmodseq:
                told = Told(wire.flag_updates(fetched), wire.vanished(vanished))
        if not status.uidnext:
            # Optional in RFC 2060 servers.
            uids = self.uids() if status.exists else []
            status = FolderStatus(
                status.uidvalidity, (uids[-1] if uids else 0) + 1, status.exists,
                status.highestmodseq, status.permanent_flags,
            )
        self._status = status
        return status, told

    # -- what is asked of a server once -----------------------------------------------------

    def _prepare(self) -> None:
        """Say who we are and what we understand, before the first folder is opened.

        Not at the login: a pass in which nothing is to be done is to cost nothing more.
        """
        if self._prepared:
            return
        self._prepared = True
        if "ID" in self.capabilities:
            # Some providers let nobody open a folder who has not said it (RFC 2971).
            with suppress_refusal(), self._command("ID"):
                self._ok(self._imap.xatom("ID", f'("name" "{NAME}")'))
        if {"QRESYNC", "ENABLE"} <= self.capabilities:
            with suppress_refusal(), self._command("ENABLE"):
                self._ok(self._imap._simple_command("ENABLE", "QRESYNC"))
                said = self._imap.untagged_responses.get("ENABLED") or []
                self._can_resync = b"QRESYNC" in b" ".join(filter(None, said)).upper().split()

    @property
    def far(self) -> bool:
        """Whether the line is so slow that compressing what goes over it pays."""
        connection = self._connection
        own = connection.sock.getpeername()[0].startswith(("127.", "::1"))
        return not own and connection.seconds_to_connect > NEAR_SECONDS

    def compress(self) -> bool:
        """Compress all that follows where the server can (RFC 4978). Returns whether it does."""
        if self._connection.compressed or "COMPRESS=DEFLATE" not in self.capabilities:
            return self._connection.compressed
        with suppress_refusal(), self._command("COMPRESS"):
            self._ok(self._imap.compress())
        return self._connection.compressed


class suppress_refusal(suppress):
    """Context manager: what a server offers and then refuses is done without."""

    def __init__(self):
        super().__init__(MailServerError)

    def __exit__(self, kind, exc, traceback):
        return isinstance(exc, MailServerError) and exc.kind == "refused"


def _raw_name(name) -> bytes:
    raw = b"NIL" if name is None else name
    return raw if isinstance(raw, bytes) else str(raw).encode()


def _groups(data, size: int):
    records = [item for item in data if item]
    parsed = parse_response(records) if records else ()
    if len(parsed) % size:
        raise ValueError("incomplete response")
    return zip(*[iter(parsed)] * size, strict=True)
