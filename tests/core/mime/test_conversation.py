"""Mails find their conversation and their record: ids, tokens, references, subjects."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mime import (
    LinkToken,
    new_message_id,
    read_token,
    reply_references,
    sign_token,
    subject_root,
)

KEY = b"0123456789abcdef0123456789abcdef"


def test_a_message_id_is_unique_and_under_the_senders_domain():
    one, other = new_message_id("example.org"), new_message_id("example.org")
    assert one != other
    assert re.fullmatch(r"<[a-z2-7]{20}@example\.org>", one)


def test_a_message_id_under_an_international_domain_is_ascii():
    assert new_message_id("żółw.pl").endswith("@xn--w-uga1v8h.pl>")


@pytest.mark.parametrize("domain", ["", "a b", "x>\r\nBcc: y@z.org", "a@b", "-x.org", "a..b"])
def test_a_message_id_needs_a_real_domain(domain):
    with pytest.raises(ValueError):
        new_message_id(domain)


@pytest.mark.parametrize("token", ["a b", "x>\r\n", "ł", "a@b", "x" * 300])
def test_a_message_id_takes_no_token_that_would_break_it(token):
    with pytest.raises(ValueError):
        new_message_id("example.org", token)


def test_a_reply_names_the_record_it_belongs_to():
    token = LinkToken("crm.lead", 42, 7)
    sent = new_message_id("example.org", sign_token(KEY, token))
    assert sent.startswith("<mc1.crm-lead.42.a7.")
    assert read_token(KEY, ["<foreign@x.org>", sent, "<other@x.org>"]) == token


def test_a_token_needs_no_account():
    token = LinkToken("sale.order", 1)
    assert read_token(KEY, [new_message_id("x.org", sign_token(KEY, token))]) == token


def test_a_token_survives_a_server_that_changes_case():
    token = LinkToken("project.task", 5, 3)
    assert read_token(KEY, [new_message_id("x.org", sign_token(KEY, token)).upper()]) == token


def test_a_token_is_at_least_80_bits_and_fits_a_header_line():
    signed = sign_token(KEY, LinkToken("account.move", 123456, 12))
    assert len(signed.rpartition(".")[2]) * 5 >= 80
    assert len(f"Message-ID: {new_message_id('example.org', signed)}") <= 120


@given(st.data())
def test_no_changed_token_is_believed(data):
    signed = sign_token(KEY, LinkToken("crm.lead", 42, 7))
    place = data.draw(st.integers(0, len(signed) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz234567.0189-_"))
    changed = signed[:place] + letter + signed[place + 1 :]
    found = read_token(KEY, [f"<{changed}.random@x.org>"])
    assert found == (LinkToken("crm.lead", 42, 7) if changed == signed else None)


@given(
    st.from_regex(r"[a-z][a-z0-9_]{0,9}(\.[a-z0-9_]{1,9}){0,4}", fullmatch=True),
    st.integers(1, 2**63 - 1),
    st.none() | st.integers(1, 10**10 - 1),
)
def test_every_record_survives_the_way_out_and_back(model, res_id, account_id):
    token = LinkToken(model, res_id, account_id)
    sent = new_message_id("example.org", sign_token(KEY, token))
    assert read_token(KEY, [sent]) == token
    assert read_token(b"another key", [sent]) is None


@given(st.lists(st.text(max_size=200), max_size=5))
def test_foreign_ids_are_passed_over(ids):
    assert read_token(KEY, ids) is None


@pytest.mark.parametrize(
    "token",
    [LinkToken("crm lead", 1), LinkToken("crm-lead", 1), LinkToken("", 1), LinkToken("x" * 200, 1),
     LinkToken("crm.lead", 0), LinkToken("crm.lead", -1), LinkToken("crm.lead", 2**63),
     LinkToken("crm.lead", 1, 0), LinkToken("a.b\r\nBcc: c", 1)],
)  # fmt: skip
def test_what_is_no_record_is_not_signed(token):
    with pytest.raises(ValueError):
        sign_token(KEY, token)


def test_nothing_is_signed_with_an_empty_key():
    with pytest.raises(ValueError):
        sign_token(b"", LinkToken("crm.lead", 1))


@pytest.mark.parametrize(
    ("subject", "root"),
    [
        ("Offer", "Offer"),
        ("Re: Offer", "Offer"),
        ("RE: re: Offer", "Offer"),
        ("Re: AW: Odp: FW: [List] Offer", "Offer"),
        ("Odp: Oferta", "Oferta"),
        ("PD: Oferta", "Oferta"),
        ("AW: WG: Angebot", "Angebot"),
        ("TR: RE : Offre", "Offre"),
        ("SV: VS: Tilbud", "Tilbud"),
        ("RV: Oferta", "Oferta"),
        ("R: I: Offerta", "Offerta"),
        ("Antw: Doorst: Aanbod", "Aanbod"),
        ("YNT: ILT: Teklif", "Teklif"),
        ("Ответ: Предложение", "Предложение"),
        ("回复：报价", "报价"),
        ("答复: 转发: 报价", "报价"),
        ("返信: 見積", "見積"),
        ("답장: 견적", "견적"),
        ("Re[2]: Offer", "Offer"),
        ("Re(3): Offer", "Offer"),
        ("Re^2: Offer", "Offer"),
        ("Offer (fwd)", "Offer"),
        ("[EXTERNAL] Re: [list] Offer", "Offer"),
        ("  Re:   Offer   for  you ", "Offer for you"),
        ("[#4711] broken", "[#4711] broken"),
        ("Re: [S00042] Order", "[S00042] Order"),
        ("Regarding: Offer", "Regarding: Offer"),
        ("Reply: yes", "Reply: yes"),
        ("Invoice: due", "Invoice: due"),
        ("10: the number", "10: the number"),
        ("Re:", "Re:"),
        ("[Urgent]", "[Urgent]"),
        ("", ""),
    ],
)
def test_reply_marks_of_every_language_are_no_part_of_the_subject(subject, root):
    assert subject_root(subject) == root


@given(st.text(max_size=100))
def test_the_root_of_a_root_is_itself(subject):
    root = subject_root(subject)
    assert subject_root(root) == root
    assert bool(root) == bool(subject.split())


def test_a_reply_continues_the_chain():
    assert reply_references("<c@x>", ("<a@x>", "<b@x>")) == ("<a@x>", "<b@x>", "<c@x>")


def test_a_reply_to_a_mail_without_a_chain_uses_what_that_mail_answered():
    assert reply_references("<b@x>", (), "<a@x>") == ("<a@x>", "<b@x>")
    assert reply_references("<b@x>", (), ("<a@x>",)) == ("<a@x>", "<b@x>")
    assert reply_references("<b@x>", (), ("<a@x>", "<z@x>")) == ("<b@x>",)
    assert reply_references("<b@x>") == ("<b@x>",)
    assert reply_references("") == ()


def test_a_long_chain_keeps_its_root_and_its_nearest():
    chain = reply_references("<new@x>", [f"<{i}@x>" for i in range(500)])
    assert len(chain) == 100
    assert chain[0] == "<0@x>" and chain[-2:] == ("<499@x>", "<new@x>")
