"""Bounces, delays and receipts say which mail and which recipient they are about."""

import pytest

from core.mime import parse, read_report

ORIGINAL = (
    b"From: jane@example.org\r\nTo: joe@example.com\r\nSubject: Offer\r\n"
    b"Message-ID: <sent-1@example.org>\r\n\r\nHello\r\n"
)


def dsn(status: bytes, original: bytes = ORIGINAL, kind: bytes = b"message/rfc822") -> bytes:
    return (
        b"From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\r\nReturn-Path: <>\r\n"
        b"Auto-Submitted: auto-replied\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" + status + b"\r\n"
        b"--b\r\nContent-Type: " + kind + b"\r\n\r\n" + original + b"\r\n--b--\r\n"
    )


FAILED = (
    b"Reporting-MTA: dns; mx.example.net\r\nX-Postfix-Queue-ID: 123\r\n"
    b"Original-Envelope-Id: e-7\r\n\r\n"
    b"Final-Recipient: rfc822; joe@example.com\r\nOriginal-Recipient: rfc822;joe@example.com\r\n"
    b"Action: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mail.example.com\r\n"
    b"Diagnostic-Code: smtp; 550 5.1.1 <joe@example.com>:\r\n    User unknown in table\r\n"
)


def test_a_bounce_names_the_mail_the_recipient_and_the_reason():
    report = read_report(dsn(FAILED))
    assert report.kind == "bounce"
    assert report.original_message_id == "<sent-1@example.org>"
    assert report.envelope_id == "e-7"
    (one,) = report.recipients
    assert (one.address, one.action, one.status) == ("joe@example.com", "failed", "5.1.1")
    assert one.diagnostic == "550 5.1.1 <joe@example.com>: User unknown in table"


def test_a_bounce_with_only_the_header_of_the_mail_names_it_too():
    headers = ORIGINAL.partition(b"\r\n\r\n")[0]
    report = read_report(dsn(FAILED, headers, b"text/rfc822-headers"))
    assert report.original_message_id == "<sent-1@example.org>"


def test_a_bounce_is_marked_as_a_report_and_never_answered():
    mail = parse(dsn(FAILED))
    assert mail.kind == "report"
    assert not mail.automatic.may_answer
    assert mail.text == "Sorry."


def test_a_bounce_of_several_recipients_tells_them_apart():
    status = FAILED + (
        b"\r\nFinal-Recipient: rfc822; ann@example.com\r\nAction: delivered\r\nStatus: 2.0.0\r\n"
        b"\r\nFinal-Recipient: rfc822; bob@example.com\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
    )
    report = read_report(dsn(status))
    assert report.kind == "bounce"
    assert [(one.address, one.action, one.status) for one in report.recipients] == [
        ("joe@example.com", "failed", "5.1.1"),
        ("ann@example.com", "delivered", "2.0.0"),
        ("bob@example.com", "delayed", "4.4.1"),
    ]


def test_a_forwarded_address_is_reported_as_the_one_that_was_written_to():
    status = (
        b"\r\nOriginal-Recipient: rfc822;sales@example.com\r\n"
        b"Final-Recipient: rfc822;joe.private@example.net\r\nAction: failed\r\nStatus: 5.2.2\r\n"
    )
    assert read_report(dsn(status)).recipients[0].address == "sales@example.com"


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [("delayed", "4.4.7", "delay"), ("delivered", "2.0.0", "delivered"),
     ("relayed", "2.0.0", "delivered"), ("expanded", "2.0.0", "delivered"),
     ("failed", "5.0.0", "bounce"), ("Failed (fatal)", "5.0.0", "bounce"),
     ("", "5.0.0", "bounce"), ("", "4.0.0", "delay"), ("", "2.1.5", "delivered")],
)  # fmt: skip
def test_delays_and_deliveries_are_told_from_bounces(action, status, kind):
    fields = f"\r\nFinal-Recipient: rfc822; joe@example.com\r\nStatus: {status}\r\n"
    fields += f"Action: {action}\r\n" if action else ""
    assert read_report(dsn(fields.encode())).kind == kind


def test_an_internationalised_report_is_read():
    status = "\r\nFinal-Recipient: utf-8; józef@żółw.pl\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    raw = dsn(status.encode()).replace(
        b"message/delivery-status", b"message/global-delivery-status"
    )
    assert read_report(raw).recipients[0].address == "józef@żółw.pl"


def receipt(
    disposition: str, extra: str = "Original-Message-ID: <sent-1@example.org>\r\n"
) -> bytes:
    return (
        "From: joe@example.com\r\nSubject: Read: Offer\r\n"
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nIt was displayed.\r\n"
        "--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        "Reporting-UA: mail; x\r\nFinal-Recipient: rfc822;joe@example.com\r\n"
        f"{extra}Disposition: {disposition}\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("disposition", "kind", "action"),
    [
        ("manual-action/MDN-sent-manually; displayed", "read", "displayed"),
        ("automatic-action/MDN-sent-automatically;displayed/error", "read", "displayed"),
        ("manual-action/MDN-sent-automatically; deleted", "delivered", "deleted"),
        ("automatic-action/MDN-sent-automatically; processed", "delivered", "processed"),
    ],
)
def test_a_read_receipt_says_whether_it_was_read(disposition, kind, action):
    mail = parse(receipt(disposition))
    assert mail.kind == "receipt"
    assert mail.report.kind == kind
    assert mail.report.original_message_id == "<sent-1@example.org>"
    assert [(one.address, one.action) for one in mail.report.recipients] == [
        ("joe@example.com", action)
    ]


def test_a_receipt_without_the_id_uses_what_it_answers():
    raw = b"In-Reply-To: <sent-2@example.org>\r\n" + receipt("x/y; displayed", "")
    assert read_report(raw).original_message_id == "<sent-2@example.org>"


