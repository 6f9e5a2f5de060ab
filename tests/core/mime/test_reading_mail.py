"""What a person sees of a mail: its words, its files, who wrote when, and what kind it is."""

import base64
from datetime import datetime, timezone

import pytest

from core.mime import Address, distinct, parse

HEAD = b"From: Jane <jane@example.org>\r\nMIME-Version: 1.0\r\n"


def mail(content_type: str, body: bytes, *fields: str):
    head = "".join(f"{one}\r\n" for one in (f"Content-Type: {content_type}", *fields))
    return parse(HEAD + head.encode() + b"\r\n" + body)


def multi(kind: str, *parts: bytes, extra: str = ""):
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
    return mail(f"multipart/{kind}; boundary=b{extra}", body)


def part(content_type: str, body: bytes, *fields: str) -> bytes:
    head = "".join(f"{one}\r\n" for one in (f"Content-Type: {content_type}", *fields))
    return head.encode() + b"\r\n" + body


PLAIN = part("text/plain", b"the words")
HTML = part("text/html", b"<p>the <b>words</b></p>")
PNG = part("image/png", b"PNG", "Content-ID: <logo@x>", "Content-Disposition: inline")
PDF = part("application/pdf", b"%PDF", 'Content-Disposition: attachment; filename="offer.pdf"')


def names(parsed):
    return [one.filename for one in parsed.attachments]


def test_a_newsletter_has_both_its_plain_and_its_html_form():
    parsed = multi("alternative", PLAIN, HTML)
    assert (parsed.text, parsed.html) == ("the words", "<p>the <b>words</b></p>")
    assert parsed.attachments == ()


def test_the_last_alternative_is_the_best():
    parsed = multi("alternative", part("text/html", b"old"), part("text/html", b"new"))
    assert parsed.html == "new"


def test_the_script_driven_form_of_a_mail_is_passed_over():
    parsed = multi("alternative", PLAIN, part("text/x-amp-html", b"<amp-x>"), HTML)
    assert parsed.html == "<p>the <b>words</b></p>"
    assert parsed.attachments == ()


def test_images_of_the_html_are_inline_files_with_their_content_id():
    parsed = multi("related", HTML, PNG)
    (image,) = parsed.attachments
    assert (image.content_id, image.inline, image.content) == ("logo@x", True, b"PNG")
    assert parsed.html == "<p>the <b>words</b></p>"


def test_the_root_of_a_related_mail_may_come_last():
    root = part("text/html", b"root", "Content-ID: <r>")
    parsed = multi("related", PNG, root, extra='; start="<r>"')
    assert parsed.html == "root"
    assert len(parsed.attachments) == 1


def test_a_file_beside_the_words_is_a_file():
    parsed = multi("mixed", PLAIN, PDF)
    assert parsed.text == "the words"
    assert names(parsed) == ["offer.pdf"]
    assert not parsed.attachments[0].inline


def test_words_after_the_html_are_shown_too():
    """A mailing list puts its footer behind the mail."""
    footer = part("text/plain", b"unsubscribe <here>")
    parsed = multi("mixed", HTML, footer)
    assert parsed.html.startswith("<p>the <b>words</b></p>")
    assert "unsubscribe &lt;here&gt;" in parsed.html
    assert "the words" in parsed.text and "unsubscribe <here>" in parsed.text


def test_words_around_a_picture_keep_their_order():
    parsed = multi("mixed", part("text/plain", b"before"), PNG, part("text/plain", b"after"))
    assert parsed.text == "before\n\nafter"
    assert parsed.html == ""
    assert len(parsed.attachments) == 1


def test_html_pieces_around_a_file_inside_an_alternative_are_joined():
    """Apple Mail writes plain text against a mixture of HTML and files."""
    inner = b"--i\r\n" + HTML + b"\r\n--i\r\n" + PDF + b"\r\n--i\r\n" + HTML + b"\r\n--i--"
    parsed = multi("alternative", PLAIN, part("multipart/mixed; boundary=i", inner))
    assert parsed.text == "the words"
    assert parsed.html.count("<b>words</b>") == 2
    assert names(parsed) == ["offer.pdf"]


def test_a_text_file_is_a_file_and_not_the_mail():
    note = part("text/plain", b"file", 'Content-Disposition: attachment; filename="note.txt"')
    parsed = multi("mixed", PLAIN, note)
    assert parsed.text == "the words"
    assert names(parsed) == ["note.txt"]


def test_a_mail_whose_only_text_has_a_file_name_is_shown_all_the_same():
    parsed = multi("mixed", part('text/html; name="body.html"', b"<p>words"), PDF)
    assert parsed.html == "<p>words"
    assert names(parsed) == ["body.html", "offer.pdf"]


