"""Values as text in the recipient's language and time zone (CLDR data through Babel)."""

from __future__ import annotations

import html
import re
from datetime import date, datetime, timezone
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, dates, lists, numbers
from markupsafe import Markup

from .conventions import Conventions

NAMED_FORMATS = ("short", "medium", "long", "full")
_PATTERN = re.compile(r"[A-Za-z0-9 .,:;/()'\-\u00a0-\u024f]{1,64}\Z")
_QUOTED = re.compile(r"'[^']*'")
_ISO_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_BREAKS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]*>", re.I)
_PATTERN_NUMBER = re.compile(r"[#0][#0.,]*")
_TAGS = re.compile(r"<[^<>]*>")
# CLDR has these (posix/messages), Babel doesn't pass them on.
_YES_NO = {
    "cs": ("Ano", "Ne"), "da": ("Ja", "Nej"), "de": ("Ja", "Nein"), "en": ("Yes", "No"),
    "es": ("Sí", "No"), "fi": ("Kyllä", "Ei"), "fr": ("Oui", "Non"), "hu": ("Igen", "Nem"),
    "it": ("Sì", "No"), "lt": ("Taip", "Ne"), "nb": ("Ja", "Nei"), "nl": ("Ja", "Nee"),
    "pl": ("Tak", "Nie"), "pt": ("Sim", "Não"), "ro": ("Da", "Nu"), "ru": ("Да", "Нет"),
    "sk": ("Áno", "Nie"), "sv": ("Ja", "Nej"), "uk": ("Так", "Ні"),
}


def find_locale(identifier: str) -> Locale:
    """The locale for ``pl_PL``, ``pl-PL``, ``pl``, ``sr@latin``; English if there is none."""
    wanted = str(identifier or "").replace("-", "_").split(".")[0]
    for candidate in (wanted, wanted.split("@")[0], wanted.split("_")[0].split("@")[0]):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return Locale("en", "US")


def find_timezone(name: str):
    """The time zone of that IANA name; UTC if there is none."""
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        return timezone.utc


