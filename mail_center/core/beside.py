"""Understanding mail in a process beside this one, while this one fetches and stores.

It is a bulkhead too: a mail that brings its reader down (no memory left, a fault in a library)
ends that process and not this one; the mail is then known by it and told as unreadable.
"""

from __future__ import annotations

import importlib
import io
import os
import pickle
import re
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from .imap import RawMessage
from .intake import Intake, take_in

ADDON = Path(__file__).resolve().parent.parent
# Its own import path first: what lies in the current folder is none of our business.
START = "import sys; sys.path[0] = sys.argv[1]; from core.beside import serve; serve()"
SIZE = struct.Struct(">Q")
# Seconds that a chunk may take, and a mail alone; the parser itself gives up much earlier.
CHUNK_SECONDS, MAIL_SECONDS = 600, 120
# What it has no use for, should a mail ever get hold of it.
_SECRET = re.compile("SECRET|PASSWORD|TOKEN|KEY", re.IGNORECASE)
_PLAIN = {("datetime", "datetime"), ("datetime", "timezone"), ("datetime", "timedelta"),
          ("builtins", "frozenset"), ("builtins", "set")}  # fmt: skip


class Died(Exception):
    """The process beside ended without an answer."""


class Beside:
    """``submit(raw messages)`` → a future of their intakes, in the same order.

    Started with the first order; ``close()`` ends it. Used by one thread at a time.
    """

    def __init__(self, python: str = sys.executable):
        self._python = python
        self._process: subprocess.Popen | None = None
        self._turn = ThreadPoolExecutor(1, thread_name_prefix="mail_center beside")

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *_error) -> None:
        self.close()

    def close(self) -> None:
        self._turn.shutdown(cancel_futures=True)
        self._end()

    def submit(self, messages: Iterable[RawMessage]) -> Future:
        return self._turn.submit(self._understood, list(messages))

    # ---- this side -----------------------------------------------------------------------

    def _understood(self, messages: list[RawMessage]) -> list[Intake]:
        try:
            return self._asked(messages, CHUNK_SECONDS)
        except OSError:
            return [_here(message) for message in messages]  # no process can be started
        except Died:
            if len(messages) > 1:
                return [self._alone(message) for message in messages]
            return [self._alone(messages[0])]

    def _alone(self, message: RawMessage) -> Intake:
        try:
            return self._asked([message], MAIL_SECONDS)[0]
        except OSError:
            return _here(message)
        except Died:
            return Intake(
                message.raw, uid=message.uid, flags=message.flags,
                internal_date=message.internal_date,
                error="The program that reads mail was brought down by this one.",
            )  # fmt: skip

    def _asked(self, messages: list[RawMessage], seconds: float) -> list[Intake]:
        process = self._process or self._start()
        watch = threading.Timer(seconds, process.kill)
        watch.start()
        try:
            orders = [(one.raw, one.uid, one.flags, one.internal_date) for one in messages]
            _write(process.stdin, orders)
            found = _Reader(io.BytesIO(_read(process.stdout))).load()
            if len(found) != len(messages):
                raise Died
        except (BrokenPipeError, EOFError, pickle.UnpicklingError, ValueError) as error:
            self._end()
            raise Died from error
        finally:
            watch.cancel()
        # The bytes are here: they did not have to come back.
        for intake, message in zip(found, messages, strict=True):
            object.__setattr__(intake, "raw", message.raw)
        return found

    def _start(self) -> subprocess.Popen:
        self._process = subprocess.Popen(
            [self._python, "-c", START, str(ADDON)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={name: value for name, value in os.environ.items() if not _SECRET.search(name)},
            start_new_session=True,  # Ctrl-C is for this process: it ends the other
        )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            process.stdin.close()
        process.kill()
        process.wait()
        process.stdout.close()


def _here(message: RawMessage) -> Intake:
    return take_in(message.raw, message.uid, message.flags, message.internal_date)


class _Reader(pickle.Unpickler):
    """Knows our own classes and dates, whatever the other process was talked into."""

    def find_class(self, module: str, name: str):
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        package, _dot, rest = module.partition(".")
        # What is called core over there is a package of Odoo's here.
        here = importlib.import_module(f".{rest}", __package__) if package == "core" else None
        found = getattr(here, name, None)
        if not isinstance(found, type) or found.__module__ != getattr(here, "__name__", ""):
            raise pickle.UnpicklingError(f"{module}.{name} is not expected.")
        return found


def _write(stream, value) -> None:
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(SIZE.pack(len(data)))
    stream.write(data)
    stream.flush()


def _read(stream) -> bytes:
    (size,) = SIZE.unpack(_exactly(stream, SIZE.size))
    return _exactly(stream, size)


def _exactly(stream, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


# ---- the other side --------------------------------------------------------------------------


def serve() -> None:
    """Answer orders on standard input until it ends."""
    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            wanted = pickle.loads(_read(orders))
        except EOFError:
            return
        found = [take_in(*order) for order in wanted]
        for intake in found:
            object.__setattr__(intake, "raw", b"")
        _write(answers, found)
