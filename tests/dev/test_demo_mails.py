"""The demo's mail: does it look like real mail to a mail program?"""

import datetime
import email
import email.policy
import io
from collections import Counter, defaultdict
from zipfile import ZipFile

import pytest
from PIL import Image
from pypdf import PdfReader

from dev.demo import logins
from dev.demo.mails import CUSTOM_FOLDER, DAYS, demo_mails
from dev.demo.stories_more import CHAIRS_SUBJECT

NOW = datetime.datetime(2026, 3, 2, 9, 30, tzinfo=datetime.timezone.utc)


@pytest.fixture(scope="module")
def mails():
    return demo_mails(NOW)


@pytest.fixture(scope="module")
def parsed(mails):
    """Pairs of the seed and the message as the modern parser sees it."""
    return [(mail, email.message_from_bytes(mail.raw, policy=email.policy.default))
            for mail in mails]


def ids(value):
    return str(value or "").split()


def is_broken(message):
    return "stare-meble" in str(message["Message-ID"])


def test_there_are_some_hundreds_in_the_four_mailboxes(mails):
    assert 300 <= len(mails) <= 500
    per_mailbox = Counter(mail.mailbox for mail in mails)
    assert set(per_mailbox) == {logins.ANNA, logins.OFFICE, logins.JAN, logins.CUSTOMER}
    assert set(per_mailbox) <= set(logins.MAILBOXES)
    assert min(per_mailbox[box] for box in (logins.ANNA, logins.OFFICE, logins.JAN)) > 80


def test_folders_and_flags_are_mixed(mails):
    folders = Counter(mail.folder for mail in mails if mail.mailbox == logins.ANNA)
    assert set(folders) == {"INBOX", "Sent", "Archive", CUSTOM_FOLDER}
    inbox = [mail for mail in mails if mail.mailbox == logins.ANNA and mail.folder == "INBOX"]
    unread = [mail for mail in inbox if "\\Seen" not in mail.flags]
    assert 5 <= len(unread) < len(inbox) / 2
    assert any("\\Answered" in mail.flags for mail in inbox)
    assert any("\\Flagged" in mail.flags for mail in inbox)
    assert all("\\Seen" in mail.flags for mail in mails if mail.folder == "Sent")


def test_the_robot_has_no_old_mail_to_answer(mails):
    customer = [m for m in mails if m.mailbox == logins.CUSTOMER and m.folder == "INBOX"]
    assert customer
    assert all("\\Answered" in mail.flags for mail in customer)


def test_equal_time_gives_equal_bytes_and_another_day_the_same_ids(mails):
    assert demo_mails(NOW) == mails
    later = demo_mails(NOW + datetime.timedelta(days=3))

    def keys(seeds):
        return {(m.mailbox, email.message_from_bytes(m.raw)["Message-ID"]) for m in seeds}

    assert keys(later) == keys(mails)


@pytest.mark.parametrize("hours", range(0, 24 * 7, 11))
def test_no_mail_comes_from_the_future_on_any_day(hours):
    now = NOW + datetime.timedelta(hours=hours)
    dates = [mail.date for mail in demo_mails(now)]
    assert max(dates) <= now
    assert min(dates) > now - datetime.timedelta(days=DAYS + 1)


def test_all_mail_but_the_broken_one_is_without_defects(parsed):
    broken = 0
    for mail, message in parsed:
        assert message["Message-ID"], mail.raw[:300]
        parts = list(message.walk())
        if is_broken(message):
            broken += 1
            continue
        assert not any(part.defects for part in parts), mail.raw[:2000]
        for name in ("From", "To", "Date", "Subject"):
            assert message[name], (name, mail.raw[:500])
            assert not message[name].defects
        for part in parts:
            if part.get_content_maintype() == "text":
                assert "\ufffd" not in part.get_content()
            elif not part.is_multipart():
                assert part.get_payload(decode=True)
    assert broken == 1


def test_the_wire_has_crlf_and_short_lines(mails):
    for mail in mails:
        if b"stare-meble.example>" in mail.raw[:60]:
            continue
        assert b"\n" not in mail.raw.replace(b"\r\n", b"")
        assert b"\r" not in mail.raw.replace(b"\r\n", b"")
        assert max(map(len, mail.raw.split(b"\r\n"))) <= 998


def test_a_message_id_names_one_mail(parsed):
    seen = defaultdict(list)
    for mail, message in parsed:
        seen[mail.mailbox].append(message["Message-ID"])
    for mailbox, found in seen.items():
        assert len(found) == len(set(found)), mailbox
    content = {}
    for _mail, message in parsed:
        head = (str(message["From"]), str(message["Date"]), str(message["Subject"]))
        assert content.setdefault(str(message["Message-ID"]), head) == head