def test_a_mail_that_is_only_a_file_has_no_words():
    parsed = mail("application/pdf; name=offer.pdf", b"%PDF")
    assert (parsed.text, parsed.html, names(parsed)) == ("", "", ["offer.pdf"])


def test_a_forwarded_mail_is_a_file_with_its_very_bytes():
    inner = b"From: joe@x.org\r\nSubject: =?utf-8?q?Za=C5=BC?=/offer\r\n\r\nHi\r\n"
    parsed = multi("mixed", PLAIN, part("message/rfc822", inner))
    assert names(parsed) == ["Zaż-offer.eml"]
    assert parsed.attachments[0].content == inner.removesuffix(b"\r\n") + b"\r\n"
    assert parsed.attachments[0].content_type == "message/rfc822"


def test_a_digest_is_a_list_of_mails():
    one = b"\r\nSubject: first\r\n\r\nHi"
    two = b"\r\nSubject: second\r\n\r\nHi"
    assert names(multi("digest", one, two)) == ["first.eml", "second.eml"]


def test_an_outlook_package_is_kept_as_a_file():
    parsed = multi("mixed", PLAIN, part("application/ms-tnef", b"\x78\x9f\x3e\x22"))
    assert names(parsed) == ["winmail.dat"]


def test_an_invitation_is_recognised_and_kept():
    ics = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
    parsed = multi("alternative", PLAIN, HTML, part("text/calendar; method=REQUEST", ics))
    assert parsed.kind == "invitation"
    assert names(parsed) == ["invite.ics"]
    assert parsed.text == "the words"


def test_a_calendar_file_without_a_request_is_just_a_file():
    ics = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    assert multi("mixed", PLAIN, part("text/calendar; name=a.ics", ics)).kind == "mail"


@pytest.mark.parametrize(
    ("parsed", "kind"),
    [
        (multi("encrypted", part("application/pgp-encrypted", b"Version: 1"), PDF), "encrypted"),
        (mail("application/pkcs7-mime; smime-type=enveloped-data", b"x"), "encrypted"),
        (mail("application/x-pkcs7-mime; name=smime.p7m", b"x"), "encrypted"),
        (mail("application/octet-stream; name=smime.p7m", b"x"), "encrypted"),
        (mail("application/pkcs7-mime; smime-type=signed-data", b"x"), "signed"),
        (multi("signed", PLAIN, part("application/pgp-signature", b"x")), "signed"),
        (mail("text/plain", b"-----BEGIN PGP MESSAGE-----\n\nx"), "encrypted"),
        (mail("text/plain", b"-----BEGIN PGP SIGNED MESSAGE-----\n\nx"), "signed"),
        (mail("text/plain", b"hello"), "mail"),
    ],
)
def test_encrypted_and_signed_mails_are_shown_as_what_they_are(parsed, kind):
    assert parsed.kind == kind


def test_a_signed_mail_still_shows_its_words_and_signature():
    parsed = multi("signed", PLAIN, part("application/pkcs7-signature", b"x"))
    assert parsed.text == "the words"
    assert names(parsed) == ["smime.p7s"]


POLISH = "Zażółć gęślą jaźń, a potem jeszcze raz: zażółć gęślą jaźń. Pójdźże, kiń tę chmurność!"


@pytest.mark.parametrize("declared", ["utf-8", "us-ascii", "x-unknown", "unknown-8bit", ""])
def test_polish_in_utf_8_is_readable_whatever_the_label_says(declared):
    assert mail(f'text/plain; charset="{declared}"', POLISH.encode()).text == POLISH


@pytest.mark.parametrize("declared", ["utf-8", "us-ascii", "x-unknown", "unknown-8bit", ""])
@pytest.mark.parametrize("actual", ["iso-8859-2", "cp1250"])
def test_polish_in_old_charsets_is_recognised_and_noted(declared, actual):
    parsed = mail(f'text/plain; charset="{declared}"', POLISH.encode(actual))
    assert parsed.text == POLISH
    assert parsed.defects == ("the declared charset does not fit the text",)


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("gb2312", "gb18030", "你好，龘"),
        ("ks_c_5601-1987", "cp949", "안녕하세요 뷁"),
        ("shift_jis", "cp932", "①髙﨑"),
        ("iso-2022-jp", "iso2022_jp", "こんにちは"),
        ("iso-8859-1", "cp1252", "“quoted” – 5 €"),
        ("koi8-r", "koi8-r", "Привет"),
        ("windows-874", "cp874", "สวัสดี"),
        ("unicode-1-1-utf-7", "utf-7", "żółw"),
        ("ISO-8859-8-I", "iso-8859-8", "שלום"),
    ],
)
def test_charsets_are_read_as_senders_mean_them(label, codec, text):
    parsed = mail(f"text/plain; charset={label}", text.encode(codec))
    assert parsed.text == text
    assert parsed.defects == ()


