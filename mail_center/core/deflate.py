"""A socket whose bytes are compressed both ways: COMPRESS=DEFLATE (RFC 4978)."""

from __future__ import annotations

import zlib

BLOCK = 64 * 1024
RAW = -zlib.MAX_WBITS  # neither header nor checksum
LEVEL = 6


class Deflated:
    """``sock``, from the byte on at which both sides began to compress.

    Only so much is inflated at a time as the caller has room for: a small answer that would grow
    without end fills no memory.
    """

    def __init__(self, sock):
        self._sock = sock
        self._inflate = zlib.decompressobj(RAW)
        self._deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW)
        self._received = b""
        self._more = False  # inflated already, but there was no room

    def __getattr__(self, name):
        return getattr(self._sock, name)

    @property
    def below(self):
        """The socket that carries the compressed bytes."""
        return self._sock

    def recv_into(self, buffer) -> int | None:
        """As a socket's; None when what came holds nothing yet. OSError for what is no deflate."""
        if not self._received and not self._more and not self._inflate.eof:
            self._received = self._sock.recv(BLOCK)
            if not self._received:
                return 0
        room = len(buffer)
        try:
            data = self._inflate.decompress(self._received, room)
        except zlib.error as error:
            raise OSError(f"The compressed data is damaged: {error}") from None
        self._received = self._inflate.unconsumed_tail
        self._more = len(data) == room
        buffer[: len(data)] = data
        if self._inflate.eof and not data:
            return 0  # the other side has ended it
        return len(data) or None

    def sendall(self, data) -> None:
        self._sock.sendall(
            self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        )

    def pending(self) -> bool:
        """Whether something can be had without waiting for the network."""
        inner = getattr(self._sock, "pending", None)
        return bool(self._received or self._more or (inner and inner()))
