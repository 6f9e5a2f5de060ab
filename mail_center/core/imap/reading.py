"""What a session reads: UIDs, messages, flags. Nothing here changes the mailbox."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from ..net import MailServerError
from . import wire
from .opening import Opening

MAX_UIDS = 5_000_000
FETCH_BUDGET = 256 * 1024 * 1024
HEADERS_ROOM = 32 * 1024 * 1024
MESSAGE_ITEMS = "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"


@dataclass(frozen=True)
class RawMessage:
    """One message as fetched. ``internal_date`` is aware, in UTC; ``size`` is RFC822.SIZE."""

    uid: int
    raw: bytes
    flags: frozenset[str]
    internal_date: datetime | None
    size: int


@dataclass
class Allowance:
    """What a server may send in answer to one request, in however many commands: sizes that it
    told before are its word only.

    ``budget``: bytes in all, more than that raises *limit*. ``room``: bytes that are kept.
    """

    budget: int = FETCH_BUDGET
    room: int = FETCH_BUDGET


class Reading(Opening):
    """The reading half of :class:`Session`."""

    unreadable: dict[int, MailServerError]
    left_out: dict[int, int]
    _refusal: MailServerError | None = None

    def uids(self, low: int = 1, high: int | None = None) -> list[int]:
        """The UIDs from ``low`` to ``high`` (None: to the end) in the open folder, sorted.

        ``n:*`` names the last message even when its UID is below ``n`` (RFC 3501 section 6.4.8);
        it is filtered out. Uses ESEARCH (RFC 4731) where offered.
        """
        if high is not None and high < low:
            return []
        wire.uid_list([low] if high is None else [low, high])
        self._need_selected()
        span = f"{low}:{'*' if high is None else high}"
        with self._command("SEARCH"):
            untagged = self._imap.untagged_responses
            if "ESEARCH" in self.capabilities or "IMAP4REV2" in self.capabilities:
                data = self._ok(self._imap.uid("SEARCH", "RETURN", "(ALL)", "UID", span))
            else:
                data = self._ok(self._imap.uid("SEARCH", "UID", span))
            extended = untagged.pop("ESEARCH", None)
            found = _esearch(wire.text_of(extended[-1])) if extended else _numbers(data)
        return sorted({uid for uid in found if low <= uid and (high is None or uid <= high)})

    def uids_since(self, day: date, low: int = 1) -> list[int]:
        """The UIDs from ``low`` on in the open folder whose INTERNALDATE is on ``day`` or later,
        sorted.

        The day is the server's own, without a time zone (RFC 3501 section 6.4.4). A server looks
        at every mail that it is asked of: those below ``low`` are left in peace.
        """
        self._need_selected()
        with self._command("SEARCH"):
            text = f"{day.day}-{wire.MONTHS[day.month - 1].capitalize()}-{day.year:04}"
            # The last mail is in every span that ends with an asterisk, whatever its UID.
            data = self._ok(self._imap.uid("SEARCH", "UID", f"{low}:*", "SINCE", text))
            return sorted({uid for uid in _numbers(data) if uid >= low})

    def sizes(self, uids: Iterable[int]) -> dict[int, int]:
        """UID → RFC822.SIZE in bytes. UIDs that are gone are missing."""
        return {
            response[b"UID"]: response[b"RFC822.SIZE"]
            for response in self._fetch(uids, "(UID RFC822.SIZE)")
            if isinstance(response.get(b"RFC822.SIZE"), int)
        }

    def fetch(
        self, uids: Iterable[int], max_bytes: int | None = None, room: int = FETCH_BUDGET
    ) -> Iterator[RawMessage]:
        """The whole messages, with BODY.PEEK[]: not marked as seen.

        One round trip for all ``uids``, so bound them by :func:`chunks`. UIDs that are gone
        are missing from the answer; what was not asked for is ignored. ``max_bytes``: more than
        that (and a little for the headers of the protocol) raises *limit*.

        A mail that the server has but can't give doesn't keep the others from coming: it is in
        ``unreadable`` (UID → MailServerError) when the iteration has ended. All of them are in
        memory until then, ``room`` bytes at most (and a little): those that find no room are in
        ``left_out`` (UID → bytes).
        """
        uids = wire.uid_list(uids)
        budget = max_bytes + 64 * 1024 + 1024 * len(uids) if max_bytes else FETCH_BUDGET
        self.unreadable, self.left_out = {}, {}
        yield from self._fetch_messages(uids, Allowance(budget, room))

    def _fetch_messages(self, uids: list[int], allowance: Allowance) -> Iterator[RawMessage]:
        found: dict[int, dict] = {}
        room = allowance.room
        try:
            for response in self._fetch(uids, MESSAGE_ITEMS, allowance=allowance):
                found.setdefault(response[b"UID"], {}).update(response)
            refusal = self._refusal
        except MailServerError as exc:
            if exc.kind not in ("refused", "protocol") or self._closed:
                raise
            found, refusal, allowance.room = {}, exc.bare(), room
        for uid, response in found.items():
            size = wire.left_size(response.get(b"BODY[]"))
            if size is not None:
                self.left_out[uid] = size
        messages = [_message(uid, response) for uid, response in sorted(found.items())]
        messages = [message for message in messages if message]
        yield from messages
        if not refusal:
            return
        # One damaged mail must not keep the others from arriving: ask for ever fewer.
        have = {message.uid for message in messages} | self.left_out.keys()
        rest = [uid for uid in uids if uid not in have]
        if len(uids) == 1:
            self.unreadable.update(dict.fromkeys(rest, refusal))
            return
        for part in (rest[: len(rest) // 2], rest[len(rest) // 2 :]):
            if part:
                yield from self._fetch_messages(part, allowance)

    def headers(self, uids: Iterable[int]) -> dict[int, bytes]:
        """UID → raw header block, with its closing empty line. Not marked as seen.

        Some hundreds at a time: those above HEADERS_ROOM bytes are missing.
        """
        return {
            response[b"UID"]: response[b"BODY[HEADER]"]
            for response in self._fetch(
                uids, "(UID BODY.PEEK[HEADER])", allowance=Allowance(room=HEADERS_ROOM)
            )
            if isinstance(response.get(b"BODY[HEADER]"), bytes)
        }

    def flags(
        self, uids: Iterable[int] | None = None, changed_since: int | None = None
    ) -> dict[int, frozenset[str]]:
        r"""UID → flags, without ``\Recent``; of all messages when ``uids`` is None.

        ``changed_since``: only those whose MODSEQ is above it. Without CONDSTORE on the server
        (RFC 7162) it is ignored: the answer holds all then.
        """
        modifier = ""
        if changed_since and {"CONDSTORE", "QRESYNC"} & self.capabilities:
            modifier = f"(CHANGEDSINCE {int(changed_since)})"
        responses = self._fetch(uids, "(UID FLAGS)", modifier)
        return {
            response[b"UID"]: wire.flags_of(response)
            for response in responses
            if b"FLAGS" in response
        }

    def find_message_id(self, path: str, message_id: str) -> list[int]:
        """UIDs in ``path`` whose Message-ID is exactly ``message_id`` (with its brackets).

        Looks at the folder as it is now; the folder that was open before is open again after.
        """
        return self.find_header(path, "Message-ID", message_id)

    def find_header(self, path: str, name: str, value: str) -> list[int]:
        """UIDs in ``path`` with a header field ``name`` that is exactly ``value``, sorted."""
        if not value.strip() or re.search(r"[\x00-\x1f\x7f]", value):
            raise ValueError(f"A {name} is not empty and has no control characters.")
        before = self._selected
        if before and before[0] == path:
            self.noop()
        else:
            self.select(path)
        try:
            with self._command("SEARCH"):
                criteria = ["HEADER", name, value]
                charset = None if value.isascii() else "UTF-8"
                found = [uid for uid in self._client.search(criteria, charset) if uid]
            # SEARCH HEADER finds substrings (RFC 3501 section 6.4.4).
            return sorted(
                response[b"UID"]
                for response in self._fetch(
                    found, f"(UID BODY.PEEK[HEADER.FIELDS ({name.upper()})])",
                    allowance=Allowance(room=HEADERS_ROOM),
                )  # fmt: skip
                if value.strip().encode() in _field_values(response, name)
            )
        finally:
            if before and before[0] != path and not self._closed:
                self._reopen(*before)

    def _reopen(self, path: str, readonly: bool) -> None:
        try:
            self.select(path, readonly)
        except MailServerError as exc:
            if exc.kind != "refused":
                raise
            # It is gone meanwhile: the next command says that no folder is open.

    def _fetch(
        self, uids: Iterable[int] | None, items: str, modifier: str = "",
        allowance: Allowance | None = None,
    ):  # fmt: skip
        """FETCH responses for ``uids`` alone, in the order in which they came.

        What they take is taken from ``allowance``; without one each command has FETCH_BUDGET.
        """
        self._need_selected()
        self._refusal = None
        # All messages: 1:* has no n:* trap.
        sets = [("1:*", None)] if uids is None else wire.sequence_sets(uids)
        for text, members in sets:
            wanted = None if members is None else set(members)
            limits = (max(allowance.budget, 1), allowance.room) if allowance else (FETCH_BUDGET,)
            with self._command("FETCH", *limits):
                try:
                    typ, data = self._imap.uid("FETCH", text, items, modifier or None)
                finally:
                    if allowance:
                        allowance.budget -= self._connection.received
                        allowance.room = self._imap.room
                if typ == "NO" and self._imap.untagged_responses.get("FETCH"):
                    # Some messages could be had and others not, expunged ones for example.
                    self._refusal = self._error(
                        "refused", "The server can't give all messages.", data[-1] or b""
                    )
                    data = self._imap.untagged_responses.pop("FETCH")
                else:
                    self._ok((typ, data))
                responses = list(wire.fetch_responses(data))
            for response in responses:
                if wanted is None or response[b"UID"] in wanted:
                    yield response


def _message(uid: int, response: dict) -> RawMessage | None:
    raw = response.get(b"BODY[]")
    if isinstance(raw, int):  # a quoted string of digits
        raw = str(raw).encode()
    if not isinstance(raw, bytes):
        return None  # gone in between (NIL), or only a flag update
    size = response.get(b"RFC822.SIZE")
    return RawMessage(
        uid=uid,
        raw=raw,
        flags=wire.flags_of(response),
        internal_date=wire.internal_date(response.get(b"INTERNALDATE")),
        size=size if isinstance(size, int) else len(raw),
    )


def _esearch(text: str) -> list[int]:
    match = re.search(r"\bALL ([\d:,]+)", text, re.IGNORECASE)
    return wire.expand_set(match[1], MAX_UIDS) if match else []


def _numbers(data) -> list[int]:
    return [int(n) for item in data or () if item for n in item.split() if n.isdigit()]


def _field_values(response, name: str) -> list[bytes]:
    """The values of one header field in what FETCH gave of the header."""
    start = f"{name.lower()}:".encode()
    for item, value in response.items():
        if item.startswith(b"BODY[HEADER.FIELDS") and isinstance(value, bytes):
            unfolded = re.sub(rb"\r?\n[ \t]+", b" ", value)
            return [
                line.partition(b":")[2].strip()
                for line in unfolded.splitlines()
                if line.lower().startswith(start)
            ]
    return []
