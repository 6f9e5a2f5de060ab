"""Doing the next thing while the last one is being used. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

PAUSE_SECONDS = 30
_LATER = object()


def _nothing() -> None:
    pass


def awaited(future: Future[R], meanwhile: Callable[[], None] = _nothing) -> R:
    """The result of ``future``; ``meanwhile`` is called every PAUSE_SECONDS until it is there."""
    while not wait([future], PAUSE_SECONDS).done:
        meanwhile()
    return future.result()


def ahead(
    work: Callable[[T], R], items: Iterable[T], depth: int = 2, *,
    early: Callable[[T], bool] = lambda _item: True, meanwhile: Callable[[], None] = _nothing,
) -> Iterator[R]:  # fmt: skip
    """Yield ``work(item)`` of each item in order, worked out ``depth`` items ahead in a thread.

    ``early(item)`` is asked (in that thread) before an item's turn whether it may be begun before
    its result is wanted. ``meanwhile``: see :func:`awaited`.

    Close it (``contextlib.closing``): what is being worked out then is waited for, the rest is
    not begun. What ``work`` raises is raised where its result would have come.
    """
    items = iter(items)
    with ThreadPoolExecutor(1, thread_name_prefix="mail_center ahead") as pool:

        def begin(count: int) -> list:
            return [
                (item, pool.submit(lambda item=item: work(item) if early(item) else _LATER))
                for item in islice(items, count)
            ]

        pending = deque(begin(depth))
        try:
            while pending:
                item, future = pending.popleft()
                result = awaited(future, meanwhile)
                if result is _LATER:
                    result = awaited(pool.submit(work, item), meanwhile)
                pending.extend(begin(1))
                yield result
        finally:
            for _item, future in pending:
                future.cancel()
