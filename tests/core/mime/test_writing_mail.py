"""What leaves is correct mail: read back by us, by Python and line by line, it says the same."""

import email
import email.policy
import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.mime import (
    Address,
    BadHeader,
    NoRecipient,
    OutgoingAttachment,
    OutgoingMail,
    build,
    parse,
)

JANE = Address("Jane Doe", "jane@example.org")
JOE = Address("Joe", "joe@example.com")
DATE = datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone(timedelta(hours=2)))


def outgoing(**changes) -> OutgoingMail:
    values = {
        "from_": JANE, "to": (JOE,), "subject": "Offer", "text": "Hello", "date": DATE,
        "message_id": "<abc@example.org>",
    }  # fmt: skip
    return OutgoingMail(**{**values, **changes})


def assert_sendable(raw: bytes, seven_bit: bool = True) -> None:
    """RFC 5321 and 5322 as a server with no mercy checks them."""
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", raw) is None
    assert b"\0" not in raw
    assert raw.endswith(b"\r\n")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    if seven_bit:
        assert raw.isascii()
    head, _, _ = raw.partition(b"\r\n\r\n")
    names = []
    for line in head.split(b"\r\n"):
        if line[:1] in b" \t":
            assert line.strip(), "a line of blanks folds the header into two"
        else:
            assert re.match(rb"[!-9;-~]+: ?", line), line
            names.append(line.split(b":")[0].lower())
    single = {b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"mime-version",
              b"in-reply-to", b"references", b"reply-to", b"content-type"}  # fmt: skip
    assert all(names.count(name) <= 1 for name in single)
    assert b"bcc" not in names
    assert {b"from", b"date", b"message-id", b"mime-version"} <= set(names)


def python_reads(raw: bytes):
    return email.message_from_bytes(raw, policy=email.policy.default)


def structure(message) -> object:
    if message.is_multipart() and message.get_content_maintype() == "multipart":
        return (message.get_content_subtype(), [structure(one) for one in message.get_payload()])
    return message.get_content_type()


def test_a_mail_with_everything_has_the_structure_that_clients_expect():
    mail = outgoing(
        html='<p>Hello <img src="cid:logo@x"></p>',
        text="",
        attachments=(
            OutgoingAttachment("offer.pdf", "application/pdf", b"%PDF"),
            OutgoingAttachment("logo.png", "image/png", b"PNG", "logo@x"),
        ),
    )
    raw = build(mail).raw
    assert_sendable(raw)
    assert structure(python_reads(raw)) == (
        "mixed",
        [
            ("alternative", ["text/plain", ("related", ["text/html", "image/png"])]),
            "application/pdf",
        ],
    )


def test_a_mail_of_plain_words_is_just_that():
    assert structure(python_reads(build(outgoing()).raw)) == "text/plain"


def test_html_goes_out_with_real_plain_text():
    html = '<p>Dear Joe,</p><ul><li>one<li>two</ul><a href="https://x.org">here</a>'
    parsed = parse(build(outgoing(html=html, text="")).raw)
    assert parsed.text == "Dear Joe,\n\n- one\n- two\n\nhere <https://x.org>"
    assert parsed.html == html + "\n"


def test_blind_copies_stand_in_the_envelope_only():
    built = build(outgoing(cc=(Address("", "cc@x.org"),), bcc=(Address("Boss", "boss@x.org"),)))
    assert built.recipients == ("joe@example.com", "cc@x.org", "boss@x.org")
    assert b"boss" not in built.raw.lower()
    assert built.envelope_from == "jane@example.org"


def test_nobody_gets_a_mail_twice():
    built = build(outgoing(to=(JOE, Address("", "JOE@Example.com")), bcc=(JOE,)))
    assert built.recipients == ("joe@example.com",)


def test_a_mail_to_blind_copies_only_says_so():
    raw = build(outgoing(to=(), bcc=(JOE,))).raw
    assert_sendable(raw)
    assert b"\r\nTo: undisclosed-recipients:;\r\n" in raw


def test_a_mail_to_nobody_is_refused():
    with pytest.raises(NoRecipient, match="no recipient"):
        build(outgoing(to=()))


def test_the_date_keeps_the_zone_of_the_sender():
    assert b"\r\nDate: Mon, 06 May 2024 07:08:09 +0200\r\n" in b"\r\n" + build(outgoing()).raw


def test_a_date_without_a_zone_is_refused():
    with pytest.raises(BadHeader, match="time zone"):
        build(outgoing(date=datetime(2024, 1, 1)))


def test_the_same_mail_gives_the_same_bytes():
    mail = outgoing(html="<p>x", attachments=(OutgoingAttachment("a.txt", "text/plain", b"a"),))
    assert build(mail).raw == build(mail).raw


def test_international_domains_are_written_in_ascii():
    built = build(outgoing(to=(Address("Józef", "jozef@żółw.pl"),)))
    assert built.recipients == ("jozef@xn--w-uga1v8h.pl",)
    assert_sendable(built.raw)
    assert parse(built.raw).to == (Address("Józef", "jozef@żółw.pl"),)
    assert not built.needs_smtputf8


