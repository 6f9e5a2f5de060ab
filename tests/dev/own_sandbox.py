"""Mail servers of a test's own, which it may stop while other tests use theirs."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator

from dev.sandbox import Sandbox


@contextlib.contextmanager
def own_sandbox() -> Iterator[Sandbox]:
    """A sandbox that is not started yet; stopped and removed at the end."""
    home = tempfile.mkdtemp(prefix="mail_center-", dir="/var/tmp")
    instance = Sandbox(home)
    try:
        yield instance
    finally:
        instance.stop()
        shutil.rmtree(home)