def test_html_without_a_declared_charset_uses_the_one_inside():
    body = '<meta charset="iso-8859-2"><p>zażółć</p>'.encode("iso-8859-2")
    assert "zażółć" in mail("text/html", body).html


def test_flowed_text_becomes_paragraphs_again():
    body = b"A long line \r\nthat was broken.\r\n\r\n> quoted \r\n> words\r\n-- \r\nJane\r\n"
    parsed = mail("text/plain; format=flowed", body)
    assert parsed.text == "A long line that was broken.\n\n> quoted words\n-- \nJane"


def test_flowed_text_of_a_language_without_spaces_is_joined_without_them():
    parsed = mail("text/plain; format=flowed; delsp=yes; charset=utf-8", "你 \r\n好".encode())
    assert parsed.text == "你好"


def test_a_broken_base64_mail_shows_what_is_left():
    data = base64.b64encode(b"Hello World, how are you?").rstrip(b"=")[:-1]
    parsed = mail("text/plain", data, "Content-Transfer-Encoding: base64")
    assert parsed.text.startswith("Hello World, how are y")


def test_a_list_footer_behind_base64_costs_nothing():
    data = base64.b64encode(b"Hello!!") + b"\r\n\r\n_____\r\nlist\r\n"
    parsed = mail("text/plain", data, "Content-Transfer-Encoding: base64")
    assert parsed.text.startswith("Hello!!")


def test_line_ends_do_not_matter():
    crlf = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + PLAIN
    crlf += b"\r\n--b\r\n" + PDF + b"\r\n--b--\r\n"
    for variant in (crlf.replace(b"\r\n", b"\n"), crlf.replace(b"\r\n", b"\r")):
        parsed = parse(variant)
        assert parsed.text == "the words"
        assert parsed.attachments == parse(crlf).attachments


@pytest.mark.parametrize(
    ("field", "subject"),
    [
        (b"=?utf-8?b?WmHFvMOzxYLEhw==?=", "Zażółć"),
        (b"=?iso-8859-2?q?Za=BF=F3=B3=E6?=", "Zażółć"),
        (b"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?= and =?utf-8?q?b?=", "a and b"),
        (b"=?utf-8?b?xYI=?= =?utf-8?q?=C5?= =?utf-8?q?=82?=", "łł"),
        (b"=?utf-8?q?a_b=5Fc?=", "a b_c"),
        (b"=?UTF-8?Q?a b?=", "a b"),
        (b"=?utf-8*pl?q?a?=", "a"),
        (b"Za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87", "Zażółć"),
        (b"=?utf-8?q?a=00=0D=0Ab?=", "a b"),
        (b"=?broken", "=?broken"),
        (b"=?utf-8?b?@@@?=", ""),
        (b"one\r\n two\r\n\tthree", "one two three"),
    ],
)
def test_subjects_are_readable(field, subject):
    parsed = parse(b"Subject: " + field + b"\r\n\r\n")
    assert parsed.subject.replace("\t", " ") == subject


def test_a_raw_subject_is_read_in_the_charset_of_the_body():
    raw = b"Subject: Za\xbf\xf3\xb3\xe6\r\nContent-Type: text/plain; charset=iso-8859-2\r\n\r\n"
    assert parse(raw + "zażółć".encode("iso-8859-2")).subject == "Zażółć"


@pytest.mark.parametrize(
    ("field", "moment"),
    [
        ("Mon, 1 Jan 2024 10:00:00 +0100", datetime(2024, 1, 1, 9, tzinfo=timezone.utc)),
        ("1 Jan 2024 10:00 GMT", datetime(2024, 1, 1, 10, tzinfo=timezone.utc)),
        ("Mon, 1 Jan 2024 10:00:00 -0000", datetime(2024, 1, 1, 10, tzinfo=timezone.utc)),
        ("Mon, 1 Jan 2024 10:00:00 +0100 (CET)", datetime(2024, 1, 1, 9, tzinfo=timezone.utc)),
        ("yesterday", None),
        ("Mon, 1 Jan 1904 00:00:00 +0000", None),
        ("Mon, 1 Jan 3000 00:00:00 +0000", None),
        ("Mon, 45 Jan 2024 10:00:00", None),
        ("", None),
    ],
)
def test_dates_are_in_utc_or_nothing(field, moment):
    assert parse(f"Date: {field}\r\n\r\n".encode()).date == moment


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("<a@b>", "<a@b>"),
        ("\r\n <a@b>", "<a@b>"),
        ("<a@b> (comment)", "<a@b>"),
        ("a@b", "<a@b>"),
        ("<a b@c>", ""),
        ("nonsense", ""),
        ("<>", ""),
    ],
)
def test_message_ids_are_one_token_or_nothing(field, found):
    assert parse(f"Message-ID: {field}\r\n\r\n".encode()).message_id == found


