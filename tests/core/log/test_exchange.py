import io
import json
from datetime import datetime

import pytest

from core.log.exchange import (
    LINE_MAX,
    LineError,
    csv_lines,
    dumps,
    header,
    lines,
    read_header,
    read_line,
)

GOOD = {
    "key": "db:1", "date": "2026-11-30T01:02:03Z", "event": "sync_failed", "level": "error",
    "message": "The server is away.", "duration": 2.5, "repeats": 312,
}


def line(**changes):
    return json.dumps({**GOOD, **changes}).encode()


def test_a_line_comes_back_as_it_was():
    row = read_line(dumps(GOOD))
    assert row["date"] == datetime(2026, 11, 30, 1, 2, 3)
    assert (row["repeats"], row["duration"], row["kind"]) == (312, 2.5, "fetching")
    assert row["detail"] is None


def test_a_file_says_where_it_comes_from():
    first = header("uuid", "production", datetime(2026, 11, 30))
    assert read_header(first) == {"database": "uuid", "name": "production"}


@pytest.mark.parametrize("first", [b"", b"[]", b"{}", b'{"schema": "other", "version": 1}', None])
def test_another_file_is_not_taken_for_a_log(first):
    with pytest.raises(LineError) as error:
        read_header(first)
    assert error.value.code == "no_header"


def test_a_file_of_a_later_version_is_refused_by_its_number():
    with pytest.raises(LineError) as error:
        read_header(b'{"schema": "mail_center.log", "version": 2}')
    assert (error.value.code, error.value.value) == ("version", "2")


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"nonsense", "no_json"),
        (b"[" * 100_000, "no_json"),
        (b"\xff\xfe", "no_json"),
        (b"[1]", "no_object"),
        (None, "too_long"),
        (line(key=""), "missing"),
        (line(message=None), "missing"),
        (line(level="fatal"), "value"),
        (line(level=["error"]), "value"),
        (line(date="yesterday"), "value"),
        (line(date="0001-01-01T00:00:00Z"), "value"),
        (line(date=5), "value"),
        (line(message="x" * 1001), "value"),
        (line(message={"a": 1}), "value"),
        (line(duration=True), "value"),
        (line(repeats=-1), "value"),
        (line(mails=10**30), "value"),
        (b'{"key":"k","date":"2026-11-30","event":"e","level":"info","message":"\\ud800"}',
         "value"),
        (line(duration=float("nan")), "value"),
    ],
)
def test_a_bad_line_is_refused_with_a_reason(bad, code):
    with pytest.raises(LineError) as error:
        read_line(bad)
    assert error.value.code == code


def test_passwords_and_control_characters_do_not_come_in():
    row = read_line(line(detail="a1 LOGIN anna hunter2\x00\x1b[31m"))
    assert "hunter2" not in row["detail"]
    assert "\x00" not in row["detail"] and "\x1b" not in row["detail"]


def test_an_endless_line_is_skipped_in_pieces_and_the_next_is_read():
    stream = io.BytesIO(b"x" * (3 * LINE_MAX) + b"\n" + b"next\n" + b"last")
    assert list(lines(stream)) == [(1, None), (2, b"next\n"), (3, b"last")]


def test_a_spreadsheet_runs_nothing():
    text = csv_lines([{"key": "k", "message": '=HYPERLINK("x")', "account": "@a"}], head=True)
    assert text.startswith("\ufeffkey,".encode())
    assert b"'=HYPERLINK" in text and b"'@a" in text
