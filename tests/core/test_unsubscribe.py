"""A mailing offers to be unsubscribed as RFC 2369 and RFC 8058 say, and nobody can forge it."""

import email
import email.policy
import re
from datetime import datetime, timezone
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mime import Address, BadHeader, OutgoingMail, build, parse, parse_mailto
from core.unsubscribe import Token, list_fields, read, sign

KEY = b"a key of this database"
OFFICE = Address("The office", "office@our.example")
EVE = Address("Eve", "Eve@x.example")
BOB = Address("Bob", "bob@x.example")
HTTPS = "https://erp.our.example"


def fields(*recipients, sender=OFFICE, base_url=HTTPS):
    return dict(list_fields(KEY, 7, sender, recipients or (EVE,), base_url))


def uris(value):
    return re.findall(r"<([^<>]+)>", value)


def sent(*recipients, sender=OFFICE, base_url=HTTPS, bcc=()):
    """The mailing as Python's own parser reads it, and its raw bytes."""
    raw = build(
        OutgoingMail(
            from_=sender, to=recipients or (EVE,), bcc=bcc, subject="News", html="<p>Hello</p>",
            message_id="<abc@our.example>", date=datetime(2024, 5, 6, tzinfo=timezone.utc),
            headers=list_fields(KEY, 7, sender, (*recipients, *bcc) or (EVE,), base_url),
        )
    ).raw  # fmt: skip
    return email.message_from_bytes(raw, policy=email.policy.default), raw


# ---- the fields ------------------------------------------------------------------------------


def test_one_click_and_a_mail_are_offered_to_a_single_recipient():
    mail, _raw = sent(EVE)
    web, by_mail = uris(mail["List-Unsubscribe"])
    assert web.startswith(f"{HTTPS}/mail_center/unsubscribe/u1.7.")
    assert by_mail.startswith("mailto:office@our.example?subject=unsubscribe%20u1.7.")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert read(KEY, web) == Token(7, EVE.email)


def test_the_mail_that_the_link_opens_carries_the_token():
    link = parse_mailto(uris(fields()["List-Unsubscribe"])[-1])
    assert [address.email for address in link.to] == [OFFICE.email]
    assert read(KEY, link.subject) == Token(7, EVE.email)


def test_a_mailing_to_several_names_none_of_them_in_what_all_can_read():
    value = fields(EVE, BOB)["List-Unsubscribe"]
    (by_mail,) = uris(value)
    assert by_mail.startswith("mailto:")
    assert read(KEY, unquote(by_mail)) == Token(7, "")
    assert fields(EVE, BOB) == fields(BOB, Address("", "carol@x.example"))


def test_a_hidden_recipient_makes_it_several():
    mail, raw = sent(EVE, bcc=(BOB,))
    assert "List-Unsubscribe-Post" not in mail
    assert b"https:" not in raw
    assert read(KEY, unquote(mail["List-Unsubscribe"])).email == ""


def test_an_address_named_twice_is_one_recipient():
    again = Address("", "eve@X.example")
    assert "List-Unsubscribe-Post" in fields(EVE, again)


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "http://erp.our.example",  # anybody on the way could read and change it
        "https://",
        "https://erp.our.example?x=1",
        "https://erp.our.example/a b",
        "https://erp.our.example>, <https://evil.example",
        "https://erp.our.example\r\nBcc: spy@x.example",
        "https://user:password@erp.our.example",
        "https://" + "a" * 940,
        "javascript:alert(1)",
    ],
)
def test_without_a_sound_https_address_there_is_no_link_and_no_one_click(base_url):
    found = fields(base_url=base_url)
    (only,) = uris(found["List-Unsubscribe"])
    assert only.startswith("mailto:")
    assert list(found) == ["List-Unsubscribe"]


