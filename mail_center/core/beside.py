"""Understanding mail in a process beside this one, while this one fetches and stores.

It is a bulkhead too: a mail that brings its reader down (no memory left, a fault in a library)
ends that process and not this one; the mail is then known by it and told as unreadable. That is
said of a mail only when a process that is known to work ended twice over it; where none works
(other code on the disk by now, no memory to start one) mail is understood here.
"""

from __future__ import annotations

import hashlib
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
import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from .imap import RawMessage
from .intake import Intake, take_in
from .mime.late import LateAttachment

ADDON = Path(__file__).resolve().parent.parent
# Its own import path first: what lies in the current folder is none of our business.
START = "import sys; sys.path[0] = sys.argv[1]; from core.beside import serve; serve()"
SIZE = struct.Struct(">Q")
# Seconds to start, and that an order may take: of one mail, more for each further one, and for its
# bytes. 200 mails have 40; the parser itself gives up much earlier.
START_SECONDS, MAIL_SECONDS, MORE_SECONDS, BYTES_A_SECOND = 30, 20, 0.1, 8 * 1024**2
# Seconds after which no further mail is tried alone: Odoo ends a job's process after 120.
ENOUGH_SECONDS = 45
# The other process ends itself, should this one be gone while a mail hangs there.
ALARM_SECONDS = 120
TRIAL = RawMessage(
    0, b"Subject: x\r\nContent-Type: text/html\r\n\r\n<p>x</p>", frozenset(), None, 0
)
# What it has no use for, should a mail ever get hold of it.
_SECRET = re.compile("SECRET|PASSWORD|TOKEN|KEY", re.IGNORECASE)
_PLAIN = {("datetime", "datetime"), ("datetime", "timezone"), ("datetime", "timedelta"),
          ("builtins", "frozenset"), ("builtins", "set")}  # fmt: skip


def _fingerprint() -> bytes:
    """32 bytes that stand for the code of the core as it lies on the disk."""
    core = ADDON / "core"
    found = hashlib.sha256()
    for path in sorted(core.rglob("*.py")):
        data = path.read_bytes()
        found.update(f"{path.relative_to(core)} {len(data)}\n".encode())
        found.update(data)
    return found.digest()


# Of what runs here: taken while it is loaded, an update may replace it on the disk at any time.
FINGERPRINT = _fingerprint()


class Died(Exception):
    """The process beside ended without an answer, or what it answered is none."""


class Unfit(Exception):
    """No process that understands as this one does can be had."""


