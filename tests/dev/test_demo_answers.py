"""What the demo's customer answers, and what it leaves alone."""

import datetime
import email
import email.policy
from email.message import EmailMessage

import pytest

from dev.demo import answers, logins, robots
from dev.demo.mails import demo_mails

NOW = datetime.datetime(2026, 3, 2, 9, 30, tzinfo=datetime.timezone.utc)
ME, NAME = logins.CUSTOMER, "Katarzyna Zielińska"
ROBOTS = frozenset(map(str.lower, robots.ROBOTS))


def mail(text="Here is the offer.", **headers):
    message = EmailMessage(policy=email.policy.SMTP)
    fields = {
        "Return_Path": "<anna.nowak@mailcenter.example>",
        "From": "Anna Nowak <anna.nowak@mailcenter.example>", "To": ME, "Subject": "Offer",
        "Message_ID": "<1.offer@mailcenter.example>", "Date": "Mon, 02 Mar 2026 10:00:00 +0100",
    } | headers
    for name, value in fields.items():
        if value is not None:
            message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def answered(raw, me=ME):
    reply, recipients = answers.answer(raw, me, NAME, NOW, ROBOTS)
    return email.message_from_bytes(reply, policy=email.policy.default), recipients


def silence(raw, me=ME, robots=ROBOTS):
    return answers.silence(email.message_from_bytes(raw), me, robots)


def test_a_person_is_answered():
    assert silence(mail()) is None
    assert silence(mail(Auto_Submitted="no")) is None


@pytest.mark.parametrize("headers", [
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated; owner-email=x@example.com"},
    {"Precedence": "bulk"},
    {"Precedence": "List"},
    {"List_Id": "<news.example>"},
    {"Return_Path": "<>"},
    {"From": "MAILER-DAEMON@mailcenter.example"},
    {"From": "No Reply <noreply@shop.example>"},
    {"From": f"Katarzyna <{ME.upper()}>"},
    {"From": "brandon.freeman55@example.com"},
    {"Reply_To": "brandon.freeman55@example.com"},
    {"From": None},
    {"To": "azure.interior24@example.com", "Cc": ME},
])
def test_machines_lists_and_ourselves_are_not_answered(headers):
    assert silence(mail(**headers))


def test_no_automatic_mail_of_the_demo_is_answered_and_all_letters_are():
    quiet = talk = 0
    for seed in demo_mails(NOW):
        if seed.folder == "Sent":
            continue
        parsed = email.message_from_bytes(seed.raw)
        reason = silence(seed.raw, seed.mailbox, {seed.mailbox})
        machine = "Auto-Submitted" in parsed or "List-Id" in parsed
        assert bool(reason) == machine, (reason, parsed.items())
        quiet, talk = quiet + machine, talk + (not reason)
    assert quiet > 30
    assert talk > 30


def test_a_mail_to_two_of_the_robots_addresses_is_answered_by_the_first():
    raw = mail(To=f"brandon.freeman55@example.com, {ME}")
    assert silence(raw, ME)
    assert silence(raw, "brandon.freeman55@example.com") is None


def test_the_answer_belongs_to_the_thread():
    raw = mail(References="<0.root@mailcenter.example>", Subject="Re: Offer")
    reply, recipients = answered(raw)
    assert recipients == ["anna.nowak@mailcenter.example"]
    assert reply["Subject"] == "Re: Offer"
    assert reply["In-Reply-To"] == "<1.offer@mailcenter.example>"
    assert reply["References"].split() == [
        "<0.root@mailcenter.example>", "<1.offer@mailcenter.example>"]
    assert reply["From"].addresses[0].addr_spec == ME
    assert reply["From"].addresses[0].display_name == NAME
    assert "Auto-Submitted" not in reply
    assert not any(part.defects for part in reply.walk())


