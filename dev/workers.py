"""What belongs to one worker of pytest-xdist: each has servers and databases of its own."""

from __future__ import annotations

import os
from pathlib import Path

WORKER = "PYTEST_XDIST_WORKER"


def of_worker(paths: str, environ=os.environ) -> Path | None:
    """Of several paths (divided as those in ``PATH``) this worker's; None if there are none."""
    given = paths.split(os.pathsep)
    number = int(environ.get(WORKER, "gw0").removeprefix("gw"))
    # What is used by one only is named once.
    return Path(given[min(number, len(given) - 1)]) if paths else None


def joined(paths) -> str:
    """The paths of all workers as one value of the environment."""
    return os.pathsep.join(map(str, paths))
