"""Mail in files: mbox (RFC 4155), .eml files, a zip of such files or of a Maildir.

Read as a stream, from any place on, with bounded memory; names in an archive are text to us and
never paths.
"""

from .mbox import read_mbox
from .model import COUNT_MAX, MAIL_MAX, ArchiveError, Found, kind_of
from .parts import opened, read_files
from .zipped import read_zip, zip_size

__all__ = ["COUNT_MAX", "MAIL_MAX", "ArchiveError", "Found", "kind_of", "opened", "read_files",
           "read_mbox", "read_zip", "zip_size"]
