"""Broken and hostile messages of the kinds that are more than words and files.

Outlook's winmail.dat, S/MIME, PGP, calendars, reports, mails inside mails. `SPECIAL` maps names to
bytes, or to functions that make them where they are large.
"""

import base64
import struct

from .broken_messages import _mail, _multi, _part
from .tnef_writer import SIGNATURE, attribute, file, forwarded, tnef

SPECIAL: dict = {}


def _file_part(content: bytes, *fields: bytes) -> bytes:
    return _part(base64.encodebytes(content), b"Content-Transfer-Encoding: base64", *fields)


def with_winmail(name: str, content: bytes, text: bytes = b"See the files.") -> bytes:
    packed = _file_part(
        content, b"Content-Type: application/ms-tnef; name=winmail.dat",
        b"Content-Disposition: attachment; filename=winmail.dat")  # fmt: skip
    parts = b"--b1\r\n" + _part(text, b"Content-Type: text/plain") if text else b""
    return _multi(name, parts + b"--b1\r\n" + packed + b"--b1--\r\n")


def _winmail() -> None:
    good = tnef(file("umowa żółta.pdf", b"%PDF-1.4"), file("b.txt", b"two"))
    count = struct.pack("<I", 0xFFFFFFFF)
    nested = tnef(file("deep.txt", b"deep"))
    for _level in range(40):
        nested = tnef(forwarded("Fwd", nested))
    variants = {
        "good": good,
        "empty": b"",
        "only the signature": SIGNATURE,
        "signature of something else": b"PK\3\4" + good,
        "cut in a file": good[: len(good) - 40],
        "cut in a length": good[:30],
        "wrong checksums": good.replace(b"two\x5e\x01", b"two\0\0"),
        "rubbish at the end": good + b"\xff" * 500,
        "length beyond the end": SIGNATURE + struct.pack("<BHHI", 1, 0x800C, 0, 0xFFFFFFF0),
        "four billion properties": SIGNATURE + attribute(1, 0x9003, count),
        "four billion values":
            SIGNATURE + attribute(1, 0x9003, b"\1\0\0\0\x1f\x10\x01\x30" + count),
        "unknown code page": SIGNATURE + attribute(1, 0x9007, count + count) + good[6:],
        "unknown property type": SIGNATURE + attribute(1, 0x9003, b"\1\0\0\0\x99\0\1\x30"),
        "named property cut": SIGNATURE + attribute(1, 0x9003, b"\1\0\0\0\3\0\1\x80" + b"x" * 9),
        "path as name": tnef(file("..\\..\\evil.exe", b"MZ")),
        "null as name": tnef(file("a\0b.txt", b"x")),
        "nested forty times": nested,
        "rich text cut": SIGNATURE + attribute(
            1, 0x9003, struct.pack("<IHHII", 1, 0x102, 0x1009, 1, 20)
            + struct.pack("<II4sI", 9, 90, b"LZFu", 0) + b"\0" * 4),
    }  # fmt: skip
    for name, content in variants.items():
        SPECIAL[f"winmail, {name}"] = with_winmail(name, content)
    SPECIAL["winmail, 20 MB of tiny attributes"] = lambda: with_winmail(
        "t", SIGNATURE + attribute(1, 0x8004, b"x") * 1_700_000)  # fmt: skip
    SPECIAL["winmail, 5000 files"] = lambda: with_winmail("t", tnef(file("a", b"x") * 5000))
    bomb = struct.pack("<II4sI", 0, 2**31, b"LZFu", 0) + (b"\xff" + b"\x00\x0f" * 8) * 100_000
    SPECIAL["winmail, rich text that swells"] = lambda: with_winmail(
        "t", SIGNATURE + attribute(1, 0x9003, struct.pack(
            "<IHHII", 1, 0x102, 0x1009, 1, len(bomb)) + bomb))  # fmt: skip


def _sealed() -> None:
    kinds = {
        "enveloped": b"smime-type=enveloped-data", "signed": b"smime-type=signed-data",
        "without type": b"name=smime.p7m", "compressed": b"smime-type=compressed-data",
    }  # fmt: skip
    for name, parameter in kinds.items():
        fields = (b"Content-Type: application/pkcs7-mime; %s; name=smime.p7m\r\n"
                  b"Content-Transfer-Encoding: base64\r\n" % parameter)  # fmt: skip
        SPECIAL[f"S/MIME {name}"] = _mail(name, fields, base64.encodebytes(b"0\x80\x06\x09" * 30))
        SPECIAL[f"S/MIME {name}, no content"] = _mail(name, fields, b"")
        SPECIAL[f"S/MIME {name}, rubbish"] = _mail(name, fields, b"!!!\xff\xff")
    signature = _part(b"xx", b"Content-Type: application/pkcs7-signature; name=smime.p7s")
    words = b"--b1\r\n" + _part(b"Signed words.", b"Content-Type: text/plain")
    SPECIAL["S/MIME clear, cut signature"] = _multi("s", words + b"--b1\r\n" + signature, b"signed")
    SPECIAL["S/MIME clear, signature first"] = _multi(
        "s", b"--b1\r\n" + signature + words + b"--b1--\r\n", b"signed")  # fmt: skip
    armour = b"-----BEGIN PGP %s-----\r\n\r\nhQEMA7\r\n"
    for kind in (b"MESSAGE", b"SIGNED MESSAGE", b"PUBLIC KEY BLOCK"):
        SPECIAL[f"PGP {kind.decode().lower()} without end"] = _mail("pgp", b"", armour % kind)
    version = _part(b"Version: 1", b"Content-Type: application/pgp-encrypted")
    blob = _part(armour % b"MESSAGE", b"Content-Type: application/octet-stream")
    SPECIAL["PGP/MIME"] = _multi(
        "p", b"--b1\r\n" + version + b"--b1\r\n" + blob + b"--b1--\r\n", b"encrypted")  # fmt: skip
    SPECIAL["PGP/MIME without content"] = _multi("p", b"--b1\r\n" + version, b"encrypted")


