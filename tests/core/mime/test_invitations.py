"""What an invitation says is read whatever program wrote it."""

from datetime import date, datetime, timezone

import pytest

from core.intake import take_in
from core.mime import parse
from core.mime.invitation import read_invitation
from core.mime.traits import traits

from .special_messages import SPECIAL, calendar, invitation, message

OUTLOOK_ZONE = b"""BEGIN:VTIMEZONE\r
TZID:Central European Standard Time\r
BEGIN:STANDARD\r
DTSTART:16010101T030000\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r
END:STANDARD\r
BEGIN:DAYLIGHT\r
DTSTART:16010101T020000\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r
END:DAYLIGHT\r
END:VTIMEZONE\r
"""


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


def test_an_invitation_says_what_when_where_and_who():
    found = read_invitation(calendar(
        "SUMMARY:Spotkanie\\, ważne".encode(), b"DTSTART;TZID=Europe/Warsaw:20260504T100000",
        b"DTEND;TZID=Europe/Warsaw:20260504T113000", "LOCATION:Łódź\\nPiętro 2".encode(),
        b'ORGANIZER;CN="Jan Kowalski":mailto:jan@example.org', b"ATTENDEE:mailto:a@b.c",
        b"ATTENDEE:mailto:d@b.c", b"BEGIN:VALARM", b"SUMMARY:Alarm", b"END:VALARM"))  # fmt: skip
    assert found.method == "REQUEST"
    assert found.summary == "Spotkanie, ważne"
    assert (found.start, found.end) == (utc(2026, 5, 4, 8), utc(2026, 5, 4, 9, 30))
    assert found.where == "Łódź Piętro 2"
    assert found.organizer == "Jan Kowalski"
    assert found.guests == 2
    assert not found.repeats


def test_a_zone_that_only_the_invitation_describes_is_used():
    event = b"DTSTART;TZID=Central European Standard Time:20260504T100000"
    content = calendar(event).replace(b"BEGIN:VEVENT", OUTLOOK_ZONE + b"BEGIN:VEVENT")
    assert read_invitation(content).start == utc(2026, 5, 4, 8)
    content = content.replace(b"20260504", b"20261204")
    assert read_invitation(content).start == utc(2026, 12, 4, 9)


def test_a_zone_that_nobody_knows_is_told_and_the_time_left_as_it_is():
    found = read_invitation(calendar(b"DTSTART;TZID=Mars/Olympus:20260504T100000"))
    assert (found.start, found.zone) == (datetime(2026, 5, 4, 10), "Mars/Olympus")


def test_whole_days_durations_and_repetitions():
    found = read_invitation(calendar(b"DTSTART;VALUE=DATE:20260504", b"DURATION:P2D",
                                     b"RRULE:FREQ=WEEKLY"))  # fmt: skip
    assert (found.start, found.end, found.repeats) == (date(2026, 5, 4), date(2026, 5, 6), True)


def test_an_answer_says_who_answers_what():
    found = read_invitation(calendar(b"ATTENDEE;PARTSTAT=DECLINED;CN=Anna:mailto:anna@b.c",
                                     method=b"REPLY"))  # fmt: skip
    assert (found.method, found.guest, found.answer) == ("REPLY", "Anna", "DECLINED")


@pytest.mark.parametrize("name", [name for name in SPECIAL if name.startswith("invitation, ")])
def test_a_broken_invitation_is_read_as_far_as_it_goes_within_the_limits(name, run_confined):
    mail = parse(message(name))
    contents = [file.content for file in mail.attachments if file.content_type == "text/calendar"]

    def work():
        for content in contents:
            found = read_invitation(content)
            assert found is None or "\0" not in found.summary + found.where + found.zone
        return "read"

    assert run_confined(work, 2) == "read"


def test_a_zone_that_repeats_each_second_stalls_nothing(run_confined):
    hostile = OUTLOOK_ZONE.replace(b"FREQ=YEARLY", b"FREQ=SECONDLY")
    event = b"DTSTART;TZID=Central European Standard Time:20260504T100000"
    content = calendar(event).replace(b"BEGIN:VEVENT", hostile + b"BEGIN:VEVENT")
    assert run_confined(lambda: read_invitation(content).start is not None, 2) == "True"


def test_the_traits_of_a_mail_say_what_kind_it_is():
    found = {name: traits(parse(message(name))) for name in (
        "S/MIME enveloped", "S/MIME signed", "PGP message without end", "PGP/MIME",
        "S/MIME clear, cut signature", "winmail, good", "invitation, good")}  # fmt: skip
    assert found["S/MIME enveloped"] == ("encrypted", "smime")
    assert found["S/MIME signed"] == ("signed", "smime")
    assert found["PGP message without end"] == ("encrypted", "pgp")
    assert found["PGP/MIME"] == ("encrypted", "pgp")
    assert found["S/MIME clear, cut signature"] == ("signed", "smime", "damaged")
    assert found["winmail, good"] == ("winmail",)
    assert found["invitation, good"] == ("invitation",)


def test_automatic_mail_is_marked_and_a_person_is_not():
    head = b"From: a@b.c\r\nTo: d@e.f\r\n"
    auto = parse(head + b"Auto-Submitted: auto-replied\r\n\r\nAway.")
    assert traits(auto) == ("auto-reply", "no-answer")
    news = parse(head + b"List-Id: <news.b.c>\r\n\r\nNews.")
    assert traits(news) == ("list", "no-answer")
    assert traits(parse(head + b"\r\nHello.")) == ()


def test_an_invitation_is_recognised_in_a_whole_mail():
    intake = take_in(invitation("m", calendar(b"SUMMARY:Meeting", b"DTSTART:20260504T080000Z")))
    assert intake.mail.kind == "invitation"