def test_threads_resolve_in_the_mailbox_that_has_them(parsed):
    known = defaultdict(dict)
    for mail, message in parsed:
        known[mail.mailbox][str(message["Message-ID"])] = (mail, message)
    lengths = Counter()
    for mail, message in parsed:
        chain = ids(message["References"])
        if not chain:
            continue
        assert ids(message["In-Reply-To"]) == chain[-1:]
        parents = known[mail.mailbox]
        if mail.mailbox != logins.CUSTOMER:
            assert set(chain) <= set(parents), message["Subject"]
        for ancestor in set(chain) & set(parents):
            assert parents[ancestor][0].date <= mail.date
        lengths[chain[0]] = max(lengths[chain[0]], len(chain) + 1)
    assert len(lengths) > 50
    assert max(lengths.values()) == 8
    assert min(lengths.values()) == 2


def test_the_bounce_is_a_delivery_status_of_a_mail_in_sent(parsed):
    bounces = [(mail, message) for mail, message in parsed
               if message.get_param("report-type") == "delivery-status"]
    assert bounces
    for mail, message in bounces:
        assert message.get_content_type() == "multipart/report"
        assert str(message["Return-Path"]) == "<>"
        _text, status, original = message.iter_parts()
        assert status.get_content_type() == "message/delivery-status"
        per_message, per_recipient = status.get_payload()
        assert per_message["Reporting-MTA"].startswith("dns;")
        assert per_recipient["Action"] == "failed"
        assert per_recipient["Status"] == "5.1.1"
        assert per_recipient["Final-Recipient"].startswith("rfc822;")
        returned = original.get_payload(0)["Message-ID"]
        assert any(m["Message-ID"] == returned for s, m in parsed
                   if (s.mailbox, s.folder) == (mail.mailbox, "Sent"))


def test_polish_and_japanese_come_in_old_and_new_charsets(parsed):
    texts = defaultdict(str)
    for _mail, message in parsed:
        if is_broken(message):
            continue
        for part in message.walk():
            if part.get_content_maintype() == "text":
                texts[part.get_content_charset()] += part.get_content()
    for charset in ("iso-8859-2", "windows-1250", "utf-8"):
        assert set("ąćęłńóśźż") <= set(texts[charset]), charset
    for charset in ("iso-2022-jp", "utf-8"):
        assert "お世話になっております" in texts[charset], charset


def test_every_kind_of_mail_is_there(parsed):
    kinds = Counter()
    for _mail, message in parsed:
        whole = [part.get_content_type() for part in message.walk()]
        kinds.update(set(whole))
        kinds["flowed"] += message.get_param("format") == "flowed"
        kinds["list"] += "List-Post" in message
        kinds["newsletter"] += "List-Unsubscribe-Post" in message
        kinds["vacation"] += message["Precedence"] == "auto_reply"
        kinds["receipt"] += message.get_param("report-type") == "disposition-notification"
        rich = message.get_body(("html",)) if not is_broken(message) else None
        text = rich.get_content() if rich else ""
        kinds["pixel"] += 'width="1" height="1"' in text
        for part in message.walk():
            if part["Content-ID"]:
                assert f"cid:{str(part['Content-ID']).strip('<>')}" in text
                kinds["inline"] += 1
    for kind in ("flowed", "list", "newsletter", "vacation", "receipt", "pixel", "inline",
                 "text/calendar", "text/csv", "application/pdf", "image/png",
                 "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"):
        assert kinds[kind] > 0, kind


def test_attachments_open(parsed):
    opened = Counter()
    for _mail, message in parsed:
        for part in message.walk():
            kind = part.get_content_type()
            if kind == "application/pdf":
                reader = PdfReader(io.BytesIO(part.get_content()))
                assert "Mail Center Furniture" in reader.pages[0].extract_text()
            elif kind == "image/png":
                Image.open(io.BytesIO(part.get_content())).verify()
            elif kind.endswith("spreadsheetml.sheet"):
                assert "xl/workbook.xml" in ZipFile(io.BytesIO(part.get_content())).namelist()
            else:
                continue
            assert part.get_filename()
            opened[kind] += 1
    assert len(opened) == 3


def test_the_demo_opportunity_has_an_unread_mail_of_its_customer(parsed):
    thread = [(mail, message) for mail, message in parsed
              if CHAIRS_SUBJECT in str(message["Subject"]) and mail.mailbox == logins.ANNA]
    assert [mail.folder for mail, _ in thread] == ["INBOX", "Sent", "INBOX", "Sent", "INBOX"]
    last = thread[-1][0]
    assert logins.CUSTOMER.encode() in last.raw
