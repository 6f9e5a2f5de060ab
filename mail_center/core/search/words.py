"""Words as PostgreSQL's full text search takes them: without accents, their endings open."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Container, Iterable, Iterator, Sequence

# For SQL's translate(): what can't be taken apart into a letter and an accent has to be listed,
# and an expression of a generated column has to be immutable, which unaccent() is not.
_PAIRS = {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ħ": "h", "ı": "i"}


def _pairs() -> dict[str, str]:
    # Without punctuation addresses, file names and document numbers are found by their parts.
    pairs = dict(_PAIRS) | dict.fromkeys(string.punctuation, " ")
    for code in range(0xC0, 0x250):
        letter = chr(code)
        base = unicodedata.normalize("NFD", letter)[0]
        if base != letter and base.isascii() and base.isalpha():
            pairs[letter] = base
    return pairs


LETTERS, PLAIN = ("".join(part) for part in zip(*sorted(_pairs().items()), strict=True))
_TABLE = str.maketrans(LETTERS, PLAIN) | dict.fromkeys((*range(32), 127), " ")
# PostgreSQL's trigrams are made of so many letters or digits.
_TRIGRAM = re.compile(r"\w{3}")

_WORD = re.compile(r"\w+")
# For bytes.translate(): what _TABLE and lower() make of ASCII.
_ASCII = bytes(range(128)).decode().translate(_TABLE).lower().encode() + bytes(128)
# Beyond ASCII: the letters of _TABLE, and what parts words as a blank does (dashes, quotes, signs).
_IN_ASCII = {
    letter: letter.translate(_TABLE).lower() if ord(letter) in _TABLE else " "
    for letter in map(chr, (*range(0x80, 0x250), *range(0x2000, 0x2C00)))
    if ord(letter) in _TABLE or not _WORD.match(letter.lower())
}
# Endings of Polish (and of many another) inflection are this long at most; shorter words stay.
_STEM_MIN = 5
_ENDING = 2


def plain(text: str) -> str:
    """The text as the index has it: composed, without accents."""
    if text.isascii():
        return text.encode().translate(_ASCII).decode()
    return unicodedata.normalize("NFC", text).translate(_TABLE).lower()


def _words(text: str) -> list[str]:
    """The words of ``plain(text)``, in a fraction of the time where it becomes ASCII: mostly."""
    if not text.isascii():
        text = composed = unicodedata.normalize("NFC", text)
        for letter in set(text):
            if letter > "\x7f":
                if letter not in _IN_ASCII:
                    return _WORD.findall(plain(composed))
                text = text.replace(letter, _IN_ASCII[letter])
    return text.encode().translate(_ASCII).decode().split()


def tsquery(text: str, phrase: bool = False) -> str:
    """A query for ``to_tsquery('simple', …)``, empty when the text has no word.

    Every word stands for its beginnings too; of longer words the last letters are left open:
    *faktura* finds *faktury* and *fakturze*. ``phrase``: the words in this order, as they are.
    """
    words = stems(text, whole=phrase)
    if phrase:
        return " <-> ".join(f"'{word}'" for word in words)
    return " & ".join(f"'{word}':*" for word in words)


def scattered(text: str) -> str:
    """A query for the words of a phrase wherever they stand, which an index answers alone."""
    return " & ".join(f"'{word}'" for word in stems(text, whole=True))


def beginnings(text: str, weight: str = "") -> str:
    """A query for the words of a text, the last of which may go on.

    So names, addresses and subjects are looked for. ``weight``: A to D, where in the index they
    have to stand.
    """
    *whole, last = stems(text, whole=True) or [""]
    words = [f"'{word}':{weight}".rstrip(":") for word in whole]
    return " & ".join([*words, f"'{last}':*{weight}"]) if last else ""


def leads(text: str, weight: str = "") -> str:
    """What of ``beginnings`` an index finds quickly: the words that are whole, if there are any.

    In *anna@gmail.com* the beginning *com* stands in every mail.
    """
    words = stems(text, whole=True)
    if len(words) < 2:
        return beginnings(text, weight)
    return " & ".join(f"'{word}':{weight}".rstrip(":") for word in words[:-1])


def people(*texts: str | None) -> str:
    """Names and addresses as the index over their parts has them, a blank at either end.

    *Jan Żak <j@zak.pl>* → ``" jan zak  j zak pl  "``.
    """
    text = " ".join(filter(None, texts))
    return f" {plain(text)} " if text else ""


def parts(text: str) -> list[str]:
    """What of ``people`` has to be there for a name, an address or a part of one.

    *owalsk* → ``["owalsk"]``; *Jan ko* → ``["jan", "ko"]``; *jan@firm* → ``["jan firm"]``.
    """
    return [part for word in text.split() if _WORD.search(part := plain(word))]


def in_trigrams(wanted: Iterable[str]) -> bool:
    """Does an index over trigrams know any of these ``parts``?"""
    return any(map(_TRIGRAM.search, wanted))


def common(part: str, seen: Sequence[str]) -> set[str]:
    """The trigrams of *part* that are in more than half of the texts *seen*."""
    return {
        trigram for trigram in _trigrams(part)
        if trigram and 2 * sum(trigram in text for text in seen) > len(seen)
    }  # fmt: skip


def telling(part: str, common: Container[str]) -> list[str]:
    """What of a part to look up in an index over trigrams: its pieces without the *common* ones.

    The index goes through all mails that have a trigram, whatever others they must have: in
    *jan@firm.com* the letters *com* cost more than they tell. The whole part where all are common.
    """
    pieces, piece = [], ""
    for trigram in _trigrams(part):
        if not trigram or trigram in common:
            piece = ""
        elif piece:
            pieces[-1] = piece = piece + trigram[-1]
        else:
            piece = trigram
            pieces.append(piece)
    return pieces or [part]


def _trigrams(part: str) -> Iterator[str]:
    """In their order; those that reach over the end of a word are left out, as an empty one."""
    for start in range(len(part) - 2):
        trigram = part[start : start + 3]
        yield trigram if _TRIGRAM.match(trigram) else ""


def stems(text: str, whole: bool = False) -> list[str]:
    """The words of a text, each as far as it does not bend; all of it when ``whole``."""
    words = _words(text)
    return words if whole else [_stem(word) for word in words]


def _stem(word: str) -> str:
    if word.isdigit() or not word.isalpha() or len(word) < _STEM_MIN:
        return word
    return word[: max(_STEM_MIN - 1, len(word) - _ENDING)]


# What PostgreSQL holds in a tsvector: bytes of a word and of all, places of a word, the last place.
_WORD_BYTES_MAX = 2046
_BYTES_MAX = 900_000
_PLACES_MAX = 255
_LAST_PLACE = 16_383
_OVERHEAD = 8  # bytes of a word beside its letters, two more for each place
_SURELY_FITS = 80_000  # letters
# What is shorter than this, with its places, is neither too long a word nor has too many places.
_SURELY_RIGHT = min(_WORD_BYTES_MAX // 4, 2 * _PLACES_MAX)
_PLACES = tuple(map(str, range(_LAST_PLACE + 1)))


def vector(parts: Iterable[tuple[str, str]]) -> str:
    """The text form of a ``tsvector`` of ``(weight, text)``, weights being A, B, C or D.

    Made here and not by ``to_tsvector(translate(…))`` in PostgreSQL, which takes twenty times as
    long: its translate() compares every letter with each that it may have to replace.
    """
    entries: dict[str, str] = {}  # word → itself and its places, as PostgreSQL reads them
    have = entries.get
    number = letters = 0
    for weight, text in parts:
        letters += len(text)
        words = _words(text)
        if weight == "D":
            room = max(_LAST_PLACE - number, 0)
            places = _PLACES[number + 1 : number + 1 + len(words)]
            for word, place in zip(words, places, strict=False):
                entry = have(word)
                entries[word] = f"{entry},{place}" if entry else f"{word}:{place}"
            for word in set(words[room:]).difference(entries):
                entries[word] = f"{word}:{_LAST_PLACE}"
            number += min(len(words), room)
        else:
            for word in words:
                number = min(number + 1, _LAST_PLACE)
                entry, place = have(word), f"{number}{weight}"
                if not entry:
                    entries[word] = f"{word}:{place}"
                elif not entry.endswith(place):  # all further ones are at the last place
                    entries[word] = f"{entry},{place}"
    found = entries.values()
    if letters > _SURELY_FITS or max(map(len, found), default=0) > _SURELY_RIGHT:
        found = _fitting(entries)
    return " ".join(found)


def _fitting(entries: dict[str, str]) -> list[str]:
    """As much of the words and their places, from the first on, as a tsvector holds."""
    fitting, size = [], 0
    for word, entry in entries.items():
        places = entry[len(word) + 1 :].split(",", _PLACES_MAX)[:_PLACES_MAX]
        size += len(word.encode()) + _OVERHEAD + 2 * len(places)
        if size > _BYTES_MAX:
            break
        if len(word) <= _WORD_BYTES_MAX // 4:
            fitting.append(f"{word}:{','.join(places)}")
    return fitting
