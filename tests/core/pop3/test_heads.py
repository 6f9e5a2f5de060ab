"""What two headers tell about two messages."""

from datetime import datetime, timezone

import pytest

from core.pop3 import head_digest, head_key, read_head, same_size

HEADER = (
    b"Received: from a by b; Tue, 24 Nov 2026 10:00:00 +0000\r\nFrom: Eve <Eve@X.example>\r\n"
    b"Date: Tue, 24 Nov 2026 11:00:00 +0100\r\nMessage-ID: <1@x.example>\r\nSubject: x\r\n\r\n"
)


def test_the_header_of_a_message_and_the_message_have_one_digest():
    assert head_digest(HEADER) == head_digest(HEADER + b"Hello\r\n\r\nworld\r\n")
    assert head_digest(HEADER) == head_digest(HEADER.replace(b"\r\n", b"\n"))
    assert head_digest(HEADER) == head_digest(HEADER.rstrip())
    assert head_digest(HEADER) != head_digest(HEADER.replace(b"from a", b"from c"))


def test_sender_and_date_are_known_whatever_the_case_and_the_time_zone():
    head = read_head(HEADER)
    assert head.message_id == "<1@x.example>"
    assert head.key == head_key("eve@x.example", datetime(2026, 11, 24, 10))
    assert head.key == head_key("EVE@x.example", datetime(2026, 11, 24, 10, tzinfo=timezone.utc))
    assert head.key != head_key("eve@x.example", None)


@pytest.mark.parametrize(
    "header", [b"", b"\xff\xfe\r\n\r\n", b"X: y\r\n" * 5000, b"Date: never\r\n"]
)
def test_a_header_that_makes_no_sense_is_told_apart_all_the_same(header):
    assert read_head(header).message_id == ""
    assert read_head(header).digest == head_digest(header)


def test_a_line_end_more_or_less_is_no_difference():
    assert same_size(100, 102)
    assert not same_size(100, 103)
