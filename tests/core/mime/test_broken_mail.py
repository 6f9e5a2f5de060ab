"""Whatever arrives: it is read or refused with a reason, quickly, and never takes the run down."""

import glob
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.mime import Limits, ParsedMail, Unparsable, parse, parse_addresses

from .broken_messages import BROKEN, HOSTILE


def texts_of(mail: ParsedMail):
    """Every str that a parsed mail holds."""
    yield from (mail.message_id, mail.subject, mail.text, mail.html, mail.content_hash, mail.kind)
    yield from mail.in_reply_to + mail.references + mail.defects
    everybody = mail.from_ + mail.reply_to + mail.to + mail.cc + mail.bcc
    for address in everybody + ((mail.sender,) if mail.sender else ()):
        yield from (address.name, address.email, str(address), address.ascii, address.key)
    for attachment in mail.attachments:
        yield from (attachment.filename, attachment.content_type, attachment.content_id or "")
    for pair in mail.headers:
        yield from pair
    if mail.report:
        yield mail.report.original_message_id
        for recipient in mail.report.recipients:
            yield from (recipient.address, recipient.action, recipient.status)
            yield recipient.diagnostic


def assert_storable(mail: ParsedMail) -> None:
    """PostgreSQL takes every text; every file has a name that is safe to save under."""
    for text in texts_of(mail):
        assert "\0" not in text
        text.encode("utf-8")
    for one_line in (mail.subject, mail.message_id, *(value for _, value in mail.headers)):
        assert "\n" not in one_line and "\r" not in one_line
    for attachment in mail.attachments:
        assert attachment.filename
        assert not set(attachment.filename) & set('/\\\r\n\t"\u202e')
        assert attachment.filename not in (".", "..")
    assert len(mail.content_hash) == 64


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_mail_is_read(name):
    assert_storable(parse(BROKEN[name]))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_ends_without_stalling_in_200_megabytes(name, run_confined):
    raw = HOSTILE[name]()

    def work():
        try:
            assert_storable(parse(raw))
        except Unparsable as refused:
            assert refused.reason
            return f"refused: {refused.reason}"
        return "read"

    outcome = run_confined(work)
    assert outcome == "read" or outcome.startswith("refused: The "), outcome
    assert "could not be read" not in outcome


def cpython_messages():
    folders = glob.glob(os.path.expanduser("~/.pyenv/versions/*/lib/python*/test/test_email/data"))
    folders += [os.path.join(path, "test", "test_email", "data") for path in sys.path if path]
    for folder in sorted(folders, reverse=True):
        found = sorted(Path(folder).glob("msg_*.txt"))
        if found:
            return found
    return []


CPYTHON = cpython_messages()


@pytest.mark.skipif(not CPYTHON, reason="this Python comes without its own test_email data")
@pytest.mark.parametrize("path", CPYTHON, ids=lambda path: path.stem)
def test_the_messages_of_pythons_own_tests_are_read(path):
    assert_storable(parse(path.read_bytes()))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(raw):
    try:
        assert_storable(parse(raw))
    except Unparsable as refused:
        assert refused.__cause__ is None


PIECES = st.sampled_from(
    [b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b";", b"=", b'"', b"<", b">", b"@", b",", b"(", b")",
     b"\0", b"\xff", b"\xc5", b"--", b"--b", b"=?utf-8?q?", b"?=", b"=?x?b?", b"From:", b"To:",
     b"Subject:", b"Date:", b"Message-ID:", b"Content-Type:", b"multipart/mixed", b"boundary=b",
     b"multipart/alternative", b"multipart/report", b"message/rfc822", b"message/delivery-status",
     b"text/html", b"text/plain", b"charset=", b"utf-16", b"format=flowed", b"filename*0*=utf-8''",
     b"Content-Transfer-Encoding:", b"base64", b"quoted-printable", b"Content-Disposition:",
     b"attachment", b"filename=", b"Content-ID:", b"a", b"a@b.c", b"Action: failed", b"xn--a"]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=120).map(b"".join))
def test_any_mixture_of_mail_syntax_is_read(raw):
    assert_storable(parse(raw))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(BROKEN)), st.data())
def test_a_mail_cut_or_damaged_anywhere_is_read(name, data):
    raw = bytearray(BROKEN[name])
    raw = raw[: data.draw(st.integers(0, len(raw)))]
    for _ in range(data.draw(st.integers(0, 5))):
        if raw:
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert_storable(parse(bytes(raw)))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_typed_text_gives_only_real_addresses(text):
    for address in parse_addresses(text):
        assert address.local and address.domain
        str(address).encode("utf-8")


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        (Limits(size=100), "larger"),
        (Limits(parts=1), "parts"),
        (Limits(depth=0), "nested"),
        (Limits(header_bytes=50), "header"),
        (Limits(header_count=2), "fields"),
        (Limits(addresses=0), "addresses"),
    ],
)
def test_a_mail_beyond_a_limit_is_refused_with_a_reason_a_person_understands(limits, word):
    with pytest.raises(Unparsable) as refused:
        parse(BROKEN["multipart, text before and after"], limits)
    assert word in refused.value.reason
    assert refused.value.reason.startswith("The ") and refused.value.reason.endswith(".")


def test_a_body_too_long_to_show_is_cut_and_attached_whole():
    raw = b"Content-Type: text/plain\r\n\r\n" + b"word " * 1000
    mail = parse(raw, Limits(body_chars=100))
    assert mail.text == ("word " * 20)
    assert [one.content for one in mail.attachments] == [b"word " * 1000]
    assert mail.defects


def test_the_confinement_stops_what_never_ends(run_confined):
    def forever():
        while True:
            pass

    assert run_confined(forever) == "killed by SIGXCPU"


def test_the_confinement_stops_what_takes_too_much_memory(run_confined):
    assert run_confined(lambda: len(b"x" * 300_000_000)).startswith("raised MemoryError")
