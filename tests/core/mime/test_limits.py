"""What is beyond the limits is refused with its reason, and names of files deceive nobody."""

import base64
import io
import struct
import zipfile

import pytest

from core.intake import take_in
from core.mime import Limits, Unparsable, danger, parse
from core.mime.filename import clean

from .tnef_writer import attribute, properties, tnef

HEAD = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\n"


def multipart(*parts: bytes, head: bytes = HEAD) -> bytes:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return head + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + body + b"--b--\r\n"


def nested(depth: int) -> bytes:
    raw = b"Content-Type: text/plain\r\n\r\nwords"
    for number in range(depth):
        mark = f"b{number}".encode()
        raw = (b'Content-Type: multipart/mixed; boundary="' + mark + b'"\r\n\r\n--' + mark
               + b"\r\n" + raw + b"\r\n--" + mark + b"--\r\n")  # fmt: skip
    return HEAD + raw


TOO_MUCH = {
    "size": (HEAD + b"\r\n" + b"x" * 5000, Limits(size=4096), "larger than 4096 bytes"),
    "header": (HEAD + b"X: " + b"y" * 5000 + b"\r\n\r\nz", Limits(header_bytes=4096), "longer"),
    "fields": (HEAD + b"X: y\r\n" * 50 + b"\r\nz", Limits(header_count=40), "more than 40 fields"),
    "parts": (multipart(*[b"\r\nx"] * 50), Limits(parts=40), "more than 40 parts"),
    "nesting": (nested(12), Limits(depth=10), "deeper than 10 levels"),
    "addresses": (
        HEAD + b"Cc: " + b", ".join([b"a@b.example"] * 50) + b"\r\n\r\nz",
        Limits(addresses=40), "more than 40 addresses",
    ),
    "encoded words": (
        HEAD + b"X: " + b" ".join([b"=?utf-8?q?a?="] * 50) + b"\r\n\r\nz",
        Limits(encoded_words=20), "more than 20 encoded words",
    ),
    "time": (multipart(*[b"\r\nx"] * 50), Limits(seconds=0), "takes longer than 0 seconds"),
}  # fmt: skip


@pytest.mark.parametrize("name", TOO_MUCH)
def test_a_mail_beyond_a_limit_is_refused_with_the_reason(name):
    raw, limits, reason = TOO_MUCH[name]
    parse(raw)  # by the usual limits it is an ordinary mail
    with pytest.raises(Unparsable, match=reason):
        parse(raw, limits)


def compressed_run(size: int) -> bytes:
    """So many times the letter A as Outlook compresses rich text (MS-OXRTFCP): 1 to 8."""
    write, made = 207, 1  # after the dictionary that every text begins with
    groups = [bytearray(b"\xfeA")]
    write += 1
    while made < size:
        if len(groups[-1]) >= (16 if len(groups) == 1 else 17):
            groups.append(bytearray(b"\xff"))
        groups[-1] += struct.pack(">H", ((write - 1) % 4096) << 4 | 15)
        write, made = (write + 17) % 4096, made + 17
    data = b"".join(groups)
    return struct.pack("<II4sI", len(data) + 12, size, b"LZFu", 0) + data


def a_bomb() -> bytes:
    """Winmail files of a few hundred kilobytes that unpack to megabytes each."""
    rtf = properties((0x102, 0x1009, compressed_run(4_000_000)))
    packed = base64.encodebytes(tnef(attribute(1, 0x9003, rtf)))
    part = (b"Content-Type: application/ms-tnef; name=winmail.dat\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" + packed)  # fmt: skip
    return multipart(*[part] * 12)


def test_a_mail_that_unpacks_to_far_more_than_was_sent_goes_to_quarantine():
    raw = a_bomb()
    intake = take_in(raw)
    assert not intake.mail
    assert intake.error == "The message unpacks to far more than what was sent."
    assert intake.raw == raw


def test_archives_are_not_unpacked():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 5_000_000)
    part = (b'Content-Type: application/zip; name="z.zip"\r\nContent-Transfer-Encoding: base64'
            b"\r\n\r\n" + base64.encodebytes(packed.getvalue()))  # fmt: skip
    (file,) = parse(multipart(part)).attachments
    assert file.content == packed.getvalue()


NAMES = {
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\system32\\x.dll": "x.dll",
    "/absolute/x.pdf": "x.pdf",
    "C:\\x.pdf": "x.pdf",
    "a\0b\r\nc\x1b[31m.txt": "ab c[31m.txt",
    "invoice\u202efdp.exe": "invoicefdp.exe",
    "a\u2066b\u2069\u200b\ufeff.txt": "ab.txt",
    "CON": "_CON",
    "nul.txt": "_nul.txt",
    " . .. ": "",
    'a"b<c>|?*.txt': "a_b_c_.txt",
    "x.txt. . .": "x.txt",
    "%2e%2e%2fx": "%2e%2e%2fx",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_has_no_path_no_control_and_no_turned_direction(name):
    assert clean(name) == NAMES[name]


def test_a_program_that_is_named_like_a_document_is_warned_of():
    for name in ("invoice.pdf.exe", "photo.JPG.scr", "a.docx . js", "x.pdf.LNK", "y.txt.hta.",
                 clean("list\u202e.xls.vbs")):  # fmt: skip
        assert danger(name) == "disguised", name
    for name in ("setup.exe", "macro.docm", "disk.iso", "a.b.c.ps1"):
        assert danger(name) == "program", name
    for name in ("invoice.pdf", "archive.tar.gz", "exe", "readme", "v1.2.pdf", "", "a.exe.pdf"):
        assert danger(name) == "", name
