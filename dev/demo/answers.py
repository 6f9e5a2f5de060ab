"""Whether the customer answers a mail, and what: pure functions, bytes in and bytes out."""

import datetime
import email
import email.errors
import email.header
import email.message
import email.utils
import hashlib
import html
import random
import re

from .attachments import PRODUCTS, attach
from .build import Draft, compose
from .people import Person

DOMAIN = "answers.customer.example"
_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f]{1,250}>")
_REPLY_MARK = re.compile(r"^\s*((re|aw|odp|sv|antw)(\[\d+\])?\s*[::]\s*)+", re.IGNORECASE)
_MACHINES = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|.*-bounces)$", re.I)
_QUOTED = 60  # lines of the mail that an answer repeats

TEXTS = {
    "en": (
        "Thank you, that was quick! I will talk to my colleagues and come back to you tomorrow.",
        "Looks good to me. Could you please add the delivery time to the offer?",
        "Many thanks. The price is fine; we only need a confirmation that the warranty is five "
        "years.",
        "Great, we take it. Please send the invoice to this address.",
        "Could we talk about it on the phone? I am at my desk until 4 p.m.",
        "One question before I sign: is the assembly included?",
        "Thanks for the information. Our director would like to see a sample first, is that "
        "possible?",
        "Perfect. Please deliver to the back entrance, the front one is being rebuilt.",
        "That is a little more than we had planned. Can you do something about the price?",
        "Received, thank you. I have passed it on to our accounting.",
    ),
    "pl": (
        "Dziękuję za szybką odpowiedź! Porozmawiam ze współpracownikami i odezwę się jutro.",
        "Wygląda dobrze. Czy mogliby Państwo dopisać do oferty termin dostawy?",
        "Zgadzamy się na te warunki. Fakturę proszę wysłać na ten adres.",
        "To trochę więcej, niż planowaliśmy. Czy możliwy jest jeszcze rabat?",
        "Czy montaż jest wliczony w cenę? Jeśli tak, to zamawiamy.",
        "Dziękuję, wiadomość jest już u naszej księgowej.",
    ),
    "ja": (
        "ご連絡ありがとうございます。社内で検討し、明日お返事いたします。",
        "内容を確認いたしました。納期を教えていただけますか。",
        "ありがとうございます。この条件で発注いたします。",
    ),
}
_HELLO = {"en": "Hello {name},", "pl": "Dzień dobry,", "ja": "お世話になっております。"}


def silence(message, me, robots):
    """Why *me* leaves *message* unanswered, or None if an answer is due (RFC 3834 section 2).

    *message* is an ``email.message.Message``; *robots* the addresses (lower case) that this robot
    serves, so that a mail to several of them is answered once.
    """
    def header(name):
        return str(message.get(name) or "").strip().lower()

    if header("Auto-Submitted").split(";")[0].strip() not in ("", "no"):
        return "it says Auto-Submitted"
    if header("Precedence") in ("bulk", "junk", "list", "auto_reply"):
        return "its precedence is that of a machine"
    if any(message.get(name) for name in ("List-Id", "List-Unsubscribe", "X-Autoreply",
                                          "X-Autorespond", "X-Loop")):
        return "it comes from a list or a responder"
    if message.get_content_type() == "multipart/report":
        return "it is a report"
    if header("Return-Path") == "<>":
        return "its envelope sender is null"
    sender = peer(message)[1].lower()
    if "@" not in sender:
        return "it has no sender"
    if _MACHINES.match(sender.partition("@")[0]):
        return "its sender is a machine"
    if sender in robots or str(email.utils.parseaddr(text(message, "From"))[1]).lower() in robots:
        return "it is our own"
    addressed = [mail.lower() for _name, mail in _recipients(message)]
    served = [mail for mail in addressed if mail in robots]
    if served and served[0] != me.lower():
        return f"{served[0]} answers it"
    return None


def text(message, name):
    """A header as one line of Unicode, whatever was sent; empty when missing."""
    value = str(message.get(name) or "")
    try:
        value = str(email.header.make_header(email.header.decode_header(value)))
    except (LookupError, ValueError, email.errors.MessageError):
        value = value.encode("ascii", "replace").decode()
    value = value.encode("utf-8", "replace").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:900]


def _addresses(message, name):
    """``(name, address)`` of a header. Split first, decode then: a name may hold a comma."""
    raw = [str(value).replace("\r", "").replace("\n", "") for value in message.get_all(name, [])]
    found = []
    for display, mail in email.utils.getaddresses(raw):
        if re.fullmatch(r"[^\s@<>,;:\"\\\x00-\x1f\x7f]+@[\w.-]+", mail, re.ASCII):
            carrier = email.message.Message()
            carrier["Name"] = display
            found.append((text(carrier, "Name"), mail))
    return found


def _recipients(message):
    return _addresses(message, "To") + _addresses(message, "Cc")


def peer(message):
    """``(name, address)`` an answer goes to: Reply-To, else From."""
    found = _addresses(message, "Reply-To") or _addresses(message, "From")
    return found[0] if found else ("", "")