def test_an_international_mailbox_is_written_as_it_is():
    built = build(outgoing(to=(Address("Józef", "józef@żółw.pl"),)))
    assert built.recipients == ("józef@xn--w-uga1v8h.pl",)
    assert built.needs_smtputf8
    assert_sendable(built.raw, seven_bit=False)
    assert parse(built.raw).to[0].email == "józef@żółw.pl"


def test_a_hidden_international_mailbox_leaves_the_mail_plain():
    built = build(outgoing(bcc=(Address("", "józef@x.pl"),)))
    assert built.needs_smtputf8
    assert_sendable(built.raw)


def test_long_references_are_folded_and_never_encoded():
    ids = tuple(f"<{'x' * 90}.{i}@example.org>" for i in range(30))
    raw = build(outgoing(in_reply_to=ids[-1], references=ids)).raw
    assert_sendable(raw)
    assert b"=?" not in raw
    assert parse(raw).references == ids
    assert parse(raw).in_reply_to == ids[-1:]


def test_malformed_ids_of_others_do_not_keep_anybody_from_answering():
    raw = build(outgoing(references=("<ok@x>", "no id", "<zażółć@x>", ""), in_reply_to="bad")).raw
    assert parse(raw).references == ("<ok@x>",)
    assert b"In-Reply-To" not in raw


def test_a_reply_address_and_further_fields_are_written():
    headers = (("Auto-Submitted", "auto-replied"), ("List-Unsubscribe", "<https://x.org/?a=ł>"))
    raw = build(outgoing(reply_to=(JOE,), headers=headers, sender=JOE)).raw
    assert_sendable(raw)
    parsed = parse(raw)
    assert parsed.reply_to == (JOE,)
    assert parsed.sender == JOE
    assert parsed.header("Auto-Submitted") == "auto-replied"
    assert parsed.header("List-Unsubscribe") == "<https://x.org/?a=ł>"


INJECTIONS = ["\r\nBcc: x@y.org", "\nBcc: x@y.org", "\rBcc: x@y.org", "\0", "\x0b", "\x1b", "\x7f",
              "\x85Bcc: x@y.org", "\u2028Bcc: x@y.org", "\u2029", "\r\n\r\nbody", "\r\n .\r\n",
              "\ud800"]  # fmt: skip


@pytest.mark.parametrize("evil", INJECTIONS)
@pytest.mark.parametrize(
    "change",
    [
        lambda evil: {"subject": f"Offer{evil}x"},
        lambda evil: {"from_": Address(f"Jane{evil}x", "jane@example.org")},
        lambda evil: {"from_": Address("Jane", f"jane{evil}@example.org")},
        lambda evil: {"to": (Address(f"Joe{evil}x", "joe@example.org"),)},
        lambda evil: {"cc": (Address("", f"joe@example.org{evil}x"),)},
        lambda evil: {"bcc": (Address("", f"joe{evil}x@example.org"),)},
        lambda evil: {"bcc": (Address(f"Joe{evil}x", "joe@example.org"),)},
        lambda evil: {"reply_to": (Address(f"Joe{evil}x", "joe@example.org"),)},
        lambda evil: {"sender": Address(f"Joe{evil}x", "joe@example.org")},
        lambda evil: {"message_id": f"<a{evil}b@example.org>"},
        lambda evil: {"in_reply_to": f"<a{evil}b@example.org>"},
        lambda evil: {"references": ("<ok@x>", f"<a{evil}b@example.org>")},
        lambda evil: {"headers": (("X-Note", f"a{evil}b"),)},
        lambda evil: {"headers": ((f"X-No{evil}te", "a"),)},
        lambda evil: {"attachments": (
            OutgoingAttachment("a.png", "image/png", b"x", f"a{evil}b@x"),)},
    ],
    ids=["subject", "from name", "from", "to name", "cc", "bcc", "bcc name", "reply-to", "sender",
         "message-id", "in-reply-to", "references", "value", "field name", "content-id"],
)  # fmt: skip
def test_no_field_can_smuggle_another_line_in(change, evil):
    with pytest.raises(BadHeader) as refused:
        build(outgoing(**change(evil)))
    assert "\n" not in str(refused.value) and "\r" not in str(refused.value)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("evil", INJECTIONS)
def test_no_file_name_or_type_can_smuggle_another_line_in(evil):
    files = (OutgoingAttachment(f"a{evil}b.pdf", f"application/pdf{evil}x", b"x"),)
    raw = build(outgoing(attachments=files)).raw
    assert_sendable(raw)
    message = python_reads(raw)
    assert message["Bcc"] is None
    assert len(message.get_payload()) == 2


@pytest.mark.parametrize("name", ["Bcc", "bcc", "From", "Content-Type", "Message-ID", "Date", "To",
                                  "MIME-Version", "", "a b", "X:Y", "ł"])  # fmt: skip
def test_further_fields_cannot_replace_the_mails_own(name):
    with pytest.raises(BadHeader):
        build(outgoing(headers=((name, "x"),)))


