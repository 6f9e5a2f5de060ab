"""A draft on the server says all that was written so far, and is recognised again."""

import email
import email.policy
from datetime import datetime, timedelta, timezone

import pytest

from core.mime import (
    Address,
    OutgoingAttachment,
    OutgoingMail,
    build,
    draft_bytes,
    draft_mark,
    parse,
)

MARK = "0123456789abcdef"


def outgoing(**changes) -> OutgoingMail:
    values = {
        "from_": Address("Jane Doe", "jane@example.org"), "subject": "Offer",
        "html": "<p>Zażółć</p>",
        "date": datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone(timedelta(hours=2))),
        "message_id": "<abc@example.org>",
    }  # fmt: skip
    return OutgoingMail(**{**values, **changes})


def read(mail, mark=MARK):
    return email.message_from_bytes(draft_bytes(mail, mark), policy=email.policy.default)


def test_hidden_recipients_are_kept_for_whoever_goes_on_writing():
    people = (Address("Łukasz, Boss", "boss@example.com"), Address("", "eve@xn--bcher-kva.example"))
    found = read(outgoing(bcc=people, to=(Address("Joe", "joe@example.com"),)))
    assert [str(one.display_name) for one in found["Bcc"].addresses] == ["Łukasz, Boss", ""]
    assert found["To"] == "Joe <joe@example.com>"


def test_a_mail_for_nobody_yet_names_nobody():
    found = read(outgoing())
    assert found["To"] is None and found["Cc"] is None and found["Bcc"] is None
    assert found.get_body(("html",)).get_content().strip() == "<p>Zażółć</p>"


def test_an_address_that_is_not_finished_keeps_nothing_from_being_stored():
    found = read(outgoing(to=(Address("Eve", "eve@"), Address("Joe", "joe@example.com"))))
    assert found["To"] == "Joe <joe@example.com>"


def test_files_and_pictures_lie_in_the_draft():
    files = (
        OutgoingAttachment("Umowa.pdf", "application/pdf", b"%PDF"),
        OutgoingAttachment("logo.png", "image/png", b"png", content_id="logo@here"),
    )
    mail = parse(draft_bytes(outgoing(attachments=files), MARK))
    assert {file.filename for file in mail.attachments} == {"Umowa.pdf", "logo.png"}


def test_a_draft_is_recognised_by_its_mark_and_nothing_else_is():
    assert draft_mark(parse(draft_bytes(outgoing(), MARK))) == MARK
    assert draft_mark(parse(build(outgoing(to=(Address("", "joe@example.com"),))).raw)) == ""
    forged = b"X-Mail-Center-Draft: not a mark, because of its blanks\r\nSubject: x\r\n\r\nHi\r\n"
    assert draft_mark(parse(forged)) == ""


@pytest.mark.parametrize("mark", ["", "short", f"{MARK}\r\nBcc: eve@example.com", "x" * 65])
def test_a_mark_can_not_smuggle_a_field_in(mark):
    with pytest.raises(ValueError, match="mark"):
        draft_bytes(outgoing(), mark)