def calendar(*lines: bytes, method: bytes = b"REQUEST") -> bytes:
    whole = (b"BEGIN:VCALENDAR", b"METHOD:" + method, b"BEGIN:VEVENT", *lines, b"END:VEVENT",
             b"END:VCALENDAR")  # fmt: skip
    return b"\r\n".join(whole) + b"\r\n"


def invitation(name: str, content: bytes) -> bytes:
    part = _part(content, b"Content-Type: text/calendar; method=REQUEST; charset=utf-8")
    return _multi(name, b"--b1\r\n" + part + b"--b1--\r\n", b"alternative")


def _calendars() -> None:
    start = b"DTSTART:20260504T080000Z"
    variants = {
        "good": calendar(b"SUMMARY:Meeting", start, b"DTEND:20260504T090000Z"),
        "empty": b"",
        "without event": b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        "never closed": b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n" + start,
        "closed twice": calendar(start) + b"END:VEVENT\r\nEND:VCALENDAR\r\n",
        "start of words": calendar(b"DTSTART:tomorrow"),
        "start empty": calendar(b"DTSTART:"),
        "start in year zero": calendar(b"DTSTART:00000101T000000Z"),
        "start at hour 99": calendar(b"DTSTART:20260504T996060Z"),
        "end before start": calendar(start, b"DTEND:20200504T080000Z"),
        "unknown zone": calendar(b"DTSTART;TZID=Mars/Olympus:20260504T080000"),
        "zone as path": calendar(b"DTSTART;TZID=../../etc/passwd:20260504T080000"),
        "lines without colon": calendar(b"SUMMARY", b"nonsense", start),
        "8-bit": calendar(b"SUMMARY:Spotkanie \xb1\xea", start),
        "null": calendar(b"SUMMARY:a\0b", start),
        "line of colons": calendar(b":" * 50_000, start),
        "quotes never closed": calendar(b'ATTENDEE;CN="x:mailto:a@b.c', start),
    }
    for name, content in variants.items():
        SPECIAL[f"invitation, {name}"] = invitation(name, content)
    SPECIAL["invitation, 100000 guests"] = lambda: invitation(
        "g", calendar(start, *[b"ATTENDEE:mailto:a@b.c"] * 100_000))  # fmt: skip
    SPECIAL["invitation, 50000 folds"] = lambda: invitation(
        "f", calendar(b"SUMMARY:a" + b"\r\n b" * 50_000, start))  # fmt: skip
    SPECIAL["invitation, 50000 nested parts"] = lambda: invitation(
        "n", b"BEGIN:VEVENT\r\n" * 50_000)  # fmt: skip


def _inside() -> None:
    inner = _mail("inner")
    for _level in range(10):
        inner = _mail("outer", b"Content-Type: message/rfc822\r\n", inner)
    SPECIAL["a mail in a mail, ten times"] = inner
    forwarded_part = _part(inner, b"Content-Type: message/rfc822")
    SPECIAL["a forwarded mail without end"] = _multi("f", b"--b1\r\n" + forwarded_part)
    SPECIAL["a forwarded mail in base64"] = _multi(
        "f", b"--b1\r\n" + _file_part(inner, b"Content-Type: message/rfc822") + b"--b1--")
    SPECIAL["a forwarded mail that is none"] = _multi(
        "f", b"--b1\r\n" + _part(b"\0\xff" * 50, b"Content-Type: message/rfc822"))  # fmt: skip
    SPECIAL["a digest"] = _multi(
        "d", b"--b1\r\n\r\n" + _mail("one") + b"\r\n--b1\r\n\r\nnot a mail\r\n--b1--", b"digest")
    status = b"Content-Type: message/delivery-status"
    for name, groups in {
        "an address that is none": b"Final-Recipient: rfc822; @@@\nAction: failed\n",
        "no address type": b"Final-Recipient: jane@example.org\nAction: failed\nStatus: 5.1.1\n",
        "an action of its own": b"Final-Recipient: rfc822; a@b.c\nAction: exploded\n",
        "a status of its own": b"Final-Recipient: rfc822; a@b.c\nAction: failed\nStatus: 9.9\n",
        "no groups": b"\n\n\n",
        "nulls": b"Final-Recipient: rfc822; a\0@b.c\nAction: failed\n",
    }.items():
        SPECIAL[f"bounce with {name}"] = _multi(
            "r", b"--b1\r\n" + _part(b"Reporting-MTA: dns; x\n\n" + groups, status) + b"--b1--",
            b"report")  # fmt: skip


_winmail()
_sealed()
_calendars()
_inside()


def message(name: str) -> bytes:
    made = SPECIAL[name]
    return made if isinstance(made, bytes) else made()
