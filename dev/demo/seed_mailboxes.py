"""``python -m dev.demo.seed_mailboxes SANDBOX_JSON``: make the demo mailboxes and fill them.

A second run adds nothing, whatever was read, moved or deleted meanwhile: a folder is filled by
one MULTIAPPEND, which happens whole or not at all (RFC 3502), and only while its UIDNEXT, which
never goes back (RFC 3501 section 2.3.1.1), shows that it has not happened yet. Half the number
is the mark, as the calendar may put a thread into another folder on another day.
"""

import sys
from itertools import groupby
from pathlib import Path

from imapclient import imapclient

from dev.sandbox import Sandbox

from . import robots
from .mailbox import connect, special_folder
from .mails import demo_mails

_SPECIAL = {"Sent": imapclient.SENT, "Archive": imapclient.ARCHIVE}


def seed(sandbox):
    """Make and fill the mailboxes of a running *sandbox*; the number of mails added."""
    known = sandbox.mailboxes()
    for address, password in robots.MAILBOXES.items():
        if known.get(address.lower()) != password:
            sandbox.add_mailbox(address, password)
    added = 0
    mails = sorted(demo_mails(), key=lambda mail: (mail.mailbox, mail.folder))
    for address, group in groupby(mails, key=lambda mail: mail.mailbox):
        client = connect(sandbox.host, sandbox.ports["imap"], sandbox.ca_file, address,
                         robots.MAILBOXES[address])
        try:
            for folder, seeds in groupby(group, key=lambda mail: mail.folder):
                added += _fill(client, folder, list(seeds))
        finally:
            client.logout()
    return added


def _fill(client, folder, mails):
    """Append *mails* unless the folder once held them; how many were appended."""
    path = _path(client, folder)
    if client.folder_status(path, ["UIDNEXT"])[b"UIDNEXT"] - 1 >= len(mails) / 2:
        return 0
    client.multiappend(path, [
        {"msg": mail.raw, "flags": mail.flags, "date": mail.date} for mail in mails
    ])
    return len(mails)


def _path(client, folder):
    """*folder* under this server's names; it exists afterwards."""
    if folder == "INBOX":
        return folder
    delimiter = client.list_folders("", "INBOX")[0][1].decode()
    path = folder.replace("/", delimiter)
    return special_folder(client, _SPECIAL.get(folder, b"\\None"), path)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    added = seed(Sandbox(Path(arguments[0]).resolve().parent))
    print(f"{added} mails added to the demo mailboxes" if added
          else "the demo mailboxes are filled already")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
