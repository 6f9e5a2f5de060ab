"""Where the time of an import goes: the product's own functions, with a clock around each."""

from __future__ import annotations

import time
from collections import defaultdict


class Parts:
    """Within, what the stages take is counted, those inside of others not twice.

    Only of the thread that stores: what is fetched and understood beside it is one part, waiting.
    """

    def __init__(self, env):
        self.env = env
        self.seconds: dict[str, float] = defaultdict(float)
        self.stack: list[list] = []
        self.undo: list[tuple] = []

    def _wrap(self, owner, name: str, part: str):
        original = getattr(owner, name)

        def timed(*args, **kwargs):
            begin = time.perf_counter()
            self.stack.append([0.0])
            try:
                return original(*args, **kwargs)
            finally:
                took = time.perf_counter() - begin
                inner = self.stack.pop()[0]
                self.seconds[part] += took - inner
                if self.stack:
                    self.stack[-1][0] += took

        setattr(owner, name, timed)
        self.undo.append((owner, name, original))

    def __enter__(self):
        registry = self.env.registry
        self._wrap(registry["mail.center.receiver"], "_commit", "commit")
        for name, part in (
            ("_find_stored", "look up"), ("_message_vals", "values"),
            ("_insert", "store mails and files"), ("_create_locations", "store places"),
            ("_understand", "conversations and links"), ("_file", "store, the rest"),
        ):
            self._wrap(registry["mail.center.filing"], name, part)
        self._wrap(registry["mail.center.receiver"], "_receive_folder",
                   "waiting for fetching and understanding")
        self._wrap(registry["ir.attachment"], "create", "files")
        self._wrap(registry["mail.center.log"], "_add", "log")
        return self

    def __exit__(self, *_error):
        for owner, name, original in reversed(self.undo):
            if name in vars(owner) and vars(owner)[name] is not original:
                setattr(owner, name, original)

    def shares(self, total: float) -> dict[str, float]:
        """Share of the whole by part, the largest first."""
        ordered = sorted(self.seconds.items(), key=lambda item: -item[1])
        return {part: round(seconds / total, 4) for part, seconds in ordered}