def test_the_chain_of_a_conversation_is_read_in_order_and_once():
    parsed = parse(
        b"References: <a@x>\r\n <b@x> junk <a@x>\r\nIn-Reply-To: Jane's of <b@x>\r\n\r\n"
    )
    assert parsed.references == ("<a@x>", "<b@x>")
    assert parsed.in_reply_to == ("<b@x>",)


def test_an_endless_chain_keeps_its_root_and_its_nearest():
    raw = "References: " + " ".join(f"<{i}@x>" for i in range(500)) + "\r\n\r\n"
    references = parse(raw.encode()).references
    assert len(references) == 100
    assert references[0] == "<0@x>" and references[-1] == "<499@x>"


@pytest.mark.parametrize(
    ("parameter", "name"),
    [
        (b'filename="../../etc/passwd"', "passwd"),
        (b'filename="C:\\\\temp\\\\offer.doc"', "offer.doc"),
        (b"filename*=utf-8''%E2%82%AC%20rates.pdf", "€ rates.pdf"),
        (b"filename*0=long; filename*1=name; filename*2=.pdf", "longname.pdf"),
        (b"filename*1*=%C5%82.pdf; filename*0*=utf-8''za%C5%BC", "zażł.pdf"),
        (b'filename="=?utf-8?q?za=C5=BC.pdf?="', "zaż.pdf"),
        ('filename="zaż.pdf"'.encode(), "zaż.pdf"),
        (b"filename=my offer.pdf", "my offer.pdf"),
        (b"filename*=utf-8''invoice%E2%80%AEfdp.exe", "invoicefdp.exe"),
        (b'filename="a\tb.pdf"', "a b.pdf"),
        (b'filename="con.txt"', "_con.txt"),
        (b'filename="..."', "attachment.pdf"),
        (b'filename=""', "attachment.pdf"),
        (b'filename="' + b"x" * 400 + b'.pdf"', "x" * 146 + ".pdf"),
        (b'filename="a<b>:c|d?.pdf"', "a_b_c_d_.pdf"),
    ],
)
def test_file_names_are_readable_and_safe(parameter, name):
    raw = b"Content-Type: application/pdf\r\nContent-Disposition: attachment; "
    parsed = parse(raw + parameter + b"\r\n\r\n%PDF")
    assert names(parsed) == [name]


def test_files_without_a_name_get_one_that_tells_what_they_are():
    kinds = ("image/jpeg", "image/jpeg", "application/zip", "message/delivery-status")
    parsed = multi("mixed", *(part(kind, b"x") for kind in kinds))
    assert names(parsed) == ["image.jpg", "image-2.jpg", "attachment.zip", "delivery-status.txt"]


def test_all_header_fields_are_kept_readable_and_in_order():
    parsed = parse(b"X-B: 1\r\nx-a: =?utf-8?q?=C5=82?=\r\n folded\r\n\r\n")
    assert parsed.headers == (("X-B", "1"), ("x-a", "ł folded"))
    assert parsed.header("X-A") == "ł folded"
    assert parsed.header("missing") == ""


def test_hidden_characters_of_a_sender_do_not_reach_the_page():
    parsed = parse(b"From: =?utf-8?q?Jane=0D=0ABcc=3A_x=40y.z?= <jane@example.org>\r\n\r\n")
    assert parsed.from_ == (Address("Jane Bcc: x@y.z", "jane@example.org"),)


def test_a_boundary_lost_on_the_way_is_found_again():
    body = b"--real\r\nContent-Type: text/plain\r\n\r\nwords\r\n--real\r\n" + PDF + b"\r\n--real--"
    parsed = mail("multipart/mixed; boundary=other", body)
    assert parsed.text == "words"
    assert names(parsed) == ["offer.pdf"]
    assert "a multipart names a boundary that it does not use" in parsed.defects


def test_files_with_the_same_name_get_numbers():
    names = ["a.pdf", "A.pdf", "a (2).pdf", "", "file", ".htaccess", ".htaccess"]
    assert distinct(names) == [
        "a.pdf", "A (2).pdf", "a (2) (2).pdf", "file", "file (2)", ".htaccess", ".htaccess (2)",
    ]  # fmt: skip
