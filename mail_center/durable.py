"""Files that a commit relies on: on the disk before the row that names them is.

PostgreSQL's commit outlives a power failure. A file that was just written does not: the system
keeps it in memory for half a minute. A mail that its server has deleted after the commit (POP3)
would be a row without its file.
"""

import ctypes
import errno
import os
from contextlib import suppress

# The disk's fault, or the system's, and of no mail: it will be the same with the next.
TROUBLE = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES, errno.EMFILE, errno.ENFILE)
)

_syncfs = None
with suppress(OSError, AttributeError, TypeError):  # no Linux
    _syncfs = ctypes.CDLL(None, use_errno=True).syncfs


def sync_filesystem(folder):
    """Wait until the disk has all that was written to the filesystem of *folder*.

    One call for a chunk of mails takes a tenth of the time that one for each file takes.
    OSError: the disk can't. Where nobody can be asked (Windows) nothing is waited for.
    """
    if _syncfs is None:
        getattr(os, "sync", lambda: None)()
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if _syncfs(handle):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(handle)


def is_disk_trouble(error):
    """Whether *error* says that files can't be written now, whatever is in them."""
    return isinstance(error, OSError) and error.errno in TROUBLE
