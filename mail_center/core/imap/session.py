"""A logged-in IMAP session: UIDs only, never marks a mail as read, believes the server little."""

from __future__ import annotations

import imaplib
import re
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from imapclient.response_parser import parse_response

from .. import net
from ..net import Connection, Endpoint, MailServerError, Security
from . import folders as folder_names
from . import wire
from .folders import RemoteFolder
from .plan import FolderStatus
from .transport import Client, greet, translated

MAX_UIDS = 5_000_000


@dataclass(frozen=True)
class RawMessage:
    """One message as fetched. ``internal_date`` is aware, in UTC; ``size`` is RFC822.SIZE."""

    uid: int
    raw: bytes
    flags: frozenset[str]
    internal_date: datetime | None
    size: int


class Session:
    """One IMAP connection, logged in. Not for use by several threads at once.

    All errors of network and server are MailServerError; after *closed*, *timeout*, *protocol*
    and *limit* the session is closed. ValueError means that an argument can't be right; nothing
    was sent then.
    """

    def __init__(self, connection: Connection, client: Client):
        self._connection = connection
        self._client = client
        self._imap = client._imap
        self._wire_names: dict[str, bytes] = {}
        self._selected: tuple[str, bool] | None = None
        self._status: FolderStatus | None = None
        self._closed = False
        self.capabilities: frozenset[str] = frozenset()

    # -- opening and closing --------------------------------------------------------------

    @classmethod
    def open(cls, endpoint: Endpoint, *, deadline: float | None = None) -> Session:
        """Connect, encrypt, log in. ``deadline``: ``time.monotonic()`` by which all must end."""
        session = cls.start(net.connect(endpoint, protocol="imap", deadline=deadline))
        try:
            session.authenticate()
        except BaseException:
            session._drop()
            raise
        return session

    @classmethod
    def start(cls, connection: Connection) -> Session:
        """Greeting and encryption over a fresh connection; :meth:`authenticate` comes next."""
        try:
            with translated(connection, "the greeting"):
                return cls(connection, greet(connection))
        except BaseException:
            connection.close()
            raise

    def authenticate(self) -> None:
        """Log in with the endpoint's credentials.

        Never in plaintext unless the endpoint's security is *none*. Raises MailServerError of
        kind *auth* when they are refused, *throttled* when the server says later.
        """
        endpoint = self._connection.endpoint
        if not self._connection.encrypted and endpoint.security != Security.NONE:
            raise self._error("tls", "Logging in without encryption is refused.")
        if self._imap.state != "AUTH":
            with self._command("login"):
                self._login(endpoint)
        with self._command("CAPABILITY"):
            self._client._cached_capabilities = None
            self.capabilities = frozenset(
                wire.text_of(name).upper() for name in self._client.capabilities()
            )

    def _login(self, endpoint: Endpoint) -> None:
        offered = {wire.text_of(name).upper() for name in self._client.capabilities()}
        self._imap.untagged_responses.pop("CAPABILITY", None)
        ascii_only = (endpoint.login + endpoint.password).isascii()
        try:
            if endpoint.auth == "xoauth2":
                self._client.oauth2_login(endpoint.login, endpoint.password)
            elif "AUTH=PLAIN" in offered and ("LOGINDISABLED" in offered or not ascii_only):
                self._client.plain_login(endpoint.login, endpoint.password)
            elif "LOGINDISABLED" in offered:
                raise self._error(
                    "auth",
                    "The server allows no login by password on this connection. "
                    "Try another security (TLS or STARTTLS).",
                )
            elif not ascii_only:
                raise self._error(
                    "auth", "The server accepts only ASCII letters in login and password."
                )
            else:
                # imaplib quotes the password but not the login.
                typ, data = self._imap.xatom(
                    "LOGIN",
                    folder_names.quote(endpoint.login.encode()),
                    folder_names.quote(endpoint.password.encode()),
                )
                if typ != "OK":
                    raise imaplib.IMAP4.error(wire.text_of(data[-1] or b""))
                self._imap.state = "AUTH"
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as exc:
            text = str(exc)
            code = re.search(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]", text.upper())
            raise self._error(
                "throttled" if code else "auth",
                "The server can't log anybody in at present." if code
                else "The server refuses the login or the password.",
                text,
            ) from None

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.close()

    def close(self) -> None:
        """Log out if the connection is still good. Never raises, never expunges."""
        if self._closed:
            return
        # The goodbye of a slow server is not worth waiting for.
        self._connection.deadline = min(
            self._connection.deadline or float("inf"), time.monotonic() + 3
        )
        try:
            self._imap.logout()
        except (imaplib.IMAP4.error, MailServerError, OSError, ValueError):
            pass
        self._drop()

    def _drop(self) -> None:
        self._closed = True
        self._connection.close()

    @property
    def usable(self) -> bool:
        """Whether the connection can still be used."""
        return not self._closed

    # -- folders --------------------------------------------------------------------------

    def folders(self) -> list[RemoteFolder]:
        """All folders of the mailbox, with their special uses (RFC 6154, or well-known names)."""
        options = ""
        if {"LIST-EXTENDED", "SPECIAL-USE"} <= self.capabilities:
            options = " RETURN (SPECIAL-USE)"
        with self._command("LIST", budget=32 * 1024 * 1024):
            self._imap.untagged_responses.pop("LIST", None)
            data = self._ok("LIST", self._imap.list('""', '"*"' + options))
            records = [item for item in data if item]
            found: dict[str, RemoteFolder] = {}
            parsed = parse_response(records) if records else ()
            for flags, delimiter, name in _groups(parsed, 3):
                raw = b"NIL" if name is None else name
                raw = raw if isinstance(raw, bytes) else str(raw).encode()
                path = folder_names.decode_name(raw)
                if not path or re.search(r"[\x00-\x1f\x7f]", path):
                    continue  # can't be named in a command, so can't be opened
                self._wire_names[path] = raw
                found[path] = folder_names.from_list(flags, delimiter, path)
        return folder_names.guess_special_use(list(found.values()))

    def select(self, path: str, readonly: bool = True) -> FolderStatus:
        """Open a folder (EXAMINE when ``readonly``). Raises *refused* when there is none."""
        name = self._mailbox(path)
        if "CONDSTORE" in self.capabilities:
            name += " (CONDSTORE)"  # without it, some tell no HIGHESTMODSEQ (RFC 7162 section 3.1.8)
        self._selected = self._status = None
        with self._command(f"opening the folder {path}"):
            self._ok("SELECT", self._imap.select(name, readonly))
            answer = self._client._process_select_response(self._imap.untagged_responses)
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
        if not status.uidnext:
            # Optional in RFC 2060 servers.
            uids = self.uids() if status.exists else []
            status = FolderStatus(
                status.uidvalidity, (uids[-1] if uids else 0) + 1, status.exists,
                status.highestmodseq, status.permanent_flags,
            )
        self._status = status
        return status

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

    # -- reading --------------------------------------------------------------------------

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
            untagged.pop("SEARCH", None)
            untagged.pop("ESEARCH", None)
            if "ESEARCH" in self.capabilities or "IMAP4REV2" in self.capabilities:
                data = self._ok("SEARCH", self._imap.uid("SEARCH", "RETURN", "(ALL)", "UID", span))
            else:
                data = self._ok("SEARCH", self._imap.uid("SEARCH", "UID", span))
            extended = untagged.pop("ESEARCH", None)
            if extended is not None:
                found = _esearch(wire.text_of(extended[-1]))
            else:
                found = _numbers(data)
        return sorted({uid for uid in found if low <= uid and (high is None or uid <= high)})

    def sizes(self, uids: Iterable[int]) -> dict[int, int]:
        """UID → RFC822.SIZE in bytes. UIDs that are gone are missing."""
        return {
            response[b"UID"]: response[b"RFC822.SIZE"]
            for response in self._fetch(uids, "(UID RFC822.SIZE)")
            if isinstance(response.get(b"RFC822.SIZE"), int)
        }

    def fetch(self, uids: Iterable[int]) -> Iterator[RawMessage]:
        """The whole messages, with BODY.PEEK[]: not marked as seen.

        One round trip for all ``uids``, so bound them by :func:`chunks`. UIDs that are gone
        are missing from the answer; what was not asked for is ignored.
        """
        merged: dict[int, dict] = {}
        items = "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"
        for response in self._fetch(uids, items):
            merged.setdefault(response[b"UID"], {}).update(response)
        for uid, response in sorted(merged.items()):
            raw = response.get(b"BODY[]")
            if not isinstance(raw, (bytes, int)):
                continue  # gone in between (NIL), or only a flag update
            raw = raw if isinstance(raw, bytes) else str(raw).encode()
            size = response.get(b"RFC822.SIZE")
            yield RawMessage(
                uid=uid,
                raw=raw,
                flags=_flags(response),
                internal_date=wire.internal_date(response.get(b"INTERNALDATE")),
                size=size if isinstance(size, int) else len(raw),
            )

    def headers(self, uids: Iterable[int]) -> dict[int, bytes]:
        """UID → raw header block, with its closing empty line. Not marked as seen."""
        return {
            response[b"UID"]: response[b"BODY[HEADER]"]
            for response in self._fetch(uids, "(UID BODY.PEEK[HEADER])")
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
            response[b"UID"]: _flags(response) for response in responses if b"FLAGS" in response
        }

    def find_message_id(self, path: str, message_id: str) -> list[int]:
        """UIDs in ``path`` whose Message-ID is exactly ``message_id`` (with its brackets).

        Looks at the folder as it is now; the folder that was open before is open again after.
        """
        if not message_id.strip() or re.search(r"[\x00-\x1f\x7f]", message_id):
            raise ValueError("A Message-ID is not empty and has no control characters.")
        before = self._selected
        if before and before[0] == path:
            self.noop()
        else:
            self.select(path)
        try:
            with self._command("SEARCH"):
                self._imap.untagged_responses.pop("SEARCH", None)
                criteria = ["HEADER", "Message-ID", message_id]
                charset = None if message_id.isascii() else "UTF-8"
                found = [uid for uid in self._client.search(criteria, charset) if uid]
            wanted = message_id.strip().encode()
            # SEARCH HEADER finds substrings (RFC 3501 section 6.4.4).
            return sorted(
                response[b"UID"]
                for response in self._fetch(
                    found, "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
                )
                if wanted in _message_ids(response)
            )
        finally:
            if before and before[0] != path and not self._closed:
                self.select(*before)

    # -- changing -------------------------------------------------------------------------

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
        with self._command(f"storing a message in {path}"):
            typ, data = self._imap.append(
                name, None if flag_text == "()" else flag_text, date, raw
            )
            text = wire.text_of(data[-1] or b"")
            self._ok("APPEND", (typ, data))
        return wire.append_uid(text)

    def add_flags(self, uids: Iterable[int], flags: Iterable[str]) -> None:
        """Add flags. Raises *refused* in a folder that is open read-only."""
        self._store(uids, "+FLAGS.SILENT", flags)

    def remove_flags(self, uids: Iterable[int], flags: Iterable[str]) -> None:
        """Remove flags. Raises *refused* in a folder that is open read-only."""
        self._store(uids, "-FLAGS.SILENT", flags)

    def move(self, uids: Iterable[int], path: str) -> tuple[int, dict[int, int]] | None:
        r"""Move messages. Returns (UIDVALIDITY of ``path``, old UID → new UID) with UIDPLUS.

        Without MOVE (RFC 6851): COPY, ``\Deleted``, and expunged only where UIDPLUS can name
        these messages alone. None when the server doesn't tell the new UIDs.
        """
        name = self._mailbox(path)
        self._need_writable()
        validity, mapping = 0, {}
        for text, members in wire.sequence_sets(uids):
            with self._command(f"moving messages to {path}"):
                self._imap.untagged_responses.pop("COPYUID", None)
                verb = "MOVE" if self._can_move else "COPY"
                # imaplib looks for COPYUID in the tagged answer too (COPY), so both are there.
                self._ok(verb, self._imap.uid(verb, text, name))
                code = self._imap.untagged_responses.pop("COPYUID", None)
            copied = wire.copy_uid(wire.text_of(code[-1]), len(members)) if code else None
            if copied:
                validity = copied[0]
                mapping.update(copied[1])
            if not self._can_move:
                self.add_flags(members, ["\\Deleted"])
                if "UIDPLUS" in self.capabilities:
                    self.expunge_uids(members)
        return (validity, mapping) if mapping else None

    @property
    def _can_move(self) -> bool:
        return bool({"MOVE", "IMAP4REV2"} & self.capabilities)

    def expunge_uids(self, uids: Iterable[int]) -> None:
        r"""Remove those of ``uids`` that are ``\Deleted``, and no other message.

        Needs UIDPLUS; raises *refused* without it: plain EXPUNGE would take others' along.
        """
        self._need_writable()
        if not {"UIDPLUS", "IMAP4REV2"} & self.capabilities:
            raise self._error("refused", "The server can't remove single messages (UIDPLUS).")
        for text, _members in wire.sequence_sets(uids):
            with self._command("EXPUNGE"):
                self._ok("EXPUNGE", self._imap.uid("EXPUNGE", text))

    def noop(self) -> None:
        """Keep the connection alive and let the server report changes."""
        with self._command("NOOP"):
            self._ok("NOOP", self._imap.noop())

    # -- inner workings -------------------------------------------------------------------

    def _fetch(self, uids: Collection[int] | None, items: str, modifier: str = ""):
        """FETCH responses for ``uids`` alone, in the order in which they came."""
        self._need_selected()
        # All messages: 1:* has no n:* trap.
        sets = [("1:*", None)] if uids is None else wire.sequence_sets(uids)
        for text, members in sets:
            wanted = None if members is None else set(members)
            with self._command("FETCH"):
                # Updates that came with earlier commands are no answer to this one.
                self._imap.untagged_responses.pop("FETCH", None)
                data = self._ok("FETCH", self._imap.uid("FETCH", text, items, modifier or None))
                responses = list(wire.fetch_responses(data))
            for response in responses:
                if wanted is None or response[b"UID"] in wanted:
                    yield response

    def _store(self, uids, item, flags):
        flag_text = wire.flag_list(flags)
        self._need_writable()
        for text, _members in wire.sequence_sets(uids):
            with self._command("STORE"):
                self._ok("STORE", self._imap.uid("STORE", text, item, flag_text))

    def _mailbox(self, path: str) -> str:
        wire_name = folder_names.encode_name(path)
        wire_name = self._wire_names.get(path, wire_name)
        if not wire_name.isascii():
            raise ValueError(f"The folder name {path!r} can't be sent to this server.")
        return folder_names.quote(wire_name)

    def _need_selected(self):
        if not self._selected:
            raise ValueError("No folder is open.")

    def _need_writable(self):
        self._need_selected()
        if self._selected[1]:
            raise ValueError("The folder is open read-only.")

    def _ok(self, command: str, answer):
        typ, data = answer
        if typ != "OK":
            raise imaplib.IMAP4.error(wire.text_of((data or [b""])[-1] or b""))
        return data

    def _error(self, kind, message, server_text=""):
        return self._connection.error(kind, message, server_text)

    def _command(self, what: str, budget: int | None = None):
        return _Command(self, what, budget)


