"""Log lines as a file: JSON Lines with a header line, or CSV.

The first line of a JSON Lines file is ``{"schema": "mail_center.log", "version": 1, …}``; each of
the others is one log line. ``key`` names a line for good, so that it is imported once however
often its file is. Times are UTC, ``YYYY-MM-DDTHH:MM:SSZ``; durations are in seconds.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import IO

from .events import LEVELS, kind_of
from .redact import redact

SCHEMA = "mail_center.log"
VERSION = 1
LINE_MAX = 256 * 1024
COLUMNS = ("key", "date", "last_date", "account", "event", "level", "message", "detail",
           "correlation", "duration", "mails", "repeats", "user")
_TEXTS = {"key": 200, "account": 300, "event": 100, "message": 1000, "detail": 20_000,
          "correlation": 100, "user": 300}
_REQUIRED = ("key", "date", "event", "level", "message")
_COUNT_MAX = 2_000_000_000
_NO_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127), " ")


class LineError(ValueError):
    """A line that is not imported; ``code`` says why, one of ERRORS."""

    def __init__(self, code: str, value: str = ""):
        super().__init__(f"{code} {value}".strip())
        self.code = code
        self.value = value


ERRORS = ("too_long", "no_json", "no_object", "no_header", "version", "missing", "value")


def header(database: str, name: str, exported: datetime) -> bytes:
    """The first line of a file."""
    return dumps({"schema": SCHEMA, "version": VERSION, "database": database, "name": name,
                  "exported": stamp(exported)})


def dumps(row: dict) -> bytes:
    """One line; what is empty is left out."""
    kept = {name: value for name, value in row.items() if value not in (None, "", False)}
    return json.dumps(kept, ensure_ascii=False).encode() + b"\n"


def stamp(moment: datetime | None) -> str:
    """A naive UTC ``moment`` as text, '' for none."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def csv_lines(rows: Iterable[dict], head: bool = False) -> bytes:
    """Rows as CSV (RFC 4180) in UTF-8; with the names of the columns first if ``head``."""
    text = io.StringIO()
    writer = csv.writer(text)
    if head:
        writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_harmless(row.get(name)) for name in COLUMNS])
    return (("\ufeff" if head else "") + text.getvalue()).encode()


def _harmless(value):
    """Spreadsheets run what begins like a formula."""
    if value in (None, False):
        return ""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value


def lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """``(number from 1, line)`` of a file; None for a line over LINE_MAX, which is skipped."""
    number = 0
    while line := stream.readline(LINE_MAX + 1):
        number += 1
        if len(line) <= LINE_MAX:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(LINE_MAX)
        yield number, None


def read_header(line: bytes | None) -> dict[str, str]:
    """The ``database`` and ``name`` that a file comes from. Raises LineError."""
    try:
        values = _object(line)
    except LineError:
        raise LineError("no_header") from None
    if values.get("schema") != SCHEMA:
        raise LineError("no_header")
    if values.get("version") != VERSION:
        raise LineError("version", str(values.get("version"))[:20])
    return {name: str(values.get(name) or "")[:100] for name in ("database", "name")}


def read_line(line: bytes | None) -> dict:
    """The values of one line, complete and clean, with its ``kind``. Raises LineError."""
    values = _object(line)
    for name in _REQUIRED:
        if not values.get(name):
            raise LineError("missing", name)
    row = {name: _text(values, name, size) for name, size in _TEXTS.items()}
    if values["level"] not in LEVELS:
        raise LineError("value", "level")
    row["level"] = values["level"]
    row["kind"] = kind_of(row["event"])
    row["date"] = _moment(values, "date")
    row["last_date"] = _moment(values, "last_date")
    row["duration"] = _number(values, "duration", None)
    row["mails"] = int(_number(values, "mails", 0))
    row["repeats"] = int(_number(values, "repeats", 1)) or 1
    return row


def _object(line: bytes | None) -> dict:
    if line is None:
        raise LineError("too_long")
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        raise LineError("no_json") from None
    if not isinstance(values, dict):
        raise LineError("no_object")
    return values


def _text(values: dict, name: str, size: int) -> str | None:
    value = values.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > size:
        raise LineError("value", name)
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        raise LineError("value", name) from None
    value = value.translate(_NO_CONTROLS)
    # Whoever made the file: what looks like a password does not come in.
    return redact(value) if name in ("message", "detail") else value


def _moment(values: dict, name: str) -> datetime | None:
    value = values.get(name)
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
        if moment.tzinfo:
            moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    except (AttributeError, ValueError, OverflowError):
        raise LineError("value", name) from None
    if not 2000 <= moment.year <= 2200:
        raise LineError("value", name)
    return moment.replace(microsecond=0)


def _number(values: dict, name: str, default):
    value = values.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise LineError("value", name)
    if not math.isfinite(value) or not 0 <= value <= _COUNT_MAX:
        raise LineError("value", name)
    return value
