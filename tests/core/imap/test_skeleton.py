"""What can be known of a mail without fetching its files."""

from email.message import EmailMessage

import pytest

from core.imap import PartOfMessage, skeleton
from core.intake import take_in, take_in_part


def _structure(mail):
    """The BODYSTRUCTURE of a mail, as imapclient's parser gives it."""
    if mail.is_multipart() and mail.get_content_maintype() == "multipart":
        return (*map(_structure, mail.get_payload()), mail.get_content_subtype().encode(), None)
    parameters = tuple(
        item.encode() for pair in mail.get_params([], unquote=True)[1:] for item in pair
    )
    size = len(mail.get_payload() if isinstance(mail.get_payload(), str) else bytes(mail))
    disposition = mail.get_content_disposition()
    return (
        mail.get_content_maintype().encode(), mail.get_content_subtype().encode(),
        parameters or None, None, None, (mail["Content-Transfer-Encoding"] or "7bit").encode(),
        size, None, (disposition.encode(), None) if disposition else None,
    )


def _head(mail):
    return bytes(mail).partition(b"\n\n")[0].replace(b"\n", b"\r\n") + b"\r\n\r\n"


def _sections(mail, prefix=""):
    if mail.get_content_maintype() != "multipart":
        yield prefix or "1", mail
        return
    for number, part in enumerate(mail.get_payload(), 1):
        yield from _sections(part, f"{prefix}.{number}" if prefix else str(number))


def _without_files(mail):
    tree = skeleton.read(_structure(mail))
    sections = dict(_sections(mail))
    mime = {name: _head(part) for name, part in sections.items()}
    texts = {
        leaf.section: sections[leaf.section].get_payload().encode()
        for leaf in skeleton.texts(tree)
    }
    raw, missing = skeleton.build(tree, _head(mail), mime, texts)
    size = len(bytes(mail))
    return take_in_part(PartOfMessage(7, raw, missing, frozenset({"\\Seen"}), None, size))


def _letter():
    mail = EmailMessage()
    mail["From"], mail["To"] = "Żaneta <zaneta@x.example>", "anna@mc.example"
    mail["Subject"], mail["Message-ID"] = "Zażółć gęślą jaźń", "<large@x.example>"
    mail["Date"] = "Mon, 02 Nov 2026 10:00:00 +0100"
    mail.set_content("Dzień dobry, w załączeniu rysunki.\n")
    mail.add_alternative("<p>Dzień dobry, w <b>załączeniu</b> rysunki.</p>", subtype="html")
    mail.add_attachment(b"%PDF" * 300_000, maintype="application", subtype="pdf",
                        filename="Rysunek – źródło.pdf")
    mail.add_attachment(b"\x89PNG" * 1000, maintype="image", subtype="png", filename="plan.png")
    return mail


def test_subject_people_date_and_texts_are_those_of_the_whole_mail():
    mail = _letter()
    part, whole = _without_files(mail), take_in(bytes(mail))
    assert part.is_partial and not part.raw
    for name in ("subject", "from_", "to", "date", "message_id"):
        assert getattr(part.mail, name) == getattr(whole.mail, name), name
    assert part.text == whole.text
    assert part.html == whole.html
    assert part.mail.size == part.whole_size == len(bytes(mail))


def test_the_files_are_known_by_name_type_and_size_and_their_content_is_not_made_up():
    part = _without_files(_letter())
    assert [(file.name, file.content_type) for file in part.left] == [
        ("Rysunek – źródło.pdf", "application/pdf"), ("plan.png", "image/png"),
    ]
    for file, size in zip(part.left, (1_200_000, 4000), strict=True):
        assert file.size == pytest.approx(size, rel=0.03)
    assert part.mail.attachments == ()


def test_a_mail_that_is_one_single_file_is_listed_too():
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "scan@x.example", "Scan"
    mail.set_content(b"%PDF" * 5000, maintype="application", subtype="pdf", filename="scan.pdf")
    part = _without_files(mail)
    assert [file.name for file in part.left] == ["scan.pdf"]
    assert part.mail.subject == "Scan"
    assert not part.text.strip()


def test_a_large_text_file_is_a_file_and_not_the_words_of_the_mail():
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "eve@x.example", "Log"
    mail.set_content("See the log.\n")
    mail.add_attachment("line\n" * 1000, filename="server.log")
    part = _without_files(mail)
    assert part.text.strip() == "See the log."
    assert [file.name for file in part.left] == ["server.log"]


def test_texts_beyond_the_first_few_are_offered_as_files():
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "eve@x.example", "Many"
    mail.make_mixed()
    for number in range(skeleton.TEXTS_MAX + 2):
        one = EmailMessage()
        one.set_content(f"Text {number}\n")
        mail.attach(one)
    part = _without_files(mail)
    assert "Text 0" in part.text and "left on the server" not in part.text
    assert len(part.left) == 2


def test_a_structure_that_is_nested_without_end_is_refused():
    structure = (b"TEXT", b"PLAIN", None, None, None, b"7BIT", 3)
    for _level in range(skeleton.DEPTH_MAX + 2):
        structure = (structure, b"MIXED")
    with pytest.raises(ValueError, match="can't be read"):
        skeleton.read(structure)


@pytest.mark.parametrize("nonsense", [None, (), b"x", (b"TEXT",), ((b"TEXT", b"PLAIN"), b"MIXED")])
def test_nonsense_is_refused(nonsense):
    with pytest.raises(ValueError, match="can't be read"):
        skeleton.read(nonsense)