@pytest.mark.parametrize("text", [
    "x" * 5000, "ł" * 5000, "From the start\n.\n..\nFrom here", "trailing \t \n ", "a\r\nb\rc\n",
    "=41 =\n=", "\0\x1b nul", "Zażółć\n" * 300, "你好" * 3000, "a\u2028b\u2029c\x85d", "\ud800",
    "From " + "x" * 100, ("From " + "ł" * 100 + "\n") * 5,
])  # fmt: skip
def test_any_body_arrives_as_it_was_written(text):
    built = build(outgoing(text=text, html=f"<p>{text}</p>"))
    assert_sendable(built.raw)
    clean = re.sub(
        "[\x00-\x08\x0b\x0e-\x1f\x7f]", "", text.replace("\r\n", "\n").replace("\r", "\n")
    )
    clean = clean.replace("\ud800", "\ufffd")
    parsed = parse(built.raw)
    assert parsed.text.rstrip("\n") == clean.rstrip("\n")
    assert parsed.html.rstrip("\n") == f"<p>{clean}</p>"
    body = python_reads(built.raw).get_body(("plain",)).get_content()
    assert body.replace("\r\n", "\n").rstrip("\n") == clean.rstrip("\n")
    # an mbox on the way changes such a line, and the signature with it
    assert b"\r\nFrom " not in built.raw


def test_a_message_goes_along_as_a_message():
    inner = b"From: a@b.c\nSubject: inner\n\n--=_x\n.\nFrom here\n"
    raw = build(outgoing(attachments=(OutgoingAttachment("m.eml", "message/rfc822", inner),))).raw
    assert_sendable(raw)
    (found,) = parse(raw).attachments
    assert found.content_type == "message/rfc822"
    assert found.content.replace(b"\r\n", b"\n").strip() == inner.strip()


@pytest.mark.parametrize("inner", [
    "Subject: ł\r\n\r\nx".encode(), b"Subject: x\r\n\r\n" + b"y" * 2000, b"Subject: x\r\n\r\na\rb",
    b"Subject: x\r\n\r\n\0",
])  # fmt: skip
def test_a_message_that_cannot_travel_plain_arrives_byte_for_byte(inner):
    raw = build(outgoing(attachments=(OutgoingAttachment("m.eml", "message/rfc822", inner),))).raw
    assert_sendable(raw)
    (found,) = parse(raw).attachments
    assert (found.filename, found.content) == ("m.eml", inner)


def test_a_message_that_holds_our_own_boundary_does_not_split_the_mail():
    first = build(outgoing(attachments=(OutgoingAttachment("a.pdf", "application/pdf", b"x"),))).raw
    again = outgoing(attachments=(OutgoingAttachment("m.eml", "message/rfc822", first),))
    (found,) = parse(build(again).raw).attachments
    assert parse(found.content).attachments[0].filename == "a.pdf"


LINE = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=300
)  # fmt: skip
NAME = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=120)
EMAIL = st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}@[a-z0-9]{1,20}(\.[a-z]{2,5}){1,3}",
                      fullmatch=True)  # fmt: skip
ADDRESS = st.builds(Address, NAME, EMAIL)
FILE = st.builds(
    OutgoingAttachment,
    LINE,
    st.sampled_from(["application/pdf", "text/plain", "image/png", "text/csv", "nonsense"]),
    st.binary(max_size=300),
)


def squeezed(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=400, deadline=None)
@given(
    subject=LINE, from_=ADDRESS, to=st.lists(ADDRESS, min_size=1, max_size=4).map(tuple),
    cc=st.lists(ADDRESS, max_size=3).map(tuple), text=st.text(max_size=500),
    html=st.sampled_from(["", "<p>ł</p>"]), attachments=st.lists(FILE, max_size=2).map(tuple),
)  # fmt: skip
def test_whatever_is_written_is_read_back_the_same(subject, from_, to, cc, text, html, attachments):
    mail = outgoing(subject=subject, from_=from_, to=to, cc=cc, text=text, html=html,
                    attachments=attachments)  # fmt: skip
    built = build(mail)
    assert_sendable(built.raw)
    parsed = parse(built.raw)
    assert squeezed(parsed.subject) == squeezed(subject)
    for written, read in (((from_,), parsed.from_), (to, parsed.to), (cc, parsed.cc)):
        assert [one.email for one in read] == [one.email for one in written]
        for one, other in zip(written, read, strict=True):
            if one.name.strip("'\" ") != one.email:
                assert squeezed(other.name).strip("'\"") == squeezed(one.name).strip("'\"")
    assert parsed.date == DATE
    assert parsed.message_id == "<abc@example.org>"
    assert [one.content for one in parsed.attachments] == [one.content for one in attachments]
    assert parsed.defects == ()
    theirs = python_reads(built.raw)
    assert squeezed(str(theirs["Subject"])) == squeezed(subject)
    files = [one.get_content() for one in theirs.iter_attachments()] if attachments else []
    assert [one if isinstance(one, bytes) else None for one in files] == [
        None if one.content_type.startswith("text/") else one.content for one in attachments
    ]