class _Command(translated):
    """One exchange: bounded, its errors translated, the session closed when it is beyond use."""

    def __init__(self, session: Session, what: str, budget: int | None):
        super().__init__(session._connection, what)
        self.session = session
        session._imap.next_budget = budget

    def __enter__(self):
        if self.session._closed:
            raise self.connection.error("closed", "The connection is closed.")
        return self

    def __exit__(self, kind, exc, traceback):
        try:
            return super().__exit__(kind, exc, traceback)
        except MailServerError as error:
            self._maybe_drop(error)
            raise
        finally:
            if isinstance(exc, MailServerError):
                self._maybe_drop(exc)

    def _maybe_drop(self, error: MailServerError) -> None:
        if error.kind in ("closed", "timeout", "protocol", "limit", "tls"):
            self.session._drop()


def _flags(response) -> frozenset[str]:
    flags = response.get(b"FLAGS") or ()
    flags = flags if isinstance(flags, tuple) else (flags,)
    return frozenset(wire.text_of(flag) for flag in flags) - {"\\Recent"}


def _groups(parsed, size: int):
    if len(parsed) % size:
        raise ValueError("incomplete response")
    return zip(*[iter(parsed)] * size)


def _esearch(text: str) -> list[int]:
    match = re.search(r"\bALL ([\d:,]+)", text, re.IGNORECASE)
    return wire.expand_set(match[1], MAX_UIDS) if match else []


def _numbers(data) -> list[int]:
    return [int(n) for item in data or () if item for n in item.split() if n.isdigit()]


def _message_ids(response) -> list[bytes]:
    for name, value in response.items():
        if name.startswith(b"BODY[HEADER.FIELDS") and isinstance(value, bytes):
            value = re.sub(rb"\r?\n[ \t]+", b" ", value)
            return [
                line.partition(b":")[2].strip()
                for line in value.splitlines()
                if line[:11].lower() == b"message-id:"
            ]
    return []
