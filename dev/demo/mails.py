"""All mail of the demo: ``demo_mails()`` gives a list of ``SeedMail``.

Equal *now* gives equal bytes; another *now* moves the dates and leaves the Message-IDs.
"""

import datetime
import random
from dataclasses import dataclass

from . import people, specials, stories_en, stories_more
from .build import Draft, compose, delivered
from .bulk import bulk_mails, list_mails
from .people import ANNA, CUSTOMER, JAN, MARIA, OFFICE
from .storytelling import Clock, Teller

CUSTOM_FOLDER = "Klienci/Łódź"
DAYS = 60


@dataclass(frozen=True)
class SeedMail:
    """A mail in its place. *folder* uses ``/``; *date* is the INTERNALDATE; *raw* has CRLF."""

    mailbox: str
    folder: str
    flags: tuple
    date: datetime.datetime
    raw: bytes


class Post:
    """Puts drafts into the folders of those who wrote and got them."""

    owners = {p.email: p for p in (ANNA, JAN, OFFICE, CUSTOMER)}

    def __init__(self, now, rng):
        self.now, self.rng, self.mails = now, rng, []

    def put(self, mailbox, folder, flags, moment, raw):
        self.mails.append(SeedMail(mailbox, folder, tuple(flags), moment, raw))

    def send(self, draft, *, answered=False, last=None, raw=None, return_path=None):
        """File *draft* in the sender's Sent and in the folder of each recipient with a mailbox."""
        raw = raw or compose(draft)
        sender = draft.sender.email
        if sender in self.owners:
            self.put(sender, "Sent", ["\\Seen"], draft.date, raw)
        for person in [*draft.to, *draft.cc]:
            if person.email not in self.owners or person.email == sender:
                continue
            moment = draft.date + datetime.timedelta(seconds=self.rng.randrange(2, 40))
            copy = delivered(raw, person.email, sender, moment, return_path=return_path)
            folder = self._folder(person.email, draft, last or draft.date)
            flags = self._flags(person.email, draft.date, answered)
            self.put(person.email, folder, flags, moment, copy)
        return raw

    def _folder(self, mailbox, draft, last):
        if mailbox == ANNA.email and draft.sender.domain == "meblownia.example":
            return CUSTOM_FOLDER
        old = self.now - last > datetime.timedelta(days=25)
        # The whole thread moves, so the choice hangs on the thread, not on the mail.
        keep = sum((draft.references or [draft.message_id])[0].encode()) % 4 == 0
        return "Archive" if old and not keep and mailbox != CUSTOMER.email else "INBOX"

    def _flags(self, mailbox, date, answered):
        flags = ["\\Answered"] if answered else []
        if mailbox == CUSTOMER.email:
            return ["\\Seen", "\\Answered"]
        fresh = self.now - date < datetime.timedelta(days=8)
        if answered or self.rng.random() > (0.8 if fresh else 0.1):
            flags.append("\\Seen")
        if self.rng.random() < 0.06:
            flags.append("\\Flagged")
        return flags


def demo_mails(now=None, seed=2026):
    """The mail of all demo mailboxes, oldest first: a list of 300 to 500 ``SeedMail``.

    *now* (aware, default the present) is the end of the last ``DAYS`` days the dates lie in.
    """
    now = (now or datetime.datetime.now(datetime.timezone.utc)).replace(microsecond=0)
    rng = random.Random(seed)
    clock = Clock(now, DAYS)
    post = Post(now, rng)
    teller = Teller(rng, clock)
    for drafts in _threads(teller, rng):
        answered = {id(draft.parent) for draft in drafts}
        for draft in drafts:
            post.send(draft, answered=id(draft) in answered, last=drafts[-1].date)
    _special(post, teller, clock, rng)
    for person in (ANNA, OFFICE, JAN):
        for draft, raw in bulk_mails(person, teller, clock, rng):
            post.send(draft, raw=raw)
    for draft, raw in list_mails((ANNA, OFFICE, JAN), teller, clock):
        post.send(draft, raw=raw)
    return sorted(post.mails, key=lambda mail: (mail.date, mail.mailbox, mail.folder))


