"""Large files are decoded when they are wanted; what comes out is the same."""

import base64
import hashlib
import random
import sys

import pytest

from core.beside import Beside
from core.imap import RawMessage
from core.intake import take_in
from core.mime import parse
from core.mime.late import LateAttachment, measured

DATA = random.Random(5).randbytes(1_700_000)
ENCODED = base64.encodebytes(DATA).replace(b"\n", b"\r\n")


def mail(body, content_type=b"application/zip"):
    return (
        b"From: Eve <eve@x.example>\r\nSubject: Files\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHere it is.\r\n--b\r\n"
        b"Content-Type: " + content_type + b"; name=all.zip\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + body + b"\r\n--b--\r\n"
    )


@pytest.fixture
def eager(monkeypatch):
    """The same mail, with its files decoded at once."""
    def parsed(raw):
        with monkeypatch.context() as patch:
            patch.setattr(sys.modules["core.mime.parse"], "_LATE", 1 << 40)
            return parse(raw)

    return parsed


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_a_large_file_is_the_same_as_if_it_had_been_decoded_at_once(eager, cut):
    raw = mail(base64.encodebytes(DATA[cut:]))
    found, wanted = parse(raw), eager(raw)
    (file,), (other,) = found.attachments, wanted.attachments
    assert isinstance(file, LateAttachment) and not isinstance(other, LateAttachment)
    assert (file.content, file.size) == (DATA[cut:], len(DATA) - cut)
    assert (file.filename, file.content_type, file.content_id, file.inline) == (
        other.filename, other.content_type, other.content_id, other.inline
    )
    assert found.content_hash == wanted.content_hash


@pytest.mark.parametrize("body", [
    ENCODED.replace(b"AB", b"A!", 1), ENCODED.rstrip(b"\r\n=") + b"A",
    ENCODED + ENCODED, ENCODED.rstrip(b"\r\n=")[:-1] + b"=" + ENCODED,
], ids=["junk", "no padding", "two in a row", "padding in the middle"])  # fmt: skip
def test_base64_that_is_not_as_it_should_be_is_repaired_as_ever(eager, body):
    raw = mail(body)
    found, wanted = parse(raw), eager(raw)
    assert found.attachments[0].content == wanted.attachments[0].content
    assert found.content_hash == wanted.content_hash


def test_what_has_to_be_looked_into_is_decoded_at_once():
    text = base64.encodebytes(b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n" + b"x" * 2_000_000)
    assert parse(mail(text, b"text/calendar")).kind == "invitation"
    packed = base64.encodebytes(b"\x78\x9f\x3e\x22" + b"x" * 2_000_000)
    assert not isinstance(parse(mail(packed)).attachments[0], LateAttachment)


def test_pieces_end_anywhere(monkeypatch):
    for piece in (3, 64, 77, 1000):
        monkeypatch.setattr("core.mime.late.PIECE", piece)
        data = DATA[:5000]
        found = measured(memoryview(base64.encodebytes(data).replace(b"\n", b"\r\n")))
        assert found == (5000, hashlib.sha256(data).digest())


def test_a_large_file_comes_back_whole_from_the_process_beside():
    raw = mail(ENCODED)
    with Beside() as beside:
        (found,) = beside.submit([RawMessage(7, raw, frozenset(), None, len(raw))]).result()
    assert found == take_in(raw, 7)
    assert found.mail.attachments[0].content == DATA
