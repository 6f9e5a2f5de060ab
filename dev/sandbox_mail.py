"""Putting mail into the sandbox's mailboxes and looking into them."""

from __future__ import annotations

import contextlib
import imaplib
import re
import smtplib
import time
from collections.abc import Iterable, Iterator
from datetime import datetime


class MailAccess:
    """The mail half of ``Sandbox``: needs ``host``, ``ports``, ``settings`` and ``doveadm``."""

    @contextlib.contextmanager
    def imap(self, address: str) -> Iterator[imaplib.IMAP4]:
        """A logged-in IMAP connection to a mailbox, whatever its password."""
        master = self.settings["master"]
        client = imaplib.IMAP4(self.host, self.ports["imap"], timeout=60)
        try:
            client.login(f"{address.lower()}*{master['user']}", master["password"])
            yield client
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                client.logout()

    def deliver(
        self,
        address: str,
        raw: bytes,
        folder: str = "INBOX",
        *,
        sender: str = "",
        flags: Iterable[str] = (),
        date: datetime | None = None,
    ) -> None:
        """Put a message into a mailbox.

        Into INBOX it comes by LMTP, as from the outside (Return-Path, Received); into another
        folder, or with ``flags`` (``["\\\\Seen"]``) or an internal ``date``, by IMAP APPEND, byte
        for byte apart from line ends.
        """
        flags = list(flags)
        if folder != "INBOX" or flags or date is not None:
            self.append(address, [(raw, flags, date)], folder)
            return
        with smtplib.LMTP(self.host, self.ports["lmtp"]) as lmtp:
            lmtp.sendmail(sender, [address], _crlf(raw))

    def append(
        self,
        address: str,
        messages: Iterable[tuple[bytes, Iterable[str], datetime | None]],
        folder: str = "INBOX",
    ) -> int:
        """APPEND many ``(raw, flags, date)`` over one connection; how many were. The folder is
        made when it is missing."""
        count = 0
        with self.imap(address) as client:
            name = quote(folder)
            if folder != "INBOX":
                client.create(name)
                client.subscribe(name)
            for raw, flags, date in messages:
                stamp = None
                if date is not None:
                    stamp = imaplib.Time2Internaldate(date if date.tzinfo else date.astimezone())
                answer, data = client.append(name, f"({' '.join(flags)})", stamp, _crlf(raw))
                if answer != "OK":
                    raise RuntimeError(f"APPEND to {folder} of {address}: {data}")
                count += 1
        return count

    def messages(self, address: str, folder: str = "INBOX") -> list[tuple[int, set[str], bytes]]:
        """``[(uid, flags, raw)]`` of a folder, in UID order; nothing becomes Seen by it."""
        with self.imap(address) as client:
            answer, data = client.select(quote(folder), readonly=True)
            if answer != "OK":
                raise RuntimeError(f"SELECT {folder} of {address}: {data}")
            answer, data = client.uid("FETCH", "1:*", "(UID FLAGS BODY.PEEK[])")
        found = []
        for item in data:
            if isinstance(item, tuple):
                head = item[0].decode()
                uid = int(re.search(r"UID (\d+)", head)[1])
                flags = set(re.search(r"FLAGS \(([^)]*)\)", head)[1].split())
                found.append((uid, flags, item[1]))
        return found

    def wait_messages(
        self, address: str, count: int, folder: str = "INBOX", timeout: float = 30
    ) -> list[tuple[int, set[str], bytes]]:
        """``messages()`` once there are at least ``count``; TimeoutError after ``timeout`` s."""
        deadline = time.monotonic() + timeout
        while True:
            found = self.messages(address, folder)
            if len(found) >= count:
                return found
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(found)} of {count} messages in {folder} of {address}")
            time.sleep(0.2)

    def store_flags(self, address: str, uid: int, change: str, folder: str = "INBOX") -> None:
        """Change flags as another program would: ``store_flags(a, 7, "+FLAGS (\\\\Seen)")``."""
        with self.imap(address) as client:
            client.select(quote(folder))
            client.uid("STORE", str(uid), *change.split(" ", 1))

    def expunge(self, address: str, uid: int, folder: str = "INBOX") -> None:
        """Delete one message for good."""
        self.doveadm("expunge", "-u", address, "mailbox", folder, "uid", str(uid))

    # Folders; names are plain text with / between levels.

    def folders(self, address: str) -> list[str]:
        return sorted(self.doveadm("mailbox", "list", "-u", address).stdout.splitlines())

    def create_folder(self, address: str, folder: str) -> None:
        self.doveadm("mailbox", "create", "-s", "-u", address, folder)

    def rename_folder(self, address: str, folder: str, new: str) -> None:
        self.doveadm("mailbox", "rename", "-s", "-u", address, folder, new)

    def delete_folder(self, address: str, folder: str) -> None:
        self.doveadm("mailbox", "delete", "-s", "-u", address, folder)

    def status(self, address: str, folder: str = "INBOX") -> dict[str, int]:
        """``{"messages", "uidvalidity", "uidnext", "unseen", "highestmodseq"}`` of a folder."""
        fields = "messages uidvalidity uidnext unseen highestmodseq"
        line = self.doveadm("-f", "flow", "mailbox", "status", "-u", address, fields, folder)
        pairs = dict(re.findall(r"(\w+)=(\d+)(?:\s|$)", line.stdout))
        return {name: int(pairs[name]) for name in fields.split()}

    def set_uidvalidity(self, address: str, value: int, folder: str = "INBOX") -> None:
        """Give a folder another UIDVALIDITY, as a server does that was restored from a backup."""
        self.doveadm("mailbox", "update", "--uid-validity", str(value), "-u", address, folder)


def _crlf(raw: bytes) -> bytes:
    return re.sub(rb"\r\n|\r|\n", b"\r\n", raw)


def quote(folder: str) -> str:
    """A folder name as an IMAP quoted string in modified UTF-7 (RFC 3501, section 5.1.3)."""

    def shifted(match: re.Match) -> str:
        if match[0] == "&":
            return "&-"
        return f"&{match[0].encode('utf-7').decode()[1:].rstrip('-').replace('/', ',')}-"

    name = re.sub(r"&|[^\x20-\x7e]+", shifted, folder)
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
