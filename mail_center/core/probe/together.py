"""Several ladders at once, so that a dead server does not eat the time of SMTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue

from .ladder import STEPS, Step

# What closing the connections and waking up may take beside the ladders' own time.
RESERVE = 1.0


def climb_together(ladders: dict[str, Iterator[Step]], seconds: float) -> Iterator[Step]:
    """The steps of all ``ladders`` (protocol → steps) as they come.

    Over after ``seconds`` whatever the servers do: a ladder that is not at its end by then ends
    with a step *out_of_time*. Give the ladders themselves ``RESERVE`` seconds less. A fault of
    the program becomes a step *internal*, its exception in ``Step.error``. Closing the iterator
    half-way ends the ladders at their next step.
    """
    news: SimpleQueue = SimpleQueue()
    given_up = threading.Event()
    for protocol, ladder in ladders.items():
        threading.Thread(
            target=_climb,
            args=(protocol, ladder, news, given_up),
            name=f"mail_center test of {protocol}",
            daemon=True,
        ).start()
    deadline = time.monotonic() + seconds
    open_steps = {protocol: list(STEPS[protocol]) for protocol in ladders}
    try:
        while open_steps:
            try:
                protocol, item = news.get(timeout=max(deadline - time.monotonic(), 0))
            except Empty:
                params = {"seconds": f"{seconds:g}"}
                for protocol, names in open_steps.items():
                    yield Step(protocol, names[0], False, "out_of_time", params)
                return
            if item is None:
                open_steps.pop(protocol, None)
            elif isinstance(item, Exception):
                name = open_steps.pop(protocol)[0]
                yield Step(protocol, name, False, "internal", error=item)
            else:
                open_steps[protocol].remove(item.name)
                yield item
    finally:
        given_up.set()


def _climb(protocol: str, ladder: Iterator[Step], news: SimpleQueue, given_up: threading.Event):
    try:
        for step in ladder:
            news.put((protocol, step))
            if given_up.is_set():
                break
    except Exception as exc:
        news.put((protocol, exc))
    else:
        news.put((protocol, None))
    finally:
        with suppress(Exception):
            ladder.close()
