"""Mail that is no conversation: bounces, receipts, auto-replies, invitations, broken bytes."""

import datetime
import email.policy

from . import parts

_UTC = datetime.timezone.utc


def bounce(original, recipient, message_id, moment):
    """A delivery status notification (RFC 3464) for *original* (bytes), as a MIME root.

    Returns ``(subject, extra headers, root)``; it is sent with a null return path.
    """
    text = (
        "This is the mail system at host mail.mailcenter.example.\n\n"
        "I'm sorry to have to inform you that your message could not be delivered\n"
        "to one or more recipients. It's attached below.\n\n"
        f"<{recipient}>: host mx.{recipient.rpartition('@')[2]}[198.51.100.25] said: 550 5.1.1\n"
        f"    <{recipient}>: Recipient address rejected: User unknown (in reply to RCPT TO)\n"
    )
    stamp = parts.date(moment, 1)
    status = (
        "Reporting-MTA: dns; mail.mailcenter.example\n"
        f"Arrival-Date: {stamp}\n"
        "\n"
        f"Final-Recipient: rfc822; {recipient}\n"
        f"Original-Recipient: rfc822;{recipient}\n"
        "Action: failed\n"
        "Status: 5.1.1\n"
        f"Remote-MTA: dns; mx.{recipient.rpartition('@')[2]}\n"
        f"Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: Recipient address rejected: User "
        "unknown\n"
    )
    root = parts.multipart("report", [
        parts.text_part(text, encoding="7bit"),
        _blocks("message/delivery-status", status),
        _embedded("message/rfc822", original),
    ], message_id, **{"report-type": "delivery-status"})
    return "Undelivered Mail Returned to Sender", [("Auto-Submitted", "auto-replied")], root


def read_receipt(original_id, subject, reader, message_id):
    """A message disposition notification (RFC 8098): *reader* has displayed *original_id*."""
    text = f"The message \"{subject}\" was displayed on the recipient's computer.\nThis is no " \
           "guarantee that it was read or understood.\n"
    status = (
        "Reporting-UA: client.example; Microsoft Outlook 16.0\n"
        f"Original-Recipient: rfc822;{reader}\n"
        f"Final-Recipient: rfc822;{reader}\n"
        f"Original-Message-ID: {original_id}\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n"
    )
    root = parts.multipart("report", [
        parts.text_part(text, encoding="7bit"),
        _blocks("message/disposition-notification", status),
    ], message_id, **{"report-type": "disposition-notification"})
    headers = [("In-Reply-To", original_id), ("References", original_id),
               ("Auto-Submitted", "auto-replied")]
    return f"Read: {subject}", headers, root


def out_of_office(original_id, subject, lang, until):
    """A vacation answer (RFC 3834)."""
    texts = {
        "en": ("Automatic reply: ", f"Thank you for your mail. I am out of the office until "
               f"{until} and read my mail seldom.\nIn urgent cases please write to my colleagues."),
        "pl": ("Odpowiedź automatyczna: ", f"Dziękuję za wiadomość. Jestem na urlopie do {until}."
               "\nW pilnych sprawach proszę o kontakt z sekretariatem."),
    }
    prefix, text = texts[lang]
    headers = [("In-Reply-To", original_id), ("References", original_id),
               ("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"),
               ("Precedence", "auto_reply")]
    return prefix + subject, headers, parts.text_part(text + "\n", charset="utf-8")


def invitation(organizer, guests, title, start, message_id, *, sequence=0):
    """A meeting request (RFC 5546, 6047): text and ``text/calendar`` as alternatives, and a file.

    *organizer* and *guests* are ``(name, address)``; *start* is an aware datetime.
    """
    def stamp(moment):
        return moment.astimezone(_UTC).strftime("%Y%m%dT%H%M%SZ")

    lines = [
        "BEGIN:VCALENDAR", "PRODID:-//Example//Calendar 1.0//EN", "VERSION:2.0",
        "METHOD:REQUEST", "BEGIN:VEVENT", f"UID:{message_id[1:9]}@calendar.example",
        f"DTSTAMP:{stamp(start - datetime.timedelta(days=3))}", f"DTSTART:{stamp(start)}",
        f"DTEND:{stamp(start + datetime.timedelta(hours=1))}", f"SUMMARY:{title}",
        "LOCATION:Piotrkowska 100\\, Łódź", f"SEQUENCE:{sequence}", "STATUS:CONFIRMED",
        f"ORGANIZER;CN=\"{organizer[0]}\":mailto:{organizer[1]}",
        *(f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=\"{name}\""
          f":mailto:{mail}" for name, mail in guests),
        "BEGIN:VALARM", "TRIGGER:-PT15M", "ACTION:DISPLAY", "DESCRIPTION:Reminder", "END:VALARM",
        "END:VEVENT", "END:VCALENDAR", "",
    ]
    folded = "\n".join(_fold(line) for line in lines)
    when = start.strftime("%Y-%m-%d %H:%M")
    both = parts.multipart("alternative", [
        parts.text_part(f"{title}\n{when}, Piotrkowska 100, Łódź\n"),
        parts.text_part(folded, "calendar", encoding="base64", method="REQUEST"),
    ], message_id)
    root = parts.multipart("mixed", [
        both, parts.file_part("invite.ics", "application/ics", folded.replace(
            "\n", "\r\n").encode()),
    ], message_id)
    return f"Invitation: {title} @ {when}", [], root


def broken(message_id, stamp, recipient):
    """Bytes no standard allows: raw 8-bit headers, a multipart without an end, an unknown
    charset, an open quote, bad base64, a bare LF."""
    return (
        b"From: \"Zbigniew \xa3\xf3d\x9f\" <z@stare-meble.example>\r\n"
        b"To: " + recipient.encode() + b"\r\n"
        b"Subject: Oferta mebli u\xbfywanych =?utf-8?Q?nie_doko=C5?= czona\r\n"
        b"Date: " + stamp.encode() + b"\r\n"
        b"Message-ID: " + message_id.encode() + b"\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=\"----=_Part_1\"\r\n"
        b"\r\n"
        b"------=_Part_1\r\n"
        b"Content-Type: text/plain; charset=x-mazovia-unknown\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n"
        b"\r\n"
        b"Dzie\xf1 dobry,\n\r\nmam do sprzedania sto\xb3y i krzes\xb3a.\r\n"
        b"------=_Part_1\r\n"
        b"Content-Type: image/jpeg; name=\"sto\xb3.jpg\r\n"
        b"Content-Transfer-Encoding: base64\r\n"
        b"\r\n"
        b"/9j/4AAQSkZJRgABAQEASABIAAD=====!!!nie-base64\r\n"
    )


def _fold(line):
    """RFC 5545 section 3.1: lines of at most 75 octets, broken between characters."""
    pieces, current = [], ""
    for char in line:
        if len((current + char).encode()) > (75 if not pieces else 74):
            pieces.append(current)
            current = ""
        current += char
    return "\n ".join([*pieces, current])


def _blocks(content_type, text):
    """A ``message/*`` status part: blocks of fields divided by an empty line."""
    blocks = [email.message_from_string(block, policy=email.policy.compat32)
              for block in text.split("\n\n")]
    part = parts.Message()
    part["Content-Type"] = content_type
    for block in blocks:
        part.attach(block)
    return part


def _embedded(content_type, raw):
    part = parts.Message()
    part["Content-Type"] = content_type
    part.attach(email.message_from_bytes(raw, policy=email.policy.compat32))
    return part