class Beside:
    """``submit(raw messages)`` → a future of their intakes, in the same order.

    Fewer intakes come of it when mails hung and there was no time to try the rest: they are the
    first ones, one at least. Started with the first order; ``close()`` ends it, and what is under
    way. Used by one thread at a time.
    """

    def __init__(self, python: str = sys.executable):
        self._python = python
        self._process: subprocess.Popen | None = None
        self._fit = True
        self._closed = False
        self._lock = threading.Lock()
        self._turn = ThreadPoolExecutor(1, thread_name_prefix="mail_center beside")

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *_error) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._process:
                self._process.kill()  # nobody waits for what it does
        self._turn.shutdown(cancel_futures=True)
        self._end()

    def submit(self, messages: Iterable[RawMessage]) -> Future:
        return self._turn.submit(self._understood, list(messages))

    def alone(self, message: RawMessage) -> Intake:
        """One mail, waited for; CancelledError if closed meanwhile."""
        found = self.submit([message]).result()
        if not found:
            raise CancelledError
        return found[0]

    # ---- this side -----------------------------------------------------------------------

    def _understood(self, messages: list[RawMessage]) -> list[Intake]:
        if not messages:
            return []
        begin, found = time.monotonic(), []
        try:
            try:
                return self._asked(messages)
            except Died:
                for message in messages:
                    if self._closed or found and time.monotonic() - begin > ENOUGH_SECONDS:
                        break
                    found.append(self._alone(message))
        except Unfit:
            found += [_here(message) for message in messages[len(found) :]]
        return found

    def _alone(self, message: RawMessage) -> Intake:
        try:
            return self._asked([message])[0]
        except Died:
            return Intake(
                message.raw, uid=message.uid, flags=message.flags,
                internal_date=message.internal_date,
                error="The program that reads mail was brought down by this one.",
            )  # fmt: skip

    def _asked(self, messages: list[RawMessage]) -> list[Intake]:
        process = self._process or self._start()
        size = sum(len(message.raw) for message in messages)
        seconds = MAIL_SECONDS + MORE_SECONDS * len(messages) + size / BYTES_A_SECOND
        try:
            with _killed_after(seconds, process):
                found = _answer(process, messages)
        except Exception as error:  # whatever comes of reading what it says
            self._end()
            raise Died from error
        # The bytes are here: they did not have to come back.
        for intake, message in zip(found, messages, strict=True):
            object.__setattr__(intake, "raw", message.raw)
            for file in _late_files(intake):
                file.attach(message.raw)
        return found

    def _start(self) -> subprocess.Popen:
        """A process of the same code that has shown that it understands mail, or Unfit."""
        if not self._fit:
            raise Unfit
        try:
            with self._lock:
                if self._closed:
                    raise Died
                self._process = process = self._popen()
            with _killed_after(START_SECONDS, process):
                if _exactly(process.stdout, len(FINGERPRINT)) != FINGERPRINT:
                    raise Unfit
                if not _answer(process, [TRIAL])[0].mail:
                    raise Unfit
        except Died:
            raise
        except Exception as error:
            self._end()
            self._fit = False
            raise Unfit from error
        return process

    def _popen(self) -> subprocess.Popen:
        return subprocess.Popen(
            [self._python, "-c", START, str(ADDON)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={name: value for name, value in os.environ.items() if not _SECRET.search(name)},
            start_new_session=True,  # Ctrl-C is for this process: it ends the other
        )

    def _end(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        with suppress(OSError):
            process.stdin.close()
        process.kill()
        process.wait()
        process.stdout.close()


@contextmanager
def _killed_after(seconds: float, process: subprocess.Popen):
    watch = threading.Timer(seconds, process.kill)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _answer(process: subprocess.Popen, messages: list[RawMessage]) -> list[Intake]:
    """What the other process makes of them; any exception may come of what it says."""
    _order(process.stdin, messages)
    found = [_Reader(io.BytesIO(_read(process.stdout))).load() for _message in messages]
    if not all(isinstance(one, Intake) for one in found):
        raise ValueError("That is no answer.")
    return found


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


def _late_files(intake: Intake) -> list[LateAttachment]:
    files = intake.mail.attachments if intake.mail else ()
    return [file for file in files if isinstance(file, LateAttachment)]


def _order(stream, messages: list[RawMessage]) -> None:
    """The bytes of each after a word on all: large mail is not copied for it."""
    _write(stream, [(len(one.raw), one.uid, one.flags, one.internal_date) for one in messages])
    for one in messages:
        stream.write(one.raw)
    stream.flush()


def _ordered(stream) -> deque[tuple]:
    """What :func:`_order` wrote: the arguments of :func:`take_in` for each."""
    return deque((_exactly(stream, size), *rest) for size, *rest in pickle.loads(_read(stream)))


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
    """Say whose code this is, then answer orders on standard input until it ends."""
    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers.write(FINGERPRINT)
    answers.flush()
    alarm = getattr(signal, "alarm", lambda _seconds: None)  # Windows has none
    while True:
        try:
            wanted = _ordered(orders)
        except EOFError:
            return
        alarm(ALARM_SECONDS)
        while wanted:
            _write(answers, _away(take_in(*wanted.popleft())))
        alarm(0)


def _away(intake: Intake) -> Intake:
    """Without the mail itself, which is there where the answer goes; its memory is free."""
    for file in _late_files(intake):
        file.detach()
    object.__setattr__(intake, "raw", b"")
    return intake
