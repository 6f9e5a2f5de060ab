"""Names of attached files that are safe to show and to save under."""

import mimetypes
import re
import unicodedata
from collections.abc import Iterable

# Format characters: directional overrides make `exe.fdp` read as a PDF, zero width ones hide.
_INVISIBLE = ("Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn")
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_EXTENSIONS = {
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "text/rfc822-headers": ".txt",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/tiff": ".tif",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
    "application/pgp-keys": ".asc",
    "application/ms-tnef": ".dat",
    "application/vnd.ms-tnef": ".dat",
}
MAX_LENGTH = 150
# What a double click runs, or opens a program with a program in it.
_PROGRAMS = {
    "exe", "scr", "com", "pif", "bat", "cmd", "cpl", "msi", "msp", "msix", "appx", "hta", "js",
    "jse", "vbs", "vbe", "wsf", "wsh", "ps1", "psm1", "lnk", "url", "jar", "jnlp", "reg", "inf",
    "dll", "sys", "iso", "img", "vhd", "vhdx", "apk", "app", "dmg", "pkg", "command", "sh", "run",
    "desktop", "scf", "xll", "docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "potm", "ppsm",
    "chm", "application", "gadget",
}  # fmt: skip
_DOCUMENTS = {
    "pdf", "doc", "docx", "odt", "rtf", "txt", "xls", "xlsx", "ods", "csv", "ppt", "pptx", "odp",
    "jpg", "jpeg", "png", "gif", "webp", "tif", "tiff", "bmp", "mp3", "mp4", "avi", "mov", "zip",
    "rar", "7z", "eml", "msg", "html", "htm", "xml",
}  # fmt: skip


def clean(name: str) -> str:
    """A name without path, controls, direction overrides and characters a file system refuses.

    The extension survives shortening. '' when nothing is left.
    """
    name = unicodedata.normalize("NFC", name[:4096])
    name = "".join(
        " " if char in "\t\r\n" else char
        for char in name
        if char in "\t\r\n" or unicodedata.category(char) not in _INVISIBLE
    )
    if "/" in name or "\\" in name:
        name = re.split(r"[\\/]", name.rstrip("\\/"))[-1]
    name = " ".join(_FORBIDDEN.sub("_", name).split()).strip(". ")
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    if len(name) > MAX_LENGTH:
        stem, dot, extension = name.rpartition(".")
        if dot and len(extension) <= 10:
            name = stem[: MAX_LENGTH - len(extension) - 1].rstrip() + dot + extension
        else:
            name = name[:MAX_LENGTH].rstrip()
    return name


def danger(name: str) -> str:
    """What to warn of before a file is opened: ``disguised`` (a program that looks like a
    document: ``invoice.pdf.exe``), ``program``, or ''."""
    parts = [part.strip().lower() for part in name.rstrip(". ").split(".")]
    if len(parts) < 2 or parts[-1] not in _PROGRAMS:
        return ""
    return "disguised" if any(part in _DOCUMENTS for part in parts[1:-1]) else "program"


def extension_for(content_type: str) -> str:
    """The usual extension of a content type, `.bin` when there is none."""
    return _EXTENSIONS.get(content_type) or mimetypes.guess_extension(content_type) or ".bin"


def distinct(names: Iterable[str]) -> list[str]:
    """The names, a later one that is there already (in any case) numbered: ``offer (2).pdf``."""
    taken: set[str] = set()
    found = []
    for name in names:
        name = name or "file"
        stem, dot, extension = name.rpartition(".")
        if not stem:
            stem, dot, extension = name, "", ""
        other, number = name, 1
        while other.casefold() in taken:
            number += 1
            other = f"{stem} ({number}){dot}{extension}"
        taken.add(other.casefold())
        found.append(other)
    return found
