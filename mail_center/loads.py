"""The mails in a worker's hands, each read when it is needed."""

import hashlib
from contextlib import suppress

# On its way such a mail would keep what has left before it from being shown (bytes).
LARGE = 1024 * 1024


class MissingSource(Exception):
    """The frozen bytes of a mail are not what was frozen: nothing may be sent in their place."""


def whole(read, checksum):
    """The bytes that *read* gives, if they are those of *checksum* (SHA-1, hexadecimal)."""
    raw = read()
    if not raw or hashlib.sha1(raw).hexdigest() != checksum:
        raise MissingSource
    return raw


class Load:
    """A mail in a worker's hands: ``row`` of the outbox, and what is told the server of it.

    Its bytes are read when they are needed, best while the server is busy with the mail before.
    """

    __slots__ = ("_raw", "_read", "recipients", "row", "sender")

    def __init__(self, row, recipients, read):
        self.row = row
        self.sender = row.envelope_from
        self.recipients = recipients
        self._read = read
        self._raw = None

    def take(self):
        """Have the bytes here. Raises MissingSource."""
        if self._raw is None:
            self._raw = self._read()

    @property
    def raw(self):
        """The frozen bytes. Raises MissingSource."""
        self.take()
        return self._raw

    @property
    def mail(self):
        return self.sender, self.recipients, self.raw

    @property
    def is_large(self):
        try:
            return len(self.raw) > LARGE
        except MissingSource:
            return False  # said when it is to be sent


def next_one(loads, number):
    """The mail of that *number* if there is one whose bytes are there, or None."""
    with suppress(IndexError, MissingSource):
        if loads[number].raw:
            return loads[number]
    return None


def prepare(session, loads, number):
    """Have the mail of that *number*, if there is one, read and looked at."""
    if number < len(loads):
        session.prepare(*loads[number].mail)
