"""The sandbox's list of mailboxes: a folder with one Dovecot passwd-file for each address.

One file each, because Dovecot looks at a passwd-file's date only once a second: a new mailbox has
a file never looked at, and works at once. The passwords are those of fictional people on
loopback; the folder is private.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

# What Dovecot lets a user name consist of (auth_username_chars).
ADDRESS = re.compile(r"[a-z0-9._-]+@[a-z0-9.-]+")


def canonical(address: str) -> str:
    """The mailbox that an address belongs to: lower case, without ``+detail``."""
    local, at, domain = address.strip().strip("<>").lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def password_of(users: Path, address: str) -> str | None:
    """The password of a mailbox, None if there is no such mailbox."""
    if not ADDRESS.fullmatch(address):
        return None
    try:
        line = (users / address).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return line.partition(":{PLAIN}")[2].removesuffix("::::::\n")


def addresses(users: Path) -> list[str]:
    return sorted(name for name in os.listdir(users) if ADDRESS.fullmatch(name))


def write_mailbox(users: Path, address: str, password: str | None, wait: bool = True) -> None:
    """Add a mailbox, change its password, or (None) take it out.

    What is new works at once; for a change this waits (up to a second) until Dovecot sees it,
    unless ``wait`` is off: for an address that will not be used again.
    """
    address = canonical(address)
    if not ADDRESS.fullmatch(address):
        raise ValueError(f"not a mailbox address: {address!r}")
    if password is not None and re.search(r"[:\r\n]", password):
        raise ValueError("a sandbox password cannot hold a colon or a line break")
    path = users / address
    before = path.stat() if path.exists() else None
    if password is None:
        path.unlink(missing_ok=True)
    elif before is None or password_of(users, address) != password:
        new = users / f".{address}"
        new.write_text(f"{address}:{{PLAIN}}{password}::::::\n", encoding="utf-8")
        owner = users.stat()
        if os.geteuid() == 0:
            os.chown(new, owner.st_uid, owner.st_gid)
        new.chmod(0o600)
        if before is not None:
            moment = max(new.stat().st_mtime, int(before.st_mtime) + 1)
            os.utime(new, (moment, moment))
        new.replace(path)
    else:
        return
    if before is not None and wait:
        time.sleep(1.02 - time.time() % 1)