def _threads(teller, rng):
    """The conversations, each a list of ``Draft``."""
    rows = [
        # ours, companies, stories, how many
        (ANNA, people.ENGLISH, stories_en.STORIES, 16),
        (ANNA, people.POLISH, stories_more.POLISH, 6),
        (ANNA, people.JAPANESE, stories_more.JAPANESE, 3),
        (OFFICE, people.ENGLISH, stories_en.STORIES, 11),
        (OFFICE, people.POLISH, stories_more.POLISH, 4),
        (OFFICE, people.FRENCH, stories_more.FRENCH, 1),
        (JAN, people.ENGLISH, stories_en.STORIES, 9),
        (JAN, people.JAPANESE, stories_more.JAPANESE, 3),
        (JAN, people.POLISH, stories_more.POLISH, 2),
    ]
    for ours, companies, stories, count in rows:
        offset = rng.randrange(len(stories))
        for number in range(count):
            company = companies[(number + offset) % len(companies)]
            first = rng.randrange(len(company))
            cast = [*company[first:], *company[:first]][:2]
            yield teller.tell(stories[(number + offset) % len(stories)], ours, cast)
    for number, story in enumerate(stories_more.INTERNAL):
        ours, theirs = ((ANNA, MARIA), (ANNA, JAN), (JAN, ANNA), (JAN, MARIA))[number % 4]
        yield teller.tell(story, ours, [theirs])
    yield teller.tell(stories_more.CHAIRS, ANNA, [CUSTOMER], age_days=0.2)


def _special(post, teller, clock, rng):
    """One of each kind of mail that is no conversation, and the mail it answers."""
    gone = people.Person("Robert Gone", "robert@gone.example", "Gone Ltd", "Buyer")
    away = people.ENGLISH[1][0]
    holiday = people.POLISH[2][1]
    daemon = people.Person("Mail Delivery System", "MAILER-DAEMON@mail.mailcenter.example", "", "")
    hour = datetime.timedelta(hours=1)

    def sent(ours, to, subject, body, days, lang="en"):
        draft = Draft(ours, [to], subject, body, clock.ago(days), teller.message_id(ours), lang)
        return draft, post.send(draft)

    def machine(sender, to, special, moment, message_id, return_path=""):
        subject, headers, root = special
        draft = Draft(sender, [to], subject, "", moment, message_id)
        raw = teller.machine_bytes(draft, headers, root)
        post.send(draft, raw=raw, return_path=return_path)

    for ours, days in ((ANNA, 3), (OFFICE, 19)):
        draft, raw = sent(ours, gone, "Your new contact at Mail Center Furniture",
                          "Hello Robert,\n\nI have taken over your account. When may I call?", days)
        own = teller.message_id(daemon)
        machine(daemon, ours, specials.bounce(raw, gone.email, own, draft.date),
                draft.date + hour / 60, own)

    draft, _raw = sent(ANNA, away, "Prices for next year", "Attached is nothing yet :-) The list "
                       "comes on Friday. Does the old discount still suit you?", 5)
    until = (draft.date + datetime.timedelta(days=9)).strftime("%d %B")
    machine(away, ANNA, specials.out_of_office(draft.message_id, draft.subject, "en", until),
            draft.date + hour / 50, teller.message_id(away))

    draft, _raw = sent(OFFICE, holiday, "Umowa serwisowa – przedłużenie", "Dzień dobry,\n\numowa "
                       "serwisowa kończy się za miesiąc. Czy życzą sobie Państwo przedłużenia?",
                       9, "pl")
    machine(holiday, OFFICE, specials.out_of_office(
        draft.message_id, draft.subject, "pl", until), draft.date + hour / 40,
        teller.message_id(holiday))

    reader = people.ENGLISH[3][2]
    draft, _raw = sent(ANNA, reader, "Please confirm: assembly on Tuesday", "The fitters come at "
                       "8:00. Please make sure that the lift is free.", 4)
    own = teller.message_id(reader)
    machine(reader, ANNA, specials.read_receipt(draft.message_id, draft.subject, reader.email, own),
            draft.date + 2 * hour, own)

    for days, ahead, title, organizer, guests in (
        (2, 2, "Showroom visit", people.ENGLISH[0][1], [ANNA, JAN]),
        (8, 1, "Weekly sales meeting", MARIA, [ANNA, JAN]),
        (15, 3, "Przegląd oferty – Łódź", people.POLISH[0][1], [OFFICE]),
    ):
        own, moment = teller.message_id(organizer), clock.ago(days)
        start = (moment + datetime.timedelta(days=ahead)).replace(hour=9, minute=0, second=0)
        while start.weekday() > 4:
            start += datetime.timedelta(days=1)
        special = specials.invitation((organizer.name, organizer.email),
                                      [(p.name, p.email) for p in guests], title, start, own)
        subject, headers, root = special
        draft = Draft(organizer, guests, subject, "", moment, own)
        post.send(draft, raw=teller.machine_bytes(draft, headers, root))

    moment = clock.ago(7)
    sender = people.Person("Zbigniew", "z@stare-meble.example", "Stare Meble", "")
    own = teller.message_id(sender)
    draft = Draft(sender, [OFFICE], "", "", moment, own)
    post.send(draft, raw=specials.broken(
        own, moment.strftime("%a, %d %b %Y %H:%M:%S +0000"), OFFICE.email))
