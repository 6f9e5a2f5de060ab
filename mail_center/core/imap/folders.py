"""Folders of a mailbox: names on the wire, and which of them is Sent, Trash, Junk and so on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from imapclient import imap_utf7

from .plan import FolderStatus

# RFC 6154 attributes, and Gmail's older names for them.
_SPECIAL_USE = {
    b"\\sent": "sent", b"\\drafts": "drafts", b"\\trash": "trash", b"\\junk": "junk",
    b"\\spam": "junk", b"\\archive": "archive", b"\\all": "all", b"\\allmail": "all",
    b"\\flagged": "flagged", b"\\starred": "flagged", b"\\inbox": "inbox",
}
_NOT_SELECTABLE = {b"\\noselect", b"\\nonexistent"}

# What servers and mail programs call them where the server doesn't say; compared casefolded
# and without accents. The order is the order of preference.
_WELL_KNOWN = {
    "sent": (
        "sent", "sent items", "sent messages", "sent mail", "wyslane", "elementy wyslane",
        "wiadomosci wyslane", "wyslane wiadomosci", "poczta wyslana", "gesendet",
        "gesendete elemente", "gesendete objekte", "envoyes", "messages envoyes",
        "elements envoyes", "enviados", "elementos enviados", "enviadas", "itens enviados",
        "inviati", "posta inviata", "posta in uscita", "verzonden", "verzonden items",
        "odeslane", "odeslana posta", "odoslane", "skickat", "sendt", "отправленные",
        "надіслані",
    ),
    "drafts": (
        "drafts", "draft", "szkice", "kopie robocze", "wersje robocze", "robocze", "entwurfe",
        "brouillons", "borradores", "rascunhos", "bozze", "concepten", "koncepty", "rozepsane",
        "utkast", "kladder", "черновики", "чернетки",
    ),
    "trash": (
        "trash", "deleted items", "deleted messages", "deleted", "bin", "kosz",
        "elementy usuniete", "usuniete", "geloscht", "geloschte elemente", "geloschte objekte",
        "papierkorb", "corbeille", "elements supprimes", "papelera", "elementos eliminados",
        "lixeira", "lixo", "itens excluidos", "cestino", "posta eliminata", "prullenbak",
        "verwijderde items", "kos", "odstranena posta", "papperskorg", "slettet", "корзина",
        "удаленные", "кошик",
    ),
    "junk": (
        "junk", "spam", "junk e-mail", "junk email", "junk mail", "bulk mail",
        "wiadomosci-smieci", "wiadomosci smieci", "niechciane", "wiadomosci niechciane",
        "niechciana poczta", "spamverdacht", "unerwunscht", "junk-e-mail",
        "courrier indesirable", "indesirables", "correo no deseado", "lixo eletronico",
        "posta indesiderata", "ongewenste e-mail", "nevyzadana posta", "skrappost", "спам",
    ),
    "archive": (
        "archive", "archives", "archiwum", "zarchiwizowane", "archiv", "archivo", "arquivo",
        "archivio", "archief", "arkiv", "архив", "архів",
    ),
}
_BY_NAME = {
    name: (use, rank)
    for use, names in _WELL_KNOWN.items()
    for rank, name in enumerate(names)
}


@dataclass(frozen=True)
class RemoteFolder:
    """A folder as the server lists it.

    ``path`` is decoded Unicode with the server's ``delimiter`` (empty: no hierarchy).
    ``special_use``: inbox, sent, drafts, trash, junk, archive, all, flagged or empty; each given
    to one folder at most when it is guessed from names. ``status``: where the list tells it.
    """

    path: str
    delimiter: str
    selectable: bool
    special_use: str = ""
    status: FolderStatus | None = None


def decode_name(wire: bytes) -> str:
    """Modified UTF-7 (RFC 3501 section 5.1.3) to text.

    Names that break its rules are read as UTF-8, else byte by byte: a folder with a bad name is
    still a folder with mail in it.
    """
    try:
        name = imap_utf7.decode(wire)
        if imap_utf7.encode(name) == wire:
            return name
    except (UnicodeError, ValueError):
        pass
    try:
        return wire.decode("utf-8")
    except UnicodeDecodeError:
        return wire.decode("latin-1")


def encode_name(path: str) -> bytes:
    """Text to modified UTF-7. Raises ValueError for what can't be in a folder's name."""
    if not path or re.search(r"[\x00-\x1f\x7f]", path):
        raise ValueError("A folder's name is empty or contains control characters.")
    try:
        return imap_utf7.encode(path)
    except UnicodeError:
        raise ValueError("A folder's name contains broken Unicode.") from None


def quote(wire: bytes) -> str:
    """A quoted string (RFC 3501 section 9) for an ASCII name."""
    return '"' + wire.decode("ascii").replace("\\", "\\\\").replace('"', '\\"') + '"'


def from_list(
    flags: Iterable[bytes], delimiter: bytes | None, path: str, status: FolderStatus | None = None
) -> RemoteFolder:
    """One LIST response. Only what the server itself says about special use."""
    flags = {flag.lower() for flag in flags if isinstance(flag, bytes)}
    uses = [use for flag, use in _SPECIAL_USE.items() if flag in flags]
    special = "inbox" if path.upper() == "INBOX" else next(iter(uses), "")
    return RemoteFolder(
        path=path,
        delimiter=delimiter.decode("latin-1") if isinstance(delimiter, bytes) else "",
        selectable=not flags & _NOT_SELECTABLE,
        special_use=special,
        status=status,
    )


def guess_special_use(folders: list[RemoteFolder]) -> list[RemoteFolder]:
    """Fill in uses that the server left open, from well-known names.

    A use that the server announced is never guessed again; of several candidates the one nearest
    to the root with the most usual name wins.
    """
    taken = {folder.special_use for folder in folders}
    candidates = {}
    for index, folder in enumerate(folders):
        if folder.special_use or not folder.selectable:
            continue
        parts = folder.path.split(folder.delimiter) if folder.delimiter else [folder.path]
        if parts[0].upper() == "INBOX" and len(parts) > 1:
            parts = parts[1:]
        use, rank = _BY_NAME.get(_plain(parts[-1]), ("", 0))
        if not use or use in taken or len(parts) > 2:
            continue
        key = (len(parts), rank, index)
        candidates[use] = min(candidates.get(use, key), key)
    result = list(folders)
    for use, (_depth, _rank, index) in candidates.items():
        result[index] = replace(result[index], special_use=use)
    return result


def _plain(name: str) -> str:
    name = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l").replace("ß", "ss"))
    return "".join(c for c in name if not unicodedata.combining(c)).strip()
