"""From stories to threads of drafts: facts, dates, participants, attachments."""

import datetime
import re

from . import parts
from .attachments import PRODUCTS, attach
from .build import Draft

_CITIES = ["Boston", "Leeds", "Oakland", "Austin", "Cork", "Fremont", "Dayton", "Utrecht"]
_CITIES_PL = ["Łódź", "Kraków", "Częstochowa", "Świnoujście", "Żyrardów"]
_STREETS = ["4557 De Silva Street", "77 Santa Barbara Road", "12 Foundry Lane", "3 Harbour Walk"]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
_MONTHS = ["March", "April", "May", "June", "September", "October", "November"]
_CHOICE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


def _answer_mark(sender, lang):
    """What the sender's program puts before the subject of an answer."""
    if lang == "pl" and sender.client in ("outlook", "legacy"):
        return "Odp: "
    return "RE: " if sender.client == "outlook" else "Re: "


class Clock:
    """Working hours of the last *days* days: 8 to 17 o'clock, Monday to Friday, at UTC+1."""

    _OPEN, _CLOSE = datetime.time(7), datetime.time(16)
    _MINUTES = 9 * 60

    def __init__(self, now, days):
        self.now = now
        self.minutes = int(days * 5 / 7 - 2) * self._MINUTES

    def at(self, minutes):
        """The moment *minutes* of working time before now; larger is earlier, never later."""
        left, day = max(minutes, 0), self.now
        for _ in range(1000):
            opening = datetime.datetime.combine(day.date(), self._OPEN, day.tzinfo)
            closing = datetime.datetime.combine(day.date(), self._CLOSE, day.tzinfo)
            end = min(closing, day)
            length = int((end - opening).total_seconds() // 60) if day.weekday() < 5 else 0
            if length > 0 and left < length:
                return end - datetime.timedelta(minutes=left + 1, seconds=minutes * 37 % 60)
            left -= max(length, 0)
            day = opening + datetime.timedelta(hours=16, minutes=59) - datetime.timedelta(days=1)
        raise ValueError("no working time found")

    def ago(self, days):
        """The moment about *days* calendar days ago."""
        return self.at(int(days * 5 / 7 * self._MINUTES))

    def thread(self, count, rng, age_days=None):
        """*count* moments of one conversation, oldest first."""
        gaps = [rng.choice((7, 25, 55, 120, 260, 400, 560, 900)) for _ in range(count - 1)]
        most = max(self.minutes - sum(gaps), 10)
        end = int(rng.triangular(3, most, 3)) if age_days is None else \
            int(age_days * 5 / 7 * self._MINUTES)
        marks = [end]
        for gap in gaps:
            marks.append(marks[-1] + gap + rng.randrange(5))
        return [self.at(mark) for mark in reversed(marks)]


class Teller:
    """Tells stories; counts documents and Message-IDs."""

    def __init__(self, rng, clock):
        self.rng, self.clock, self.count = rng, clock, 0

    def message_id(self, person):
        """A new Message-ID in the style of the person's mail program."""
        self.count += 1
        number = f"{self.rng.getrandbits(72):018x}{self.count:04x}"
        if person.client == "gmail":
            return f"<CA+{number}@mail.{person.domain}>"
        if person.client == "outlook":
            return f"<{number.upper()}@EXCH01.{person.domain}>"
        return f"<{number[:8]}-{number[8:12]}-{number[12:]}@{person.domain}>"

    def facts(self, ours, cast, lang):
        """What the placeholders of a story stand for."""
        rng = self.rng
        product, product_pl, product_ja, price = rng.choice(PRODUCTS)
        qty = rng.choice((6, 8, 12, 20, 25, 35, 50))
        amount = qty * price + 120
        return {
            "us": ours.first, "customer": cast[0].first, "company": cast[0].company,
            "email": cast[0].email, "name": cast[0].name, "lang": lang, "price": price,
            "product": product, "product_pl": product_pl, "product_ja": product_ja,
            "qty": qty, "qty2": qty * 2, "amount": f"EUR {amount:,.2f}",
            "amount_pl": f"{amount * 4.3:,.2f} zł".replace(",", " ").replace(".", ","),
            "order": f"S{rng.randrange(20, 400):05d}",
            "invoice": f"INV/{self.clock.now.year}/{rng.randrange(1, 300):05d}",
            "city": rng.choice(_CITIES), "city_pl": rng.choice(_CITIES_PL),
            "street": rng.choice(_STREETS), "weekday": rng.choice(_DAYS),
            "month": rng.choice(_MONTHS), "day": rng.randrange(4, 28),
            "hour": rng.choice((9, 10, 11, 14, 15)), "year": self.clock.now.year + 1,
            "area": rng.choice((60, 140, 220, 400)), "n": rng.randrange(10**6, 10**7),
        }

    def tell(self, story, ours, cast, age_days=None):
        """One thread of *story* as a list of ``Draft``, each answering the one before."""
        subject, turns = story
        lang = cast[0].lang
        facts = self.facts(ours, cast, lang)
        fill = self._fill
        title = fill(subject, facts)
        drafts, joined = [], [cast[0]]
        moments = self.clock.thread(len(turns), self.rng, age_days)
        for moment, (who, text, *kinds) in zip(moments, turns, strict=True):
            sender = {"u": ours, "c": cast[0], "k": cast[-1]}[who]
            if sender is not ours and sender not in joined:
                joined.append(sender)
            parent = drafts[-1] if drafts else None
            if sender is ours:
                to = [parent.sender if parent and parent.sender is not ours else cast[0]]
            else:
                to = [ours]
            drafts.append(Draft(
                sender, to, _answer_mark(sender, lang) + title if parent else title,
                fill(text, facts), moment, self.message_id(sender), lang,
                cc=[p for p in joined if p is not sender and p not in to],
                parent=parent, files=[attach(kind, facts, self.rng) for kind in kinds],
            ))
        return drafts

    def machine_bytes(self, draft, headers, root):
        """The bytes of a mail whose MIME *root* is ready (newsletters, reports)."""
        charset = draft.sender.charset
        people = ",\n ".join(parts.address(p.name, p.email) for p in draft.to)
        return parts.finish(root, [
            ("From", parts.address(draft.sender.name, draft.sender.email, charset)),
            ("To", people),
            ("Subject", parts.words(draft.subject, charset)),
            ("Date", parts.date(draft.date, draft.sender.zone)),
            ("Message-ID", draft.message_id),
            *headers,
        ])

    def _fill(self, text, facts):
        chosen = _CHOICE.sub(lambda match: self.rng.choice(match[1].split("|")), text)
        return chosen.format(**facts)
