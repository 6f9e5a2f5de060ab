"""Machines are recognised, so that two of them never write to each other for ever."""

import pytest

from core.mime import Automatic, parse, read_automatic


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto-Submitted": "auto-replied"},
        {"auto-submitted": "Auto-Replied (vacation)"},
        {"Auto-Submitted": "auto-replied; owner-email=x"},
        {"X-Autoreply": "yes"},
        {"X-Autorespond": "vacation"},
        {"Precedence": "auto_reply"},
        {"Subject": "Automatic reply: Offer"},
        {"Subject": "Out of Office: back on Monday"},
        {"Subject": "Automatische Antwort: Angebot"},
        {"Subject": "Odpowiedź automatyczna: Oferta"},
        {"Subject": "Réponse automatique : Offre"},
    ],
)
def test_an_auto_reply_is_marked_and_not_answered(fields):
    found = read_automatic(fields.items())
    assert found.is_auto_reply
    assert not found.may_answer


@pytest.mark.parametrize(
    "fields",
    [
        {"Precedence": "bulk"},
        {"Precedence": "list"},
        {"Precedence": "Junk"},
        {"List-Id": "Friends <friends.example.org>"},
        {"List-Unsubscribe": "<https://x.org>"},
        {"List-Post": "<mailto:x@x.org>"},
        {"Feedback-ID": "1:2:3"},
    ],
)
def test_mass_mail_is_marked_and_not_answered(fields):
    found = read_automatic(fields.items())
    assert found.is_bulk
    assert not found.is_auto_reply
    assert not found.may_answer


@pytest.mark.parametrize(
    ("fields", "path", "sender"),
    [
        ({"Auto-Submitted": "auto-generated"}, None, ""),
        ({"Auto-Submitted": "auto-notified"}, None, ""),
        ({"X-Auto-Response-Suppress": "All"}, None, ""),
        ({"X-Auto-Response-Suppress": "DR, OOF, AutoReply"}, None, ""),
        ({"Return-Path": "<>"}, None, ""),
        ({"Return-Path": "<joe@x.org>"}, "<>", ""),
        ({}, "", ""),
        ({}, None, "no-reply@x.org"),
        ({}, None, "noreply@x.org"),
        ({}, None, "MAILER-DAEMON@x.org"),
        ({}, None, "bounces+123@x.org"),
    ],
)
def test_machines_are_not_answered(fields, path, sender):
    assert not read_automatic(fields.items(), path, sender).may_answer


@pytest.mark.parametrize(
    ("fields", "path", "sender"),
    [
        ({}, None, ""),
        ({"Auto-Submitted": "no"}, "<joe@x.org>", "joe@x.org"),
        ({"X-Auto-Response-Suppress": "RN, NRN"}, None, "joe@x.org"),
        ({"Return-Path": "<joe@x.org>", "Precedence": "first-class"}, None, "joe@x.org"),
        ({"Subject": "Automatic door, out of order"}, None, "nora@x.org"),
    ],
)
def test_people_are_answered(fields, path, sender):
    assert read_automatic(fields.items(), path, sender) == Automatic(False, False, "", True)


def test_a_mailing_list_is_known_by_its_id():
    raw = b"From: a@b.org\r\nList-Id: =?utf-8?q?Fri=C3=A9nds?= <Friends.Example.org>\r\n\r\n"
    assert parse(raw).automatic.list_id == "friends.example.org"


def test_a_parsed_mail_knows_that_its_sender_is_a_machine():
    assert not parse(b"From: Shop <no-reply@x.org>\r\n\r\n").automatic.may_answer
    assert parse(b"From: Joe <joe@x.org>\r\n\r\n").automatic.may_answer
