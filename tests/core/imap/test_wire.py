"""Sequence sets, dates and response codes on the wire."""

import re
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.exceptions import ProtocolError

from core.imap import folders, wire

UIDS = st.sets(st.integers(1, 2**32 - 1) | st.integers(1, 60), max_size=80)


@given(uids=UIDS, length=st.integers(30, 200))
def test_a_sequence_set_names_exactly_the_mails_asked_for(uids, length):
    named = []
    for text, members in wire.sequence_sets(uids, length):
        assert len(text) <= length
        assert "*" not in text
        assert wire.expand_set(text, 10**6) == members
        named += members
    assert named == sorted(uids)


@pytest.mark.parametrize("uids", [[0], [-1], [2**32], [1, 2**40]])
def test_what_is_no_uid_is_refused(uids):
    with pytest.raises(ValueError, match="UID"):
        list(wire.sequence_sets(uids))


@pytest.mark.parametrize("text", ["", "1:*", "*", "1,,2", "1:2:3", "a", "1 2", "99999999999"])
def test_a_bad_sequence_set_is_refused(text):
    with pytest.raises(ValueError, match="sequence set"):
        wire.expand_set(text, 100)


def test_a_small_text_can_not_become_a_large_list():
    with pytest.raises(ValueError, match="too large"):
        wire.expand_set("1:100,1:4294967295", 1000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("01-Jan-2024 00:30:00 +0100", datetime(2023, 12, 31, 23, 30, tzinfo=timezone.utc)),
        (" 9-feb-2020 10:00:00 -0330", datetime(2020, 2, 9, 13, 30, tzinfo=timezone.utc)),
        ("31-Feb-2020 10:00:00 +0000", None),
        ("01-Jan-2024 24:61:00 +0000", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_internal_dates_are_in_utc_or_nothing(text, expected):
    assert wire.internal_date(text.encode()) == expected


def test_the_place_of_a_stored_mail_is_read_with_and_without_brackets():
    assert wire.append_uid("[APPENDUID 7 42] done") == (7, 42)
    assert wire.append_uid("APPEND completed") is None


def test_a_copy_that_does_not_add_up_tells_nothing():
    assert wire.copy_uid("7 1:3 11:13", 10) == (7, {1: 11, 2: 12, 3: 13})
    assert wire.copy_uid("7 1:3 11:12", 10) is None
    assert wire.copy_uid("7 1:4000000000 1:4000000000", 10) is None


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1))
def test_every_folder_name_survives_the_way_to_the_server_and_back(name):
    assert folders.decode_name(folders.encode_name(name)) == name


@given(st.binary())
def test_any_bytes_can_be_read_as_a_folder_name(raw):
    assert isinstance(folders.decode_name(raw), str)


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("Wysłane", "sent"), ("Elementy wysłane", "sent"), ("INBOX.Sent", "sent"),
        ("Kosz", "trash"), ("Elementy usunięte", "trash"), ("Wersje robocze", "drafts"),
        ("Szkice", "drafts"), ("Wiadomości-śmieci", "junk"), ("SPAM", "junk"),
        ("Archiwum", "archive"), ("Gesendete Elemente", "sent"), ("Entwürfe", "drafts"),
        ("Gelöscht", "trash"), ("Éléments envoyés", "sent"), ("Klienci", ""),
        ("Klienci.2024.Sent", ""),
    ],
)
def test_special_folders_are_known_by_their_usual_names(name, use):
    folder = folders.from_list([], b".", name)
    assert folders.guess_special_use([folder])[0].special_use == use


def test_what_the_server_says_goes_before_names_and_each_use_is_given_once():
    listed = [
        folders.from_list([], b"/", "Sent"),
        folders.from_list([b"\\Sent"], b"/", "Wysłane"),
        folders.from_list([], b"/", "Old/Trash"),
        folders.from_list([], b"/", "Deleted Items"),
        folders.from_list([], b"/", "Trash"),
        folders.from_list([b"\\Noselect"], b"/", "Drafts"),
        folders.from_list([], b"/", "inbox"),
    ]
    uses = {f.path: f.special_use for f in folders.guess_special_use(listed)}
    assert uses == {
        "Sent": "", "Wysłane": "sent", "Old/Trash": "", "Deleted Items": "", "Trash": "trash",
        "Drafts": "", "inbox": "inbox",
    }


ATOM = st.sampled_from([b"\\Seen", b"\\Flagged", b"$Label1", b"NonJunk", b"7", b"NIL", b"a.b"])
VALUE = (
    st.integers(0, 2**32).map(lambda n: b"%d" % n)
    | st.binary(max_size=9).map(lambda b: b'"' + re.sub(rb"[\\x00\r\n]", b"", b) + b'"')
    | st.lists(ATOM, max_size=4).map(lambda atoms: b"(" + b" ".join(atoms) + b")")
    | st.sampled_from([b"NIL", b'"a\\"b"', b"((1 2) NIL)", b"0123", b"atom", b'("x" "y")'])
)
NAME = st.sampled_from(
    [b"UID", b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE", b"MODSEQ", b"Flags", b"X-GM-MSGID",
     b"BODY[HEADER.FIELDS (MESSAGE-ID)]", b"BODY[]<0>"]
)
RESPONSE = st.tuples(
    st.integers(1, 99), st.lists(st.tuples(NAME, VALUE), min_size=1, max_size=5, unique_by=
                                 lambda item: item[0]),
    st.none() | st.binary(max_size=20),
)


@given(st.lists(RESPONSE, max_size=4), st.booleans())
def test_usual_answers_are_read_as_the_full_parser_reads_them(responses, with_uid):
    data = []
    for number, items, literal in responses:
        words = [b" ".join(item) for item in items if item[0] != b"UID" or not with_uid]
        words += [b"UID %d" % number] * with_uid
        if literal is None:
            data.append(b"%d (%s)" % (number, b" ".join(words)))
        else:
            words.append(b"BODY[] {%d}" % len(literal))
            data += [(b"%d (%s" % (number, b" ".join(words)), literal), b")"]
    assert _outcome(wire.fetch_responses, data) == _outcome(wire._parsed_responses, data)


def _outcome(read, data):
    try:
        return [
            {key: _flat(value) for key, value in response.items()} for response in read(data)
        ]
    except (ValueError, ProtocolError):
        return "refused"


def _flat(value):
    # A keyword of digits or NIL in a list of flags is a word for one and a number for the other.
    if isinstance(value, tuple):
        return tuple(b"NIL" if v is None else b"%d" % v if isinstance(v, int) else _flat(v)
                     for v in value)
    return value


def test_usual_answers_do_not_need_the_full_parser(monkeypatch):
    monkeypatch.setattr(wire, "parse_response", None)
    data = [
        (b'1 (UID 5 FLAGS (\\Seen $x) INTERNALDATE "01-Jan-2024 00:30:00 +0100" RFC822.SIZE 3 '
         b"BODY[] {3}", b"abc"), b")",
        b"2 (UID 6 FLAGS ())", b"3 (FLAGS (\\Seen))", b"4 (UID 7 RFC822.SIZE 12 MODSEQ (3))",
    ]
    assert [r[b"UID"] for r in wire.fetch_responses(data)] == [5, 6, 7]
