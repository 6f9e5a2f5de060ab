"""Doing the next thing while the last one is being used. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def ahead(work: Callable[[T], R], items: Iterable[T], depth: int = 2) -> Iterator[R]:
    """Yield ``work(item)`` of each item in order, worked out ``depth`` items ahead in a thread.

    Close it (``contextlib.closing``): what is being worked out then is waited for, the rest is
    not begun. What ``work`` raises is raised where its result would have come.
    """
    items = iter(items)
    with ThreadPoolExecutor(1, thread_name_prefix="mail_center ahead") as pool:
        pending = deque(pool.submit(work, item) for item in islice(items, depth))
        try:
            while pending:
                result = pending.popleft().result()
                pending.extend(pool.submit(work, item) for item in islice(items, 1))
                yield result
        finally:
            for future in pending:
                future.cancel()
