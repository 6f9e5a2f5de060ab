"""The bulk of an inbox: newsletters, notices of machines, mailing list posts."""

from . import newsletters, parts
from .build import Draft
from .people import Person


def bulk_mails(person, teller, clock, rng):
    """Pairs ``(draft, bytes)`` of the bulk mail one mailbox got over the whole time."""
    yield from _newsletters(person, teller, clock, rng)
    yield from _notices(person, teller, clock, rng)


def _newsletters(person, teller, clock, rng):
    for publisher in newsletters.PUBLISHERS:
        name, mail, *_rest, lang, charset = publisher
        sender = Person(name, mail, name, "", lang, "bulk", charset)
        if rng.random() < 0.2:
            continue
        for number in range(rng.randrange(3, 6)):
            own = teller.message_id(sender)
            moment = clock.ago(rng.uniform(0.1, 54))
            subject, headers, root = newsletters.newsletter(
                publisher, number, person.email, own)
            draft = Draft(sender, [person], subject, "", moment, own, lang)
            yield draft, teller.machine_bytes(draft, headers, root)


def _notices(person, teller, clock, rng):
    for number in range(9):
        row = newsletters.NOTICES[number % len(newsletters.NOTICES)]
        sender = Person(row[0], row[1], row[0], "", client="bulk")
        facts = teller.facts(person, [person], "en") | {
            "company": rng.choice(("Azure Interior", "Gemini Furniture", "Ready Mat")),
        }
        subject, headers, root = newsletters.notice(row, facts)
        draft = Draft(sender, [person], subject, "", clock.ago(rng.uniform(0.1, 54)),
                      teller.message_id(sender))
        yield draft, teller.machine_bytes(draft, headers, root)


def list_mails(subscribers, teller, clock):
    """Pairs ``(draft, bytes)`` of a mailing list; its *subscribers* are in no header.

    Every subscriber gets the same Message-ID, as it is with lists.
    """
    for age, (subject, posts) in zip((6, 21), newsletters.LIST_TALK, strict=True):
        chain = []
        for number, (name, mail, text) in enumerate(posts):
            sender = Person(name, mail, "", "", client="thunderbird")
            own = teller.message_id(sender)
            moment = clock.ago(age - number * 0.7)
            draft = Draft(sender, list(subscribers), subject, "", moment, own)
            title = f"[ergonomics] {subject}"
            raw = parts.finish(newsletters.list_root(text), [
                ("From", f"{name} <{mail}>"),
                ("To", newsletters.LIST_ADDRESS),
                ("Subject", f"Re: {title}" if chain else title),
                ("Date", parts.date(moment, sender.zone)),
                ("Message-ID", own),
                ("In-Reply-To", chain[-1] if chain else None),
                ("References", parts.ids(chain)),
                *newsletters.list_headers(),
            ])
            chain.append(own)
            yield draft, raw