def test_the_answer_quotes_the_mail_as_plain_text_and_as_html():
    reply, _recipients = answered(mail("Oak & walnut < 300 €?"))
    plain = reply.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "Anna Nowak wrote:\n> Oak & walnut < 300 €?" in plain
    rich = reply.get_body(("html",)).get_content()
    assert "<blockquote" in rich
    assert "Oak &amp; walnut &lt; 300 €?" in rich


def test_answers_go_to_reply_to_and_copy_the_other_people():
    raw = mail(Reply_To="Sales <office@mailcenter.example>",
               Cc="jan.kowalski@mailcenter.example, brandon.freeman55@example.com")
    reply, recipients = answered(raw)
    assert recipients == ["office@mailcenter.example", "jan.kowalski@mailcenter.example"]
    assert [a.addr_spec for a in reply["Cc"].addresses] == ["jan.kowalski@mailcenter.example"]


def test_the_same_mail_gets_the_same_answer_and_others_get_others():
    reply, _recipients = answered(mail())
    again, _recipients = answered(mail())
    assert reply["Message-ID"] == again["Message-ID"]
    assert reply.as_bytes() == again.as_bytes()
    bodies, files = set(), 0
    for number in range(40):
        other, _recipients = answered(mail(Message_ID=f"<{number}@mailcenter.example>"))
        assert other["Message-ID"] != reply["Message-ID"]
        bodies.add(other.get_body(("plain",)).get_content())
        files += bool(list(other.iter_attachments()))
    assert len(bodies) > 5
    assert 0 < files < 30


def test_the_answer_is_in_the_language_of_the_mail():
    polish, _recipients = answered(mail("Dzień dobry, proszę o źródło: żółć, łąka, śnieg"))
    assert polish.get_body(("plain",)).get_content().startswith("Dzień dobry,")
    japanese, _recipients = answered(mail("よろしくお願いいたします。"))
    assert japanese.get_body(("plain",)).get_content().startswith("お世話に")


def test_a_long_message_id_of_ours_comes_back_whole():
    token = f"<{'x' * 180}@mailcenter.example>"
    reply, _recipients = answers.answer(mail(Message_ID=token), ME, NAME, NOW)
    assert token.encode() in reply


def test_one_thread_has_one_key_and_the_topic_survives_lost_references():
    first = mail()
    later = mail(Message_ID="<2@x.example>", Subject="RE: Re: Offer",
                 References="<1.offer@mailcenter.example> <9@y.example>")
    stranger = mail(Message_ID="<3@x.example>")
    parsed = [email.message_from_bytes(raw) for raw in (first, later, stranger)]
    keys = [answers.thread_key(m, raw)
            for m, raw in zip(parsed, (first, later, stranger), strict=True)]
    assert keys[0] == keys[1] != keys[2]
    assert len({answers.topic_key(m) for m in parsed}) == 1


@pytest.mark.parametrize("raw", [
    b"", b"\xff\xfe\r\n\r\n\x00", b"From: a@b.example",
    b"From: =?utf-8?b?4?= <a@b.example>\r\nSubject: =?x-unknown?q?=FF?=\r\n"
    b"Message-ID: <a b>\r\nReferences: <x>\r\n <y\r\nDate: never\r\n\r\nhello",
    b"From: \"a\r\n b\" <a@b.example>\r\nSubject: a\r\n\tb\r\nContent-Type: text/plain; "
    b"charset=x-none\r\n\r\n\xb1\xb2",
])
def test_odd_mail_gets_a_clean_answer_or_none(raw):
    parsed = email.message_from_bytes(raw)
    if answers.silence(parsed, ME, ROBOTS):
        assert not answers.peer(parsed)[1]
        return
    reply, recipients = answered(raw)
    assert recipients == ["a@b.example"]
    assert not any(part.defects for part in reply.walk())
    assert [str(a) for a in reply["To"].addresses][0].endswith("a@b.example>") \
        or reply["To"] == "a@b.example"
