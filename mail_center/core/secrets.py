"""Encryption at rest of passwords and tokens, with keys that live outside the database.

A token is ``mc1.<key id>.<Fernet token>``: AES-128-CBC with HMAC-SHA256, through
``cryptography``. The key id (the start of the key's SHA-256) tells which key is needed without
trying, and that none of ours fits when a database was copied without its key.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

_KEY = re.compile(r"[A-Za-z0-9_\-]{43}=\Z", re.ASCII)
_TOKEN = re.compile(r"mc1\.([0-9a-f]{12})\.([A-Za-z0-9_\-=]+)\Z")


class WrongKey(Exception):
    """The secret was encrypted with another key, or is damaged: it has to be entered again."""


class KeyFileError(Exception):
    """The key file can't be used; the message says why and what to do."""


class Keyring:
    """One or more keys: the first encrypts, all decrypt."""

    def __init__(self, keys: list[str]):
        if not keys:
            raise ValueError("There is no key.")
        self._fernets: dict[str, Fernet] = {}
        for number, key in enumerate(keys, start=1):
            if not _KEY.match(key):
                # The key itself stays out of the message.
                raise ValueError(
                    f"Key {number} is not a key: 32 bytes in URL-safe base64 are needed "
                    "(44 characters)."
                )
            self._fernets.setdefault(_key_id(key), Fernet(key))
        self._current = next(iter(self._fernets))

    @classmethod
    def from_text(cls, keys: str) -> Keyring:
        """From keys separated by commas, spaces or line ends; lines with ``#`` are comments.

        Raises ValueError if there is none, or one that is no key.
        """
        lines = (line.partition("#")[0] for line in keys.splitlines())
        return cls(re.findall(r"[^\s,]+", "\n".join(lines)))

    @staticmethod
    def generate_key() -> str:
        """A fresh random key."""
        return Fernet.generate_key().decode("ascii")

    def encrypt(self, secret: str) -> str:
        """A token for ``secret``, different each time."""
        token = self._fernets[self._current].encrypt(secret.encode("utf-8")).decode("ascii")
        return f"mc1.{self._current}.{token}"

    def decrypt(self, token: str) -> str:
        """The secret in ``token``. Raises WrongKey."""
        match = _TOKEN.match(token or "")
        fernet = match and self._fernets.get(match[1])
        if not fernet:
            raise WrongKey("The secret was encrypted with a key that is not here any more.")
        try:
            return fernet.decrypt(match[2].encode("ascii")).decode("utf-8")
        except (InvalidToken, UnicodeDecodeError):
            raise WrongKey("The stored secret is damaged.") from None

    def rotate(self, token: str) -> str:
        """``token`` encrypted with the first key; itself if it is already. Raises WrongKey."""
        secret = self.decrypt(token)
        return self.encrypt(secret) if self.needs_rotation(token) else token

    def needs_rotation(self, token: str) -> bool:
        """Whether ``token`` was made with another key than the first."""
        match = _TOKEN.match(token or "")
        return not match or match[1] != self._current

    def __repr__(self):
        return f"<Keyring of {len(self._fernets)} keys, current {self._current}>"


def _key_id(key: str) -> str:
    return hashlib.sha256(b"mail_center key id\0" + key.encode("ascii")).hexdigest()[:12]


def load_or_create(path: str | os.PathLike) -> Keyring:
    """The keyring in the file ``path``; the file is created (mode 0600) if there is none.

    Of several processes that find none at the same time, one creates it and all use that one: a
    complete file is linked into place, which fails if there is one by then.
    Raises KeyFileError.
    """
    path = Path(path)
    try:
        if not path.exists():
            _create(path)
        text = path.read_text(encoding="ascii")
    except OSError as exc:
        raise KeyFileError(
            f"The key file {path} can't be read or created ({exc.strerror}). Its folder must "
            "exist and be writable for the user that Odoo runs as."
        ) from None
    except UnicodeDecodeError:
        raise KeyFileError(f"The file {path} is not a key file.") from None
    try:
        return Keyring.from_text(text)
    except ValueError as exc:
        raise KeyFileError(
            f"The key file {path} is damaged: {exc} Restore it from a backup. Without it the "
            "stored passwords have to be entered again."
        ) from None


def _create(path: Path) -> None:
    # mkstemp creates with 0600.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(
                "# Key of mail_center: without it the stored mail passwords can't be read.\n"
                f"{Keyring.generate_key()}\n"
            )
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            return
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    finally:
        os.unlink(temporary)
