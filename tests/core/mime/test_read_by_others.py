"""A parser that shares no code with ours or Python's (written in Rust) reads what we write."""

from datetime import datetime, timezone

import pytest

from core.mime import Address, OutgoingAttachment, OutgoingMail, build

fast_mail_parser = pytest.importorskip(
    "fast_mail_parser", reason="the second parser, fast-mail-parser, is not installed"
)
if not hasattr(fast_mail_parser, "parse_email_tree"):
    pytest.skip("an old fast-mail-parser: it has another interface", allow_module_level=True)

SUBJECT = "Zażółć gęślą jaźń 😀, then some more words to fold the line, and more of them: łódź"
FILES = (
    OutgoingAttachment(
        "zażółć gęślą jaźń, a very long name indeed 😀.pdf", "application/pdf", b"%"
    ),
    OutgoingAttachment('quotes "and" semicolons;.txt', "text/plain", "ł\r\n.\r\n".encode()),
    OutgoingAttachment("logo.png", "image/png", bytes(range(256)), "logo@x"),
)
MAIL = OutgoingMail(
    from_=Address("Doe, Jané “JD”", "jane@żółw.pl"),
    to=(Address("Ü" * 80, "u@example.org"), Address("", "plain@example.org")),
    cc=(Address('The "boss"', "boss@example.org"),),
    bcc=(Address("", "hidden@example.org"),),
    subject=SUBJECT,
    html='<p>Żółw <img src="cid:logo@x"></p>' + "<p>x</p>" * 500,
    text="Żółw\n.\nFrom here\n" + "long " * 500,
    attachments=FILES,
    message_id="<abc@example.org>",
    references=tuple(f"<{'x' * 60}{i}@example.org>" for i in range(20)),
    date=datetime(2024, 1, 1, tzinfo=timezone.utc),
)


@pytest.fixture(scope="module")
def read():
    return fast_mail_parser.parse_email(build(MAIL).raw)


def test_the_words_arrive(read):
    assert read.subject == SUBJECT
    assert [one.replace("\r\n", "\n").strip() for one in read.text_plain] == [MAIL.text.strip()]
    assert [one.replace("\r\n", "\n").strip() for one in read.text_html] == [MAIL.html]


def test_the_files_arrive(read):
    found = {one.filename: bytes(one.content) for one in read.attachments}
    expected = {one.filename: one.content for one in FILES}
    # a file system takes no quotes in a name
    expected["quotes _and_ semicolons;.txt"] = expected.pop('quotes "and" semicolons;.txt')
    assert found == expected


def test_the_people_arrive_and_the_hidden_ones_do_not(read):
    assert read.headers["From"] == ['"Doe, Jané “JD”" <jane@xn--w-uga1v8h.pl>'] or (
        "Doe, Jané “JD”" in read.headers["From"][0]
    )
    assert "Ü" * 80 in read.headers["To"][0]
    assert "boss@example.org" in read.headers["Cc"][0]
    assert "hidden@example.org" not in str(read.headers)


def test_the_chain_arrives(read):
    assert read.headers["References"][0].split() == list(MAIL.references)
