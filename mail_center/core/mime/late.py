"""Large files of a mail, decoded when somebody wants them: until then the mail itself is enough."""

from __future__ import annotations

import binascii
import hashlib

from .model import Attachment

PIECE = 1024 * 1024  # bytes that are decoded at a time
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BLANKS = b"\r\n \t"


class LateAttachment(Attachment):
    """A file whose ``content`` is decoded from base64 each time it is asked for.

    ``start`` and ``end``: where it stands in the mail; ``size`` and ``digest`` (sha256) of what it
    decodes to. :meth:`detach` lets go of the mail, :meth:`attach` takes it again.
    """

    __slots__ = ("_raw", "digest", "end", "size", "start")
    _STATE = ("filename", "content_type", "content_id", "inline", "_raw", "start", "end", "size",
              "digest")  # fmt: skip

    def __init__(self, *values):
        self.__setstate__(values)

    def __getstate__(self):
        return tuple(getattr(self, name) for name in self._STATE)

    def __setstate__(self, state):
        for name, value in zip(self._STATE, state, strict=True):
            object.__setattr__(self, name, value)

    @property
    def content(self) -> bytes:
        return binascii.a2b_base64(memoryview(self._raw)[self.start : self.end])

    def attach(self, raw: bytes) -> None:
        object.__setattr__(self, "_raw", raw)

    def detach(self) -> None:
        self.attach(b"")


def measured(view: memoryview) -> tuple[int, bytes] | None:
    """(bytes, sha256) of what base64 stands for, decoded piece by piece.

    None where it is not as it should be: junk in it, or no padding.
    """
    digest, size, rest, ended = hashlib.sha256(), 0, b"", False
    for start in range(0, len(view), PIECE):
        letters = rest + bytes(view[start : start + PIECE]).translate(None, _BLANKS)
        if ended and letters:
            return None
        whole = len(letters) // 4 * 4
        piece, rest = letters[:whole], letters[whole:]
        padding = piece.translate(None, _LETTERS)
        if padding:
            ended = padding in (b"=", b"==") and piece.endswith(padding) and not rest
            if not ended:
                return None
        data = binascii.a2b_base64(piece)
        digest.update(data)
        size += len(data)
    return None if rest else (size, digest.digest())