def prose(sender: str, text: str, *fields: str) -> bytes:
    head = "".join(f"{one}\r\n" for one in (f"From: {sender}", "Subject: failure", *fields))
    return (head + "\r\n" + text).replace("\r\n", "\n").replace("\n", "\r\n").encode()


QMAIL = """Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<joe@example.com>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 No such user here
Giving up on 192.0.2.1.

--- Below this line is a copy of the message.

Return-Path: <jane@example.org>
From: jane@example.org
To: <ann@example.com>
Message-ID: <sent-1@example.org>

Hello
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  joe@example.com
    host mail.example.com [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<joe@example.com>:
    550 5.1.1 User unknown

------ This is a copy of the message, including all the headers. ------

Message-ID: <sent-1@example.org>
To: ann@example.com

Hello
"""
POSTFIX = """This is the mail system at host mx.example.net.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<joe@example.com>: host mail.example.com[192.0.2.1] said: 550 5.1.1
    <joe@example.com>: Recipient address rejected: User unknown (in reply to
    RCPT TO command)
"""
EXCHANGE = """Your message did not reach some or all of the intended recipients.

      Subject:  Offer
      Sent:     5/6/2024 7:08 AM

The following recipient(s) cannot be reached:

      joe@example.com on 5/6/2024 7:09 AM
            The e-mail account does not exist at the organization.
            <mx.example.net #5.1.1>
"""
GMAIL = """** Address not found **

Your message wasn't delivered to joe@example.com because the address couldn't be found,
or is unable to receive mail.

The response from the remote server was:
550 5.1.1 The email account that you tried to reach does not exist.
"""
YAHOO = """Sorry, we were unable to deliver your message to the following address.

<joe@example.com>:
550: 5.1.1 User unknown

--- Below this line is a copy of the message.
Message-ID: <sent-1@example.org>
"""
SENDMAIL = """The original message was received at Mon, 6 May 2024 07:08:09 +0200
from mx.example.net [192.0.2.1]

   ----- The following addresses had permanent fatal errors -----
<joe@example.com>
    (reason: 550 5.1.1 User unknown)

   ----- Transcript of session follows -----
550 5.1.1 <joe@example.com>... User unknown
"""
DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.example.net>"


@pytest.mark.parametrize(
    ("sender", "text", "fields", "known"),
    [
        (DAEMON, QMAIL, (), True),
        (DAEMON, EXIM, ("X-Failed-Recipients: joe@example.com",), True),
        (DAEMON, POSTFIX, ("In-Reply-To: <sent-1@example.org>",), True),
        ("System Administrator <postmaster@example.com>", EXCHANGE, (), False),
        (DAEMON, GMAIL, ("References: <sent-1@example.org>",), True),
        ("MAILER-DAEMON@yahoo.com", YAHOO, (), True),
        (DAEMON, SENDMAIL, (), False),
    ],
    ids=["qmail", "exim", "postfix", "exchange", "gmail", "yahoo", "sendmail"],
)
def test_bounces_in_prose_are_understood(sender, text, fields, known):
    mail = parse(prose(sender, text, *fields))
    assert mail.kind == "report"
    assert mail.report.kind == "bounce"
    assert [one.address for one in mail.report.recipients] == ["joe@example.com"]
    assert mail.report.original_message_id == ("<sent-1@example.org>" if known else "")


@pytest.mark.parametrize("text", [QMAIL, POSTFIX, YAHOO], ids=["qmail", "postfix", "yahoo"])
def test_the_reason_of_a_bounce_in_prose_is_shown(text):
    (one,) = read_report(prose(DAEMON, text)).recipients
    assert one.status == "5.1.1"
    assert "550" in one.diagnostic
    assert "copy of the message" not in one.diagnostic


def test_a_warning_is_no_bounce():
    text = EXIM.replace("could not be delivered", "has not yet been delivered").replace(
        "This is a permanent error. The following address(es) failed:",
        "Delivery attempts will continue.\n\n",
    )
    report = read_report(prose(DAEMON, text))
    assert report.kind == "delay"
    assert report.recipients[0].action == "delayed"


def test_a_bounce_in_html_only_is_understood():
    html = (
        "<p>Your message wasn't delivered to <a href='mailto:joe@example.com'>joe@example.com</a> "
        "because the address couldn't be found.</p>"
    )
    raw = prose(DAEMON, html, "Content-Type: text/html")
    assert [one.address for one in read_report(raw).recipients] == ["joe@example.com"]


@pytest.mark.parametrize(
    "raw",
    [
        prose("Joe <joe@example.com>", QMAIL),
        prose("Joe <joe@example.com>", "Your mail was undeliverable, he said.\n\n<x@y.org>: no\n"),
        prose("Postmaster <postmaster@example.com>", "Dear all, the server moves on Monday.\n"),
        prose(DAEMON, "Your monthly statistics.\n\nann@example.com\n"),
        b"From: joe@example.com\r\n\r\nHi",
        b"",
    ],
    ids=["quoted by a person", "told by a person", "a postmaster", "a daemon", "plain", "empty"],
)
def test_mail_of_people_is_never_taken_for_a_bounce(raw):
    assert read_report(raw) is None


def test_a_mail_that_forwards_a_bounce_is_no_bounce():
    raw = (
        b"From: joe@example.com\r\nContent-Type: multipart/mixed; boundary=f\r\n\r\n"
        b"--f\r\n\r\nLook at this.\r\n--f\r\nContent-Type: message/rfc822\r\n\r\n"
        + dsn(FAILED)
        + b"\r\n--f--\r\n"
    )
    assert read_report(raw) is None
    assert parse(raw).kind == "mail"
