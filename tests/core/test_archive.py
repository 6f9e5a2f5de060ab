"""Mail in files: nothing is lost, nothing is unpacked that would fill the machine."""

import contextlib
import io
import mailbox
import random
import struct
import tracemalloc
import zipfile
from email.message import EmailMessage

import pytest

from core.archive import (
    ArchiveError,
    kind_of,
    opened,
    read_files,
    read_mbox,
    read_zip,
    zip_size,
    zipped,
)


def mail(number, body="hello"):
    return (f"From: a@x.example\nSubject: Mail {number}\nMessage-ID: <{number}@x.example>\n\n"
            f"{body}\n").encode()


def mbox(*mails, end=b"\n"):
    return b"".join(b"From a@x.example Mon Nov 30 05:00:00 2026\n" + one + end for one in mails)


def subjects(found):
    return [one.raw.split(b"Subject: ")[1].split(b"\n")[0].decode().strip() for one in found
            if one.raw]


def zipped_of(members, compression=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    file.seek(0)
    return file


def test_what_python_writes_is_read_back_word_for_word(tmp_path):
    box = mailbox.mbox(tmp_path / "box")
    written = []
    for number in range(20):
        message = EmailMessage()
        message["Subject"] = f"Mail {number}"
        message.set_content("Hello\nFrom here on it is a sentence.\n\nFrom me to you\nend\n")
        box.add(message)
        written.append(message.as_bytes())
    box.flush()
    found = list(read_mbox(io.BytesIO((tmp_path / "box").read_bytes())))
    assert [one.raw for one in found] == written


def test_reading_goes_on_at_every_place_where_it_was_left():
    data = mbox(*(mail(number, "x\n\nFrom the start\n" * number) for number in range(8)))
    whole = list(read_mbox(io.BytesIO(data)))
    for number, one in enumerate(whole):
        rest = list(read_mbox(io.BytesIO(data), one.after))
        assert [r.raw for r in rest] == [w.raw for w in whole[number + 1 :]]
    assert whole[-1].after == len(data)


def test_a_sentence_that_begins_with_from_divides_no_mail():
    data = mbox(mail(1, "One.\n\nFrom now on: nothing.\n\nFrom Anna, with love.\n"), mail(2))
    assert subjects(read_mbox(io.BytesIO(data))) == ["Mail 1", "Mail 2"]


def test_windows_line_ends_and_a_cut_off_end():
    data = mbox(mail(1), mail(2)).replace(b"\n", b"\r\n")
    assert subjects(read_mbox(io.BytesIO(data))) == ["Mail 1", "Mail 2"]
    assert len(list(read_mbox(io.BytesIO(data[:-20])))) == 2


def test_a_mail_that_is_too_large_is_named_and_the_next_is_read():
    data = mbox(mail(1), mail(2, "x" * 5000), mail(3))
    found = list(read_mbox(io.BytesIO(data), limit=1000))
    assert [one.error for one in found] == ["", "too_large", ""]
    assert subjects(found) == ["Mail 1", "Mail 3"]


def test_an_endless_line_takes_no_endless_memory():
    class Counting(io.BytesIO):
        longest = 0

        def readline(self, size=-1):
            line = super().readline(size)
            self.longest = max(self.longest, len(line))
            return line

    stream = Counting(mbox(mail(1, "y" * 1_000_000)))
    assert len(list(read_mbox(stream))[0].raw) > 1_000_000
    assert stream.longest <= 64 * 1024


@pytest.mark.parametrize(
    ("header", "flags", "skipped"),
    [
        ("", {"\\Seen"}, False),
        ("Status: O\n", set(), False),
        ("Status: RO\nX-Status: F\n", {"\\Seen", "\\Flagged"}, False),
        ("X-Mozilla-Status: 0000\n", set(), False),
        ("X-Mozilla-Status: 0005\n", {"\\Seen", "\\Flagged"}, False),
        ("X-Mozilla-Status: 0009\n", {"\\Seen"}, True),
    ],
)
def test_what_the_other_program_noted_is_kept(header, flags, skipped):
    one = next(read_mbox(io.BytesIO(mbox(header.encode() + mail(1)))))
    assert (set(one.flags), one.skip) == (flags, skipped)


def test_a_maildir_and_eml_files_in_a_zip():
    file = zipped_of({
        "Mail/cur/1.a:2,S": mail(1), "Mail/cur/2.a:2,FS": mail(2), "Mail/new/3.a": mail(3),
        "Mail/tmp/4.a": mail(4), "Mail/cur/5.a:2,ST": mail(5), "six.eml": mail(6),
        "readme.txt": b"no mail", "__MACOSX/._six.eml": b"x", "dovecot.index": b"\x00",
    })
    found = list(read_zip(file))
    assert subjects(found) == ["Mail 1", "Mail 2", "Mail 3", "Mail 6"]
    assert [set(one.flags) for one in found if one.raw] == [
        {"\\Seen"}, {"\\Seen", "\\Flagged"}, set(), {"\\Seen"},
    ]
    assert subjects(read_zip(file, found[1].after)) == ["Mail 3", "Mail 6"]


def thunderbird():
    """A profile's folder of mail, packed: mbox files without an ending, in folders of folders."""
    deleted = b"X-Mozilla-Status: 0009\n" + mail(99)
    return {
        "Mail/Local Folders/Inbox": mbox(mail(1), deleted, mail(2)),
        "Mail/Local Folders/Inbox.msf": b"// <!-- <mdb:mork:z v=\"1.4\"/> -->\n",
        "Mail/Local Folders/Archives": b"",
        "Mail/Local Folders/Archives.sbd/2023": mbox(mail(3)).replace(
            b"From a@x.example", b"From - "),
        "Mail/Local Folders/notes.txt": b"From the beginning it was clear\n",
        "Takeout/Mail/All mail.mbox": mbox(mail(4), mail(5)),
        "Mail/loose.eml": mail(6),
        "__MACOSX/Mail/Local Folders/._Inbox": b"From x Mon Nov 30 05:00:00 2026\n",
    }


def test_the_folders_of_thunderbird_and_a_takeout_in_a_zip():
    file = zipped_of(thunderbird())
    found = list(read_zip(file))
    assert subjects(found) == [f"Mail {n}" for n in range(1, 7)]
    assert found[-1].after == zip_size(file)


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_reading_a_zip_goes_on_at_every_place_where_it_was_left(compression):
    file = zipped_of(thunderbird(), compression)
    whole = list(read_zip(file))
    assert [one.after for one in whole] == sorted(one.after for one in whole)
    for number, one in enumerate(whole):
        rest = [r.raw for r in read_zip(file, one.after) if r.raw]
        assert rest == [w.raw for w in whole[number + 1 :] if w.raw]


def test_a_damaged_or_locked_mbox_in_a_zip_is_named_and_the_rest_is_read():
    data = zipped_of({"Inbox": mbox(*(mail(n, f"{n}" * 999) for n in range(200))),
                      "Sent": mbox(mail(1000))}, zipfile.ZIP_STORED).getvalue()
    damaged = bytearray(data)
    damaged[len(data) // 2] ^= 0xFF  # its checksum is wrong now
    found = list(read_zip(io.BytesIO(bytes(damaged))))
    assert [one.name for one in found if one.error == "broken"] == ["Inbox"]
    assert subjects(found)[-1] == "Mail 1000"
    locked = bytearray(data)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[data.index(signature) + place] |= 1
    found = list(read_zip(io.BytesIO(bytes(locked))))
    assert [(one.error, one.name) for one in found if one.error] == [("encrypted", "Inbox")]
    assert subjects(found) == ["Mail 1000"]


def test_a_bomb_that_calls_itself_an_mbox_is_named():
    head = b"From a@x.example Mon Nov 30 05:00:00 2026\n"
    file = zipped_of({"Inbox": head + b"\n" * 50_000_000, "Sent": mbox(mail(1))})
    found = list(read_zip(file))
    assert [one.error for one in found] == ["ratio", ""]


def test_names_that_climb_are_only_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = zipped_of({"../../../etc/evil.eml": mail(1), "/abs/cur/x:2,S": mail(2),
                      "C:\\cur\\y.eml": mail(3)})
    assert subjects(read_zip(file)) == ["Mail 1", "Mail 2", "Mail 3"]
    assert not list(tmp_path.iterdir())


def test_a_bomb_is_named_and_the_rest_is_read():
    file = zipped_of({"a.eml": mail(1), "bomb.eml": b"\0" * 50_000_000, "b.eml": mail(2)})
    found = list(read_zip(file))
    assert [one.error for one in found] == ["", "ratio", ""]
    assert subjects(found) == ["Mail 1", "Mail 2"]


def test_a_bomb_that_lies_about_its_size_is_stopped():
    data = zipped_of({"bomb.eml": b"\0" * 50_000_000}).getvalue()
    size = (50_000_000).to_bytes(4, "little")
    file = io.BytesIO(data.replace(size, (1000).to_bytes(4, "little")))
    found = list(read_zip(file))
    assert len(found) == 1
    assert len(found[0].raw) <= 1000


def test_too_many_members_and_a_broken_file_are_refused(monkeypatch):
    monkeypatch.setattr(zipped, "COUNT_MAX", 3)
    with pytest.raises(ArchiveError, match="too_many"):
        list(read_zip(zipped_of({f"{n}.eml": b"x" for n in range(4)})))
    with pytest.raises(ArchiveError, match="broken"):
        list(read_zip(io.BytesIO(b"PK\x03\x04 and nothing more")))


def test_more_members_than_the_end_record_admits_are_not_collected(monkeypatch):
    monkeypatch.setattr(zipped, "COUNT_MAX", 3)
    data = bytearray(zipped_of({f"{n}.eml": b"x" for n in range(500)}).getvalue())
    data[-14:-10] = struct.pack("<HH", 2, 2)
    made = []
    original = zipfile.ZipInfo.__init__

    def init(self, *args, **options):
        made.append(self)
        original(self, *args, **options)

    monkeypatch.setattr(zipfile.ZipInfo, "__init__", init)
    with pytest.raises(ArchiveError, match="too_many"):
        list(read_zip(io.BytesIO(bytes(data))))
    assert len(made) <= 4


@pytest.mark.parametrize("zip64", [False, True])
def test_a_directory_that_is_too_large_is_not_read(monkeypatch, zip64):
    class Counting(io.BytesIO):
        largest = 0

        def read(self, size=-1):
            self.largest = max(self.largest, size)
            return super().read(size)

    monkeypatch.setattr(zipped, "COUNT_MAX", 10)
    if zip64:
        monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
    data = zipped_of({f"{'n' * 2000}{n}.eml": b"x" for n in range(9)}).getvalue()
    assert (b"PK\x06\x06" in data) == zip64
    stream = Counting(data)
    with pytest.raises(ArchiveError, match="too_many"):
        list(read_zip(stream))
    assert stream.largest <= 10 * 300


def test_a_mail_of_very_many_short_lines_takes_not_much_more_than_its_bytes():
    stream = io.BytesIO(mbox(mail(1, "a\n" * 200_000)))
    tracemalloc.start()
    (one,) = read_mbox(stream)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * len(one.raw)


def test_an_encrypted_and_a_damaged_member_do_not_stop_the_rest():
    data = bytearray(zipped_of({"a.eml": mail(1) * 50, "b.eml": mail(2)}).getvalue())
    data[60:70] = b"\xff" * 10
    found = list(read_zip(io.BytesIO(bytes(data))))
    assert found[0].error == "broken"
    assert subjects(found) == ["Mail 2"]


def test_random_damage_never_raises_anything_else():
    source = random.Random(1)
    for original in (zipped_of({"a.eml": mail(1), "b.eml": mail(2) * 30}).getvalue(),
                     zipped_of({"Inbox": mbox(mail(1), mail(2)), "b.eml": mail(3)}).getvalue(),
                     mbox(mail(1), mail(2))):
        for _round in range(300):
            data = bytearray(original)
            for _byte in range(source.randint(1, 8)):
                data[source.randrange(len(data))] = source.randrange(256)
            read = read_zip if original[:2] == b"PK" else read_mbox
            with contextlib.suppress(ArchiveError):
                list(read(io.BytesIO(bytes(data))))


@pytest.mark.parametrize(
    ("head", "kind"),
    [(b"PK\x03\x04rest", "zip"), (b"From a@b Mon", "mbox"), (b"Received: x", "eml"),
     (b"\xef\xbb\xbfSubject: x", "eml"), (b"\x89PNG", ""), (b"", ""), (b"Hello world", "")],
)
def test_the_kind_of_a_file_is_seen_in_its_content(head, kind):
    assert kind_of(head) == kind


def in_parts(data, size):
    parts = [data[n : n + size] for n in range(0, len(data), size)]
    return opened([len(part) for part in parts], parts.__getitem__)


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_a_file_in_parts_is_read_as_one(size):
    box = mbox(*(mail(number) for number in range(5)))
    assert subjects(read_mbox(in_parts(box, size))) == [f"Mail {n}" for n in range(5)]
    packed = zipped_of({f"{n}.eml": mail(n) for n in range(5)}).getvalue()
    assert subjects(read_zip(in_parts(packed, size))) == [f"Mail {n}" for n in range(5)]


def test_many_single_files_go_on_at_any_of_them():
    mails = [mail(1), b"  ", mail(2, "x" * 5000), mail(3)]
    sizes = [len(one) for one in mails]
    found = list(read_files(in_parts(b"".join(mails), 100), sizes, limit=1000))
    assert subjects(found) == ["Mail 1", "Mail 3"]
    assert [one.error for one in found] == ["", "", "too_large", ""]
    assert subjects(read_files(in_parts(b"".join(mails), 100), sizes, 3)) == ["Mail 3"]
