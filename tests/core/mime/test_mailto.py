"""mailto: links open a mail as RFC 6068 means them."""

from core.mime import parse_mailto
from core.writing import mentions_file, placeholders


def emails(addresses):
    return [address.email for address in addresses]


def test_recipients_subject_and_body_are_taken():
    link = parse_mailto(
        "mailto:eve@x.example,bob@x.example?to=carol@x.example&CC=dan@x.example"
        "&bcc=boss@x.example&subject=caf%C3%A9&body=One%0D%0ATwo"
    )
    assert emails(link.to) == ["eve@x.example", "bob@x.example", "carol@x.example"]
    assert emails(link.cc) == ["dan@x.example"]
    assert emails(link.bcc) == ["boss@x.example"]
    assert (link.subject, link.body) == ("café", "One\nTwo")


def test_a_comma_inside_a_name_does_not_split_it():
    (address,) = parse_mailto("mailto:%22Nowak%2C%20Anna%22%20%3Canna@x.example%3E").to
    assert (address.name, address.email) == ("Nowak, Anna", "anna@x.example")


def test_no_link_can_add_a_header():
    link = parse_mailto("mailto:eve@x.example?subject=Hi%0D%0ABcc:%20spy@x.example&attach=/etc/x")
    assert "\n" not in link.subject
    assert not link.bcc


def test_other_links_give_nothing():
    assert parse_mailto("https://x.example/?to=eve@x.example").to == ()
    assert parse_mailto("").to == ()


def test_words_that_promise_a_file_are_found_in_both_languages():
    assert mentions_file("Please find attached our offer") == "attached"
    assert mentions_file("Umowa jest w załączniku.") == "załączniku"
    assert mentions_file("Przesyłam załączone dokumenty") == "załączone"
    assert mentions_file("I am attacked by a tacher") == ""


def test_placeholders_that_nobody_filled_in_are_listed_once():
    assert placeholders("Dear {{ a }}, {{  a }} {% if x %}") == ("{{ a }}", "{% if x %}")
    assert placeholders("{ not one }") == ()
