"""Addresses as mailers write them and people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mime import Address, parse_addresses


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("jane@example.org", [("", "jane@example.org")]),
        ("Jane Doe <jane@example.org>", [("Jane Doe", "jane@example.org")]),
        ('"Doe, Jane" <jane@example.org>', [("Doe, Jane", "jane@example.org")]),
        ("Doe, Jane <jane@example.org>", [("Doe, Jane", "jane@example.org")]),
        ("a@x.org, Doe, Jane <j@x.org>, b@x.org",
         [("", "a@x.org"), ("Doe, Jane", "j@x.org"), ("", "b@x.org")]),
        ("a@x.org; b@x.org;", [("", "a@x.org"), ("", "b@x.org")]),
        ("a@x.org\nb@x.org", [("", "a@x.org"), ("", "b@x.org")]),
        ("Team: a@x.org, B <b@x.org>;, c@x.org",
         [("", "a@x.org"), ("B", "b@x.org"), ("", "c@x.org")]),
        ("undisclosed-recipients:;", []),
        ("jane@example.org (Jane Doe)", [("Jane Doe", "jane@example.org")]),
        ("Jane (the (real) one) <jane@example.org>", [("Jane", "jane@example.org")]),
        ("<@a.org,@b.org:jane@example.org>", [("", "jane@example.org")]),
        ("=?utf-8?q?Doe=2C_J=C3=B3zef?= <j@x.org>", [("Doe, Józef", "j@x.org")]),
        ('"=?utf-8?q?J=C3=B3zef?=" <j@x.org>', [("Józef", "j@x.org")]),
        ("'Jane Doe' <jane@example.org>", [("Jane Doe", "jane@example.org")]),
        ("'jane@example.org'", [("", "jane@example.org")]),
        ('"jane@example.org" <jane@example.org>', [("", "jane@example.org")]),
        ("mailto:jane@example.org", [("", "jane@example.org")]),
        ('"jane doe"@example.org', [("", '"jane doe"@example.org')]),
        ('Jane "the best" Doe <jane@example.org>', [("Jane the best Doe", "jane@example.org")]),
        (r'"Jane \"JD\" Doe" <jane@example.org>', [('Jane "JD" Doe', "jane@example.org")]),
        ("Jane jane@example.org", [("Jane", "jane@example.org")]),
        ("Jane <jane@example.org", [("Jane", "jane@example.org")]),
        ("<<jane@example.org>>", [("", "jane@example.org")]),
        ("jane @ example.org", [("", "jane@example.org")]),
        ("jane", []),
        ("@example.org, jane@, @", []),
        ("", []),
        (",;,;", []),
    ],
)  # fmt: skip
def test_address_lists_are_read_as_they_are_meant(text, found):
    assert [(one.name, one.email) for one in parse_addresses(text)] == found


def test_only_so_many_addresses_are_read():
    assert len(parse_addresses("a@x.org," * 100, limit=7)) == 7


def test_domains_are_shown_in_their_own_script_and_sent_in_ascii():
    address = Address("Józef", "Jozef@ŻÓŁW.pl")
    assert address.email == "Jozef@żółw.pl"
    assert address.ascii == "Jozef@xn--w-uga1v8h.pl"
    assert Address("", "Jozef@xn--w-uga1v8h.pl") == Address("", "Jozef@żółw.pl")


def test_a_domain_that_mixes_scripts_to_deceive_is_shown_in_its_ascii_form():
    mixed = Address("", "x@раypal.com")  # two Cyrillic letters
    assert mixed.email.startswith("x@xn--")


def test_one_mailbox_has_one_key_however_it_is_written():
    keys = {
        Address("A", "Jane@Example.ORG").key,
        Address("", "jane@example.org").key,
    }
    assert len(keys) == 1
    assert Address("", "x@straße.de").key != Address("", "x@strasse.de").key


@pytest.mark.parametrize(
    ("address", "written"),
    [
        (Address("", "a@b.org"), "a@b.org"),
        (Address("Jane Doe", "a@b.org"), "Jane Doe <a@b.org>"),
        (Address("Józef", "a@b.org"), "Józef <a@b.org>"),
        (Address("Doe, Jane", "a@b.org"), '"Doe, Jane" <a@b.org>'),
        (Address('J "D"', "a@b.org"), r'"J \"D\"" <a@b.org>'),
        (Address("Line\r\nend", "a@b.org"), "Line end <a@b.org>"),
    ],
)
def test_an_address_is_shown_so_that_it_can_be_read_back(address, written):
    assert str(address) == written


@pytest.mark.parametrize(
    "email",
    ["a@b.org", "a.b+c@sub.example.org", "józef@żółw.pl", '"a b"@x.org', "a@[192.0.2.1]",
     "a@[IPv6:2001:db8::1]", "a@localhost", "o'neil@x.org", "a@1.de", "x" * 64 + "@x.org"],
)  # fmt: skip
def test_addresses_that_can_be_sent_to_are_valid(email):
    assert Address("", email).valid


@pytest.mark.parametrize(
    "email",
    ["", "a", "@b.org", "a@", "a b@x.org", "a@b..org", "a@-b.org", "a@b-.org", ".a@x.org",
     "a.@x.org", "a..b@x.org", "a@b_c.org", "a@b.org\r\nRCPT TO:<c@d>", "a\0@b.org", "a@b.org>",
     "<a@b.org", "a,b@x.org", "a@b@c.org", "x" * 65 + "@x.org", "a@" + "x" * 64 + ".org",
     "a@" + "x." * 130 + "org", "a\u2028@x.org", "a\u202e@x.org", "a\xa0b@x.org", "a@x.org ,b",
     '"a"b@x.org', '"a\r\n"@x.org'],
)  # fmt: skip
def test_addresses_that_cannot_be_sent_to_are_not(email):
    assert not Address("", email).valid


NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=40)
EMAILS = st.from_regex(r"[a-z0-9]{1,10}(\.[a-z0-9]{1,5})?@[a-z0-9]{1,10}\.(org|pl|com)",
                       fullmatch=True)  # fmt: skip


@given(st.lists(st.builds(Address, NAMES, EMAILS), max_size=5))
def test_a_list_written_for_display_is_read_back(addresses):
    def plain(address):
        name = " ".join(address.name.split()).strip("'\" ")
        return (name, address.email)

    text = ", ".join(str(one) for one in addresses if "=?" not in one.name)
    again = parse_addresses(text)
    assert [one.email for one in again] == [one.email for one in addresses if "=?" not in one.name]
    for before, after in zip((a for a in addresses if "=?" not in a.name), again, strict=True):
        if before.name != before.email:
            assert plain(before)[0] == plain(after)[0]