def message_ids(message, name):
    """The well-formed Message-IDs of a header, in order."""
    return _ID.findall(str(message.get(name) or ""))


def _hash(*words):
    return hashlib.sha256("\0".join(words).encode("utf-8", "replace")).hexdigest()


def identity(message, raw):
    """The Message-ID, or a name made from the bytes of a mail without one."""
    own = message_ids(message, "Message-ID")
    return own[0] if own else _hash(raw.decode("latin-1"))


def answer_id(message, raw, me):
    """The Message-ID of the one answer *me* can give to *message*: always the same."""
    return f"<{_hash(identity(message, raw), me.lower())[:32]}@{DOMAIN}>"


def thread_key(message, raw):
    """A short name of the thread, equal for all its mails: from the root of References."""
    chain = message_ids(message, "References") or message_ids(message, "In-Reply-To")
    return _hash(chain[0] if chain else identity(message, raw))[:24]


def topic_key(message):
    """A short name of (correspondent, subject), for mail that drops its References."""
    return _hash(peer(message)[1].lower(), _REPLY_MARK.sub("", text(message, "Subject")))[:24]


def body(message):
    """The plain text of a mail, from its first text part; HTML is reduced to text."""
    for kind in ("text/plain", "text/html"):
        for part in message.walk():
            if part.get_content_type() != kind or part.get_filename():
                continue
            data = part.get_payload(decode=True) or b""
            try:
                content = data.decode(part.get_content_charset("utf-8"), "replace")
            except LookupError:
                content = data.decode("utf-8", "replace")
            if kind == "text/html":
                content = re.sub(r"(?is)<(style|script|head)\b.*?</\1>", "", content[:200_000])
                content = re.sub(r"(?i)<br\s*/?>|</(p|div|tr|li|h\d)>", "\n", content)
                content = html.unescape(re.sub(r"<[^>]{0,5000}>", "", content))
            lines = [line.rstrip() for line in content.replace("\0", "").splitlines()]
            return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return ""


def language(content):
    """``ja``, ``pl`` or ``en`` by the letters of the text."""
    if re.search(r"[\u3040-\u30ff]", content):
        return "ja"
    return "pl" if len(re.findall(r"[ąćęłńśźż]", content.lower())) > 3 else "en"


def answer(raw, me, name, now, robots=()):
    """The answer of *me* to the mail *raw*: bytes with CRLF, and the list of its recipients.

    Same mail, same answer: text, attachment and Message-ID follow from the content.
    """
    message = parse(raw)
    to_name, to_mail = peer(message)
    content = body(message)
    own_words = "\n".join(line for line in content.splitlines() if not line.startswith(">"))
    lang = language(own_words)
    choice = random.Random(_hash(identity(message, raw), content))
    words = choice.choice(TEXTS[lang])
    hello = _HELLO[lang].format(name=to_name.split()[0] if to_name else "there")
    try:
        written = email.utils.parsedate_to_datetime(str(message["Date"])).astimezone()
    except (ValueError, TypeError, OverflowError):
        written = now
    quote = content.splitlines()
    sender = Person(name, me, "", "", client="gmail")
    asker = Person(to_name or to_mail, to_mail, "", "", client="")
    skip = {me.lower(), to_mail.lower(), *robots}
    others = {mail.lower(): Person(n, mail, "", "") for n, mail in _recipients(message)
              if mail.lower() not in skip}
    subject = _REPLY_MARK.sub("", text(message, "Subject"))
    parent = Draft(
        asker, [sender], subject, "\n".join(quote[:_QUOTED]), written,
        (message_ids(message, "Message-ID") or [""])[0], lang, signed=False,
        ancestors=(message_ids(message, "References")
                   or message_ids(message, "In-Reply-To")[:1])[-40:],
    )
    draft = Draft(
        sender, [Person(to_name, to_mail, "", "")], f"Re: {subject}".strip(),
        f"{hello}\n\n{words}", now, answer_id(message, raw, me), lang,
        cc=list(others.values())[:10], parent=parent,
        files=_files(choice, lang, now) if choice.random() < 0.3 else [],
        headers=[("X-Demo-Thread", thread_key(message, raw)), ("X-Demo-Topic", topic_key(message))],
    )
    return compose(draft), [to_mail, *(person.email for person in draft.cc)]


def _files(choice, lang, now):
    product, _polish, _japanese, price = choice.choice(PRODUCTS)
    facts = {"qty": choice.randrange(5, 60), "price": price, "product": product, "lang": lang,
             "order": f"S{choice.randrange(20, 400):05d}", "invoice": "INV/1", "year": now.year}
    return [attach(choice.choice(("plan", "photo", "signed", "sheet")), facts, choice)]


def parse(raw):
    """*raw* as ``email.message.Message``. Raises whatever the parser chokes on."""
    return email.message_from_bytes(raw)


def utc_now():
    """The present, aware."""
    return datetime.datetime.now(datetime.timezone.utc)