@pytest.mark.parametrize("base_url", [f"{HTTPS}/", f" {HTTPS} ", f"{HTTPS}:8443/odoo"])
def test_any_sound_https_address_is_taken(base_url):
    web = uris(fields(base_url=base_url)["List-Unsubscribe"])[0]
    assert web.startswith(base_url.strip().rstrip("/") + "/mail_center/unsubscribe/u1.7.")


local_parts = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=64
)
domains = st.lists(
    st.from_regex(r"[a-z0-9ąéß]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True), min_size=1, max_size=20
).map(".".join)
addresses = st.builds(lambda local, domain: Address("", f"{local}@{domain}"), local_parts, domains)
longest = Address("", f"{'ż' * 32}@{'.'.join(['a' * 62] * 4)}")


@given(addresses.filter(lambda one: one.valid), addresses.filter(lambda one: one.valid))
def test_any_address_gives_a_header_that_is_read_back_the_same(sender, recipient):
    mail, raw = sent(recipient, sender=sender)
    head = raw.partition(b"\r\n\r\n")[0]
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert re.findall(rb"(?im)^(list-[a-z-]+):", head) == [
        b"List-Unsubscribe", b"List-Unsubscribe-Post",
    ]  # fmt: skip
    # RFC 2369: no encoded words, nothing but URIs, commas and white space.
    value = mail["List-Unsubscribe"]
    assert value.isascii()
    assert "=?" not in value
    assert re.fullmatch(r"(<[!-;=?-~]+>,?\s*)+", value)
    for uri in uris(value):
        assert read(KEY, unquote(uri)) == Token(7, recipient.email)
    (to,) = parse_mailto(uris(value)[-1]).to
    assert to.key == sender.key


def test_the_longest_address_there_can_be_fits_into_a_line():
    assert longest.valid
    _mail, raw = sent(longest, sender=longest)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"=?" not in raw.partition(b"Message-ID")[2]


def test_the_builder_refuses_a_line_break_in_such_a_field():
    mail = OutgoingMail(
        from_=OFFICE, to=(EVE,), message_id="<a@x>", date=datetime(2024, 5, 6, tzinfo=timezone.utc),
        headers=(("List-Unsubscribe", "<mailto:a@x>\r\nBcc: spy@x.example"),),
    )  # fmt: skip
    with pytest.raises(BadHeader):
        build(mail)


def test_our_own_parser_sees_a_mailing():
    _mail, raw = sent(EVE)
    assert parse(raw).automatic.is_bulk


# ---- the token -------------------------------------------------------------------------------


def test_a_token_is_found_wherever_it_stands_in_a_subject():
    token = sign(KEY, Token(7, "żółw@x.example"))
    assert read(KEY, f"[EXTERNAL] Re: unsubscribe {token} ") == Token(7, "żółw@x.example")
    assert read(KEY, f"unsubscribe%20{token}") == Token(7, "żółw@x.example")


def test_nothing_in_a_token_can_be_changed():
    token = sign(KEY, Token(7, EVE.email))
    for position, char in enumerate(token):
        for other in "aZ9.-":
            if other != char:
                forged = token[:position] + other + token[position + 1 :]
                assert read(KEY, forged) is None, forged
    assert read(KEY, token + "a") is None
    assert read(KEY, token[:-1]) is None


def test_a_token_of_another_database_or_purpose_is_worth_nothing():
    assert read(b"another key", sign(KEY, Token(7, EVE.email))) is None
    with pytest.raises(ValueError, match="key"):
        sign(b"", Token(7))
    with pytest.raises(ValueError, match="account"):
        sign(KEY, Token(0))


def test_a_forged_token_does_not_hide_the_genuine_one_behind_it():
    genuine = sign(KEY, Token(7, EVE.email))
    assert read(KEY, f"{sign(b'x', Token(7, BOB.email))} {genuine}") == Token(7, EVE.email)


@given(st.text())
def test_no_subject_is_taken_for_a_token_or_breaks_the_reader(text):
    assert read(KEY, text) is None
    assert read(KEY, f"u1.1.{text}.{'a' * 26}") is None
