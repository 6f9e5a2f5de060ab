"""docs/scaling.md: the capacity model, counted with what ``make bench`` measured last."""

from __future__ import annotations

import json
import math
from pathlib import Path

from dev.paths import ROOT

SOURCE = ROOT / "docs" / "scaling.md.in"
TARGET = ROOT / "docs" / "scaling.md"
LATEST = ROOT / "benchmarks" / "latest.json"
#: Until a row was measured: from small runs. CPU milliseconds and bytes.
ESTIMATES = {
    "sync": {"odoo_ms": 4.5, "postgresql_ms": 1.2, "table_bytes": 14_000, "index_bytes": 5_000,
             "files_bytes": 46_000},
    "queue": {"odoo_ms": 8.0, "postgresql_ms": 3.0},
    "idle": {"odoo_ms": 25.0, "postgresql_ms": 5.0, "statements": 30},
}  # fmt: skip
MAILBOXES = (100, 10_000, 1_000_000)
RECEIVED, SENT = 40, 10  # mails a day and mailbox
POLLS, LISTENED = 360, 96 + RECEIVED  # passes a day: every 240 s; every 900 s and for each mail
DAY, LOAD = 86_400, 0.3
COUNTS = ("no", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
SHARES = ((0.15, "a tenth"), (0.22, "a fifth"), (0.29, "a quarter"), (0.41, "a third"),
          (0.58, "half"), (0.7, "two thirds"), (0.8, "three quarters"),
          (2, "nearly all"))  # fmt: skip


def measured(path: Path = LATEST) -> tuple[dict[str, dict[str, float]], list[str]]:
    """Row → its facts, and the rows of which there are estimates alone."""
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"] if path.exists() else {}
    facts, guessed = {}, []
    for name, estimates in ESTIMATES.items():
        found = rows.get(name, {}).get("facts", {})
        if not estimates.keys() <= found.keys():
            guessed.append(name)
        facts[name] = {**estimates, **found}
    return facts, guessed


def number(value: float) -> str:
    """Three digits that count, two below one."""
    if not value:
        return "0"
    places = 1 - math.floor(math.log10(value)) + (value >= 1)
    text = f"{round(value, places):,.{max(places, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(size: float) -> str:
    for unit in ("B", "kB", "MB", "GB", "TB", "PB"):
        if size < 1000:
            return f"{number(size)} {unit}"
        size /= 1000
    return f"{number(size)} EB"


def time(seconds: float) -> str:
    """Core hours, days or years."""
    for unit, length in (("years", 365 * DAY), ("days", DAY)):
        if seconds >= length:
            return f"{number(seconds / length)} core {unit}"
    return f"{number(seconds / 3600)} core hours"


def share(part: float) -> str:
    return next(words for limit, words in SHARES if part < limit)


def words(facts: dict[str, dict[str, float]], guessed: list[str]) -> dict[str, str]:
    """The placeholders of the source. All times in milliseconds, of a day in seconds."""
    sync, queue, idle = facts["sync"], facts["queue"], facts["idle"]
    receive = sync["odoo_ms"] + sync["postgresql_ms"]
    send = queue["odoo_ms"] + queue["postgresql_ms"]
    one_pass = idle["odoo_ms"] + idle["postgresql_ms"]
    mails = (RECEIVED * receive + SENT * send) / 1000
    passes = POLLS * one_pass / 1000
    polled, listened = mails + passes, mails + LISTENED * one_pass / 1000
    row = sync["table_bytes"] + sync["index_bytes"]
    year = (RECEIVED + SENT) * 365
    cores = [count * polled / DAY / LOAD for count in MAILBOXES]
    listeners = [count * listened / DAY / LOAD for count in MAILBOXES]
    postgresql = (POLLS * idle["postgresql_ms"] + RECEIVED * sync["postgresql_ms"]) / 1000
    reading = 1.0  # seconds a day of 50 pages and 50 opened mails

    def columns(text, values) -> str:
        return " | ".join(map(text, values))

    return {
        "sources": (
            "Estimates from small runs\nstand for what a whole run has not told yet: rows *"
            + "*, *".join(guessed) + "*."
            if guessed else "All of them are measured."
        ),
        "receive_odoo": number(sync["odoo_ms"]),
        "receive_postgresql": number(sync["postgresql_ms"]),
        "receive": number(receive),
        "send_odoo": number(queue["odoo_ms"]),
        "send_postgresql": number(queue["postgresql_ms"]),
        "send": number(send),
        "pass_odoo": number(idle["odoo_ms"]),
        "pass_postgresql": number(idle["postgresql_ms"]),
        "one_pass": number(one_pass),
        "statements": number(idle["statements"]),
        "table": number(sync["table_bytes"] / 1000),
        "index": number(sync["index_bytes"] / 1000),
        "files": number(sync["files_bytes"] / 1000),
        "row": number(row / 1000),
        "receive_day": number(RECEIVED * receive / 1000),
        "send_day": number(SENT * send / 1000),
        "passes_day": number(passes),
        "passes_share": share(passes / polled),
        "polled": number(polled),
        "listened": number(listened),
        "polled_seconds": columns(number, [count * polled for count in MAILBOXES]),
        "listened_seconds": columns(number, [count * listened for count in MAILBOXES]),
        "polled_cores": columns(number, cores),
        "listened_cores": columns(number, listeners),
        "database_year": columns(amount, [count * year * row for count in MAILBOXES]),
        "filestore_year": columns(
            amount, [count * year * sync["files_bytes"] for count in MAILBOXES]
        ),
        "first_import": columns(time, [count * 10_000 * receive / 1000 for count in MAILBOXES]),
        "polled_per_core": number(DAY * LOAD / polled),
        "listened_per_core": number(DAY * LOAD / listened),
        "per_second": number(1000 / receive),
        "cores_10k": number(cores[1]),
        "cores_1m": number(cores[2]),
        "listened_1m": number(listeners[2]),
        # One may be away.
        "machines": COUNTS[min(max(math.ceil(cores[1] / 4), 1) + 1, len(COUNTS) - 1)],
        "postgresql_10k": number(
            MAILBOXES[1] * (postgresql + SENT * queue["postgresql_ms"] / 1000) / DAY / LOAD
        ),
        "index_year": amount(MAILBOXES[1] * year * sync["index_bytes"]),
        "index_month": amount(MAILBOXES[1] * year * sync["index_bytes"] / 12),
        "postgresql_day": number(postgresql),
        "replica_share": share(reading / (reading + postgresql)),
    }


def page() -> str:
    return SOURCE.read_text(encoding="utf-8").format_map(words(*measured()))
