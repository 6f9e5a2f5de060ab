"""Two copies of one mail are recognised as one, and two mails never as one."""

import base64

import pytest

from core.mime import content_hash, parse

MAIL = (
    b"From: Jane <jane@example.org>\r\nTo: joe@example.com\r\nSubject: Offer for you\r\n"
    b"Date: Mon, 1 Jan 2024 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDear Joe,\r\nza\xc5\xbc.\r\n"
    b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n--b--\r\n"
)
TEXT = base64.b64encode("Dear Joe,\r\nzaż.\r\n".encode())


@pytest.mark.parametrize(
    "copy",
    [
        b"Received: from x by y; Mon, 1 Jan 2024 10:00:01 +0100\r\nX-Spam: no\r\n" + MAIL,
        MAIL.replace(b"\r\n", b"\n"),
        MAIL.replace(b"+0100", b"+0100 (CET)"),
        MAIL.replace(b"10:00:00 +0100", b"09:00:00 +0000"),
        MAIL.replace(b"boundary=b", b'boundary="b"'),
        MAIL.replace(b"Offer for you", b"Offer\r\n for you"),
        MAIL.replace(b"Offer for you", b"=?utf-8?q?Offer_for_you?="),
        MAIL.replace(b"jane@example.org", b"Jane@Example.org"),
        MAIL.replace(b"Jane <", b'"Jane" <'),
        MAIL.replace(b"To: joe", b"Message-ID: <x@y>\r\nTo: ann"),
        MAIL.replace(b"Dear Joe,\r\nza", b"Dear  Joe, za"),
        MAIL.replace(b"\xc5\xbc", b"\xbf").replace(b"utf-8", b"iso-8859-2"),
        MAIL.replace(b"charset=utf-8\r\n\r\nDear Joe,\r\nza\xc5\xbc.", b"charset=utf-8\r\n"
                     b"Content-Transfer-Encoding: base64\r\n\r\n" + TEXT),
        MAIL + b"\r\n\r\n",
    ],
)  # fmt: skip
def test_a_copy_is_recognised_whatever_the_servers_did_to_it(copy):
    assert copy != MAIL
    assert parse(copy).content_hash == parse(MAIL).content_hash


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"jane@", b"anna@"),
        MAIL.replace(b"10:00:00", b"10:00:01"),
        MAIL.replace(b"Offer", b"Order"),
        MAIL.replace(b"Dear", b"Hi"),
        MAIL.replace(b"%PDF", b"%PDG"),
        MAIL.replace(b"application/pdf; name=a.pdf\r\n\r\n%PDF", b"text/plain\r\n\r\n%PDF"),
        MAIL.replace(b"text/plain", b"text/html"),
    ],
)
def test_another_mail_is_another(other):
    assert parse(other).content_hash != parse(MAIL).content_hash


def test_the_hash_can_be_had_from_a_parsed_mail():
    parsed = parse(MAIL)
    assert content_hash(parsed) == parsed.content_hash
    assert len(parsed.content_hash) == 64
