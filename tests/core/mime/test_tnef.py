"""Mail that Outlook packed into a winmail.dat shows what is in it."""

from core.mime import parse
from core.mime.rtf import decompress
from core.mime.tnef import read_tnef

from .special_messages import with_winmail
from .tnef_writer import SIGNATURE, file, forwarded, tnef


def files(mail):
    return [(one.filename, one.content_type, one.content) for one in mail.attachments]


def test_the_files_of_a_winmail_are_the_files_of_the_mail():
    packed = tnef(file("umowa żółta.pdf", b"%PDF-1.4\0\0"), file("b.txt", b"two"))
    mail = parse(with_winmail("contract", packed))
    assert files(mail) == [
        ("umowa żółta.pdf", "application/pdf", b"%PDF-1.4\0\0"),
        ("b.txt", "text/plain", b"two"),
    ]
    assert mail.text.strip() == "See the files."
    assert any("winmail.dat" in defect for defect in mail.defects)


def test_words_that_are_only_in_the_winmail_are_shown():
    mail = parse(with_winmail("only inside", tnef(html=b"<p>Dzie\xf1 dobry</p>"), text=b""))
    assert mail.html == "<p>Dzień dobry</p>"
    mail = parse(with_winmail("only inside", tnef(text=b"Dzie\xf1 dobry"), text=b""))
    assert mail.text == "Dzień dobry"


def test_the_words_of_the_mail_itself_win_over_those_in_the_winmail():
    mail = parse(with_winmail("both", tnef(html=b"<p>inside</p>")))
    assert "inside" not in mail.text + mail.html
    assert mail.attachments == ()


def test_a_picture_in_the_text_of_a_winmail_belongs_to_the_text():
    told = [(0x1E, 0x3712, b"pic@1\0"), (0x1E, 0x370E, b"image/png\0")]
    mail = parse(with_winmail("p", tnef(file("a.png", b"x", *told), html=b"<img src='cid:pic@1'>"),
                              text=b""))  # fmt: skip
    assert [(one.content_id, one.inline) for one in mail.attachments] == [("pic@1", True)]


def test_a_forwarded_mail_in_a_winmail_shows_its_words_and_files():
    inner = tnef(file("deep.txt", b"deep"), text=b"Forwarded words")
    mail = parse(with_winmail("fwd", tnef(forwarded("Old mail", inner))))
    assert files(mail) == [
        ("Old mail.txt", "text/plain", b"Forwarded words"),
        ("deep.txt", "text/plain", b"deep"),
    ]


def test_a_winmail_that_cannot_be_read_stays_a_file():
    for content in (b"", b"no tnef", SIGNATURE + b"\xff" * 40):
        mail = parse(with_winmail("broken", content))
        assert files(mail) == [("winmail.dat", "application/ms-tnef", content)]


def test_what_is_whole_of_a_cut_winmail_is_shown():
    packed = tnef(file("a.txt", b"one"), file("b.txt", b"two"))
    found = read_tnef(packed[:-30])
    assert [one.content for one in found.files] == [b"one", b"two"]


def test_rich_text_is_decompressed():
    # The example of MS-OXRTFCP 3.1.1.
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af320"
        "68656c090020627705b06c647d0a800fa0"
    )
    words = b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    # Its last bytes refer back to what was written just before.
    assert decompress(packed) == words
    assert decompress(b"") == decompress(b"\0" * 40) == b""
