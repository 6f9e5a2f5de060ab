"""What a session changes: flags, places, new messages and folders."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterable
from datetime import datetime

from . import wire
from .reading import Reading

AT_ONCE_BYTES = 1024 * 1024


class Changing(Reading):
    """The writing half of :class:`Session`."""

    def create_folder(self, path: str) -> None:
        """Create and subscribe a folder; one that is there already is fine."""
        name = self._mailbox(path)
        with self._command(f"creating the folder {path}"):
            typ, data = self._imap.create(name)
            text = wire.text_of(data[-1] or b"")
            if typ != "OK" and "[ALREADYEXISTS]" not in text.upper():
                typ, listed = self._imap.list('""', name)
                if typ != "OK" or not any(listed):
                    raise self._error("refused", f"The folder {path} can't be created.", text)
            self._imap.subscribe(name)

    def append(
        self, path: str, raw: bytes, flags: Iterable[str] = (), date: datetime | None = None
    ) -> tuple[int, int] | None:
        """Store a message. Returns (UIDVALIDITY, UID) where the server tells (UIDPLUS), or None.

        ``raw`` has CRLF line ends (others are converted); NUL is refused with ValueError, since
        no IMAP literal can hold it. ``date`` must be aware.
        """
        if b"\0" in raw:
            raise ValueError("A message with NUL bytes can't be stored in a mailbox.")
        if date is not None and date.tzinfo is None:
            raise ValueError("The date needs a time zone.")
        name, flag_text = self._mailbox(path), wire.flag_list(flags)
        flag_text = None if flag_text == "()" else flag_text
        with self._command(f"storing a message in {path}"):
            if self._takes_at_once(len(raw)):
                whole = imaplib.MapCRLF.sub(imaplib.CRLF, raw)
                typ, data = self._imap.append_at_once(name, flag_text, date, whole)
            else:
                typ, data = self._imap.append(name, flag_text, date, raw)
            text = wire.text_of(data[-1] or b"")
            self._ok((typ, data))
        return wire.append_uid(text)

    def _takes_at_once(self, size: int) -> bool:
        """Whether a message is sent without asking first (RFC 7888).

        A large one is announced all the same: a server whose disk is full says so at once then.
        """
        if "LITERAL+" in self.capabilities:
            return size <= AT_ONCE_BYTES
        return "LITERAL-" in self.capabilities and size <= 4096

    def add_flags(self, uids: Iterable[int], flags: Iterable[str]) -> None:
        """Add flags. ValueError in a folder that is open read-only."""
        self._store(uids, "+FLAGS.SILENT", flags)

    def remove_flags(self, uids: Iterable[int], flags: Iterable[str]) -> None:
        """Remove flags. ValueError in a folder that is open read-only."""
        self._store(uids, "-FLAGS.SILENT", flags)

    def move(
        self, uids: Iterable[int], path: str, again: bool = False
    ) -> tuple[int, dict[int, int]] | None:
        r"""Move messages. Returns (UIDVALIDITY of ``path``, old UID → new UID) with UIDPLUS.

        Without MOVE (RFC 6851): COPY, ``\Deleted``, and expunged only where UIDPLUS can name
        these messages alone. None when the server doesn't tell the new UIDs. ``again``: it was
        tried before, and what became of it isn't known.
        """
        name = self._mailbox(path)
        self._need_writable()
        if again and not self._can_move:
            # The copy may have been made, and only its answer not have arrived.
            uids = wire.uid_list(uids)
            there = self._already_in(path, uids)
            self.delete(there)
            uids = [uid for uid in uids if uid not in there]
        validity, mapping = 0, {}
        for text, members in wire.sequence_sets(uids):
            with self._command(f"moving messages to {path}"):
                verb = "MOVE" if self._can_move else "COPY"
                # imaplib looks for COPYUID in the tagged answer too (COPY), so both are there.
                self._ok(self._imap.uid(verb, text, name))
                code = self._imap.untagged_responses.pop("COPYUID", None)
            copied = wire.copy_uid(wire.text_of(code[-1]), len(members)) if code else None
            if copied:
                validity = copied[0]
                mapping.update(copied[1])
            if not self._can_move:
                self.delete(members)
        return (validity, mapping) if mapping else None

    def _already_in(self, path: str, uids: list[int]) -> list[int]:
        """Those of ``uids`` that lie in the folder ``path`` too: same Message-ID, same size."""
        sizes, there = self.sizes(uids), []
        for uid, header in self.headers(uids).items():
            match = re.search(rb"^Message-ID:\s*(<[^<>\s]+>)", header, re.IGNORECASE | re.MULTILINE)
            if not match:
                continue
            twins = self.find_message_id(path, match[1].decode("utf-8", "replace"))
            if twins and sizes.get(uid) in self._sizes_in(path, twins):
                there.append(uid)
        return there

    def _sizes_in(self, path: str, uids: list[int]) -> set[int]:
        before = self._selected
        self.select(path)
        try:
            return set(self.sizes(uids).values())
        finally:
            self.select(*before)

    @property
    def _can_move(self) -> bool:
        return bool({"MOVE", "IMAP4REV2"} & self.capabilities)

    def delete(self, uids: Iterable[int]) -> bool:
        r"""Mark messages ``\Deleted``, and remove them where UIDPLUS can name them alone.

        False where the server can't: they stay, marked, until some program expunges the folder.
        """
        uids = wire.uid_list(uids)
        self.add_flags(uids, ["\\Deleted"])
        if not {"UIDPLUS", "IMAP4REV2"} & self.capabilities:
            return False
        self.expunge_uids(uids)
        return True

    def expunge_uids(self, uids: Iterable[int]) -> None:
        r"""Remove those of ``uids`` that are ``\Deleted``, and no other message.

        Needs UIDPLUS; raises *refused* without it: plain EXPUNGE would take others' along.
        """
        self._need_writable()
        if not {"UIDPLUS", "IMAP4REV2"} & self.capabilities:
            raise self._error("refused", "The server can't remove single messages (UIDPLUS).")
        for text, _members in wire.sequence_sets(uids):
            with self._command("EXPUNGE"):
                self._ok(self._imap.uid("EXPUNGE", text))

    def noop(self) -> None:
        """Keep the connection alive and let the server report changes."""
        with self._command("NOOP"):
            self._ok(self._imap.noop())

    def _store(self, uids, item, flags):
        flag_text = wire.flag_list(flags)
        self._need_writable()
        for text, _members in wire.sequence_sets(uids):
            with self._command("STORE"):
                self._ok(self._imap.uid("STORE", text, item, flag_text))