class Formats:
    """Formatting for one language and time zone. Nothing here raises on a value of its type.

    Numbers and amounts follow ``conventions`` where they are given, else CLDR.
    """

    def __init__(
        self, locale: str = "en_US", tz: str = "UTC", conventions: Conventions | None = None
    ):
        self.locale = find_locale(locale)
        self.conventions = conventions
        self.timezone = find_timezone(tz)

    def local(self, value: datetime) -> datetime:
        """The same moment in the recipient's time zone."""
        if value.tzinfo is None:
            value = value.replace(tzinfo=timezone.utc)
        try:
            return value.astimezone(self.timezone)
        except (OverflowError, ValueError):
            return value.replace(tzinfo=self.timezone)  # the ends of the calendar

    def date(self, value: date, pattern: str = "medium") -> str:
        """A date, or the date of a datetime."""
        if isinstance(value, datetime):
            value = self.local(value).date()
        return dates.format_date(value, pattern, self.locale)

    def datetime(self, value: date, pattern: str = "medium") -> str:
        """A date with time; a date without one is written as a date, or starts at midnight."""
        if not isinstance(value, datetime):
            if pattern in NAMED_FORMATS:
                return self.date(value, pattern)
            value = datetime(value.year, value.month, value.day, tzinfo=self.timezone)
        value = self.local(value)
        if pattern not in NAMED_FORMATS:
            return dates.format_datetime(value, pattern, self.timezone, self.locale)
        # Babel's own long forms show seconds and a zone that nobody wants in a letter.
        joined = str(dates.get_datetime_format(pattern, self.locale))
        day = dates.format_date(value.date(), pattern, self.locale)
        return joined.replace("'", "").replace("{1}", day).replace("{0}", self.time(value))

    def time(self, value: datetime, pattern: str = "short") -> str:
        """The time of day."""
        return dates.format_time(self.local(value), pattern, self.timezone, self.locale)

    def number(self, value: float, digits: int | None = None) -> str:
        """A number; with ``digits`` exactly that many after the decimal sign."""
        if not _sensible(value):
            return str(value) if _finite(value) else ""
        if self.conventions:
            exact = rounded(value, 3 if digits is None else digits)
            if digits is None and exact % 1 == 0:
                exact = rounded(value, 0)
            elif digits is None:
                exact = exact.normalize()
            return self.conventions.number(exact)
        if digits is None:
            return numbers.format_decimal(value, locale=self.locale)
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return numbers.format_decimal(rounded(value, digits), pattern, locale=self.locale)

    def percent(self, value: float, digits: int = 0) -> str:
        """0.23 as 23%."""
        if not _sensible(value):
            return str(value) if _finite(value) else ""
        pattern = self.locale.percent_formats.get(None).pattern
        if self.conventions:
            number = self.conventions.number(rounded(value, digits + 2).scaleb(2))
            return _PATTERN_NUMBER.sub(lambda found: number, pattern.partition(";")[0], count=1)
        pattern = pattern.replace("0", "0" + ("." + "0" * digits if digits else ""), 1)
        return numbers.format_percent(rounded(value, digits + 2), pattern, locale=self.locale)

    def money(self, value: float, currency: str = "") -> str:
        """An amount with its currency (ISO 4217 code); without one, two decimals."""
        if not _sensible(value):
            return str(value) if _finite(value) else ""
        if not currency:
            return self.number(value, 2)
        if self.conventions:
            known = self.conventions.currencies.get(currency)
            digits = known.digits if known else numbers.get_currency_precision(currency)
            return self.conventions.money(self.number(value, digits), currency)
        if not _ISO_CURRENCY.match(currency):
            return f"{self.number(value, 2)}\u00a0{currency}"
        digits = numbers.get_currency_precision(currency)
        return numbers.format_currency(rounded(value, digits), currency, locale=self.locale)

    def list(self, texts: list[str]) -> str:
        """“a, b and c”."""
        # Babel fills patterns by str.format, once for each item: texts must not be read as such.
        marks = [f"\ue000{n}\ue001" for n in range(len(texts))]
        joined = lists.format_list(marks[:3] if len(marks) > 3 else marks, locale=self.locale)
        if len(marks) <= 3:
            return re.sub("\ue000(\\d+)\ue001", lambda m: texts[int(m[1])], joined)
        before, middle, last, after = re.split("\ue000[012]\ue001", joined)
        return before + middle.join(texts[:-1]) + last + texts[-1] + after

    def yes_no(self, value: bool) -> str:
        """Yes or no, in English where the language isn't known."""
        return _YES_NO.get(self.locale.language, _YES_NO["en"])[0 if value else 1]

    def plain_value(self, value) -> str:
        """A value that came without a filter."""
        if isinstance(value, bool):
            return self.yes_no(value)
        if isinstance(value, int):
            return f"{value:d}"  # no grouping: it may be a year or a number of a document
        if isinstance(value, float):
            return self.number(value)
        return self.datetime(value) if isinstance(value, datetime) else self.date(value)

    def plain_text(self, value: Markup) -> str:
        """HTML as text: lines kept, tags dropped, entities decoded."""
        # Comments are cut by find: a regular expression would be quadratic in unclosed ones.
        kept, rest = [], str.__str__(value)
        while "<!--" in rest:
            before, _start, rest = rest.partition("<!--")
            kept.append(before)
            rest = rest.partition("-->")[2]
        text = _TAGS.sub("", _BREAKS.sub("\n", "".join(kept) + rest))
        lines = (" ".join(line.split()) for line in html.unescape(text).split("\n"))
        return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()


def rounded(value: float, digits: int) -> Decimal:
    """Half up, as on an invoice, from the number's shortest decimal form (2.675 is 2.68)."""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    try:
        return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    except InvalidOperation:
        return exact  # more digits than Decimal keeps: nothing to round


def _finite(value: float) -> bool:
    return value == value and abs(value) != float("inf")


def _sensible(value: float) -> bool:
    """Whether Babel, which counts with 28 digits, can write it."""
    return _finite(value) and abs(value) < 10**15


def check_pattern(pattern: str, of: str) -> str | None:
    """Why ``pattern`` is no format of a ``date``, ``datetime`` or ``time``; None if it is one."""
    if pattern in NAMED_FORMATS:
        return None
    # Every letter outside of quotes is a field (UTS #35); Babel lets those it doesn't know pass as
    # text, and which it knows changes from version to version.
    letters = set(re.findall("[A-Za-z]", _QUOTED.sub("", pattern)))
    if _PATTERN.match(pattern) and letters <= set(dates.PATTERN_CHARS):
        sample = datetime(2001, 12, 31, 23, 59, 58)
        try:
            if getattr(Formats(), of)(sample, pattern).strip():
                return None
        except (ValueError, KeyError, AttributeError, TypeError, IndexError):
            pass
    return "takes short, medium, long, full or a pattern such as dd.MM.yyyy"
