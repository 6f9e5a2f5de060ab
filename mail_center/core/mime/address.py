"""Mail addresses: RFC 5322 3.4 lists as people and programs really write them, IDN, comparison."""

import functools
import re
import unicodedata
from dataclasses import dataclass

import idna

from .charset import clean_line
from .header import decode_words

_ATEXT = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-"
_DOT_ATOM = re.compile(rf"[{_ATEXT}]+(?:\.[{_ATEXT}]+)*")
_QUOTED_LOCAL = re.compile(r'"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*"')
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_LITERAL = re.compile(r"\[(?:IPv6:[0-9a-f:.]{2,45}|\d{1,3}(?:\.\d{1,3}){3})\]", re.IGNORECASE)
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff \t-]*")

# RFC 5321 allows 64 + 1 + 255 octets; room for what is longer and still meant.
_MAX_EMAIL = 500
_SHORT = 300


def _label_to_ascii(label: str) -> str:
    if label.isascii():
        return label.lower()
    try:
        return idna.encode(label, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError, ValueError, IndexError):
        return label.lower()


def _domain_to_ascii(domain: str) -> str:
    if domain.isascii() or len(domain) > 255:
        return domain.lower()
    return ".".join(_label_to_ascii(label) for label in re.split("[.\u3002\uff0e\uff61]", domain))


def _one_script(label: str) -> bool:
    """Whether a label's letters come from one script, so that it cannot pose as another name."""
    scripts = set()
    for char in label:
        if char.isascii():
            if char.isalpha():
                scripts.add("LATIN")
        elif unicodedata.category(char)[0] == "L":
            scripts.add(unicodedata.name(char, "?").split()[0].split("-")[0])
    asian = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"}
    return len(scripts) <= 1 or scripts <= asian


def _label_to_unicode(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        readable = idna.decode(label)
    except (idna.IDNAError, UnicodeError, ValueError, IndexError):
        return label
    return readable if _one_script(readable) and _label_to_ascii(readable) == label else label


def _normal_domain(domain: str) -> str:
    if len(domain) > 255 or ("xn--" not in domain.lower() and domain.isascii()):
        return domain.lower()
    return ".".join(_label_to_unicode(label) for label in _domain_to_ascii(domain).split("."))


@dataclass(frozen=True, slots=True)
class Address:
    """A display name ('' when none) and an address.

    `email` keeps the local part as it is; the domain is lower case and in Unicode, except labels
    that mix scripts to pose as another name, which stay in their xn-- form.
    """

    name: str
    email: str

    def __post_init__(self) -> None:
        # Controls inside stay, so that `build` can refuse them instead of guessing what was meant.
        local, at, domain = self.email.strip().rpartition("@")
        object.__setattr__(self, "name", self.name.strip())
        object.__setattr__(self, "email", local + at + _normal_domain(domain))

    @property
    def local(self) -> str:
        return self.email.rpartition("@")[0]

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2]

    @property
    def ascii(self) -> str:
        """The address with its domain in A-labels (RFC 5890); a Unicode local part stays."""
        local, at, domain = self.email.rpartition("@")
        return local + at + _domain_to_ascii(domain)

    @property
    def key(self) -> str:
        """Equal for addresses that mean one mailbox as far as anyone can tell."""
        return unicodedata.normalize("NFC", self.ascii).lower()

    @property
    def valid(self) -> bool:
        """Whether it can be written into an envelope (RFC 5321 4.1.2, RFC 6531 3.3)."""
        local, at, domain = self.ascii.rpartition("@")
        if not at or not local or len(local.encode("utf-8", "replace")) > 64 or len(domain) > 253:
            return False
        if not (_DOT_ATOM.fullmatch(local) or _QUOTED_LOCAL.fullmatch(local)):
            return False
        if any(unicodedata.category(char)[0] in "CZ" for char in local if not char.isascii()):
            return False  # controls, surrogates, invisible characters, blanks
        if _LITERAL.fullmatch(domain):
            return True
        return all(_LABEL.fullmatch(label) for label in domain.split("."))

    def __str__(self) -> str:
        """RFC 5322 display form in Unicode, the name quoted where needed."""
        name, email = clean_line(self.name), clean_line(self.email)
        if not name:
            return email
        if _PHRASE.fullmatch(name):
            return f"{name} <{email}>"
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{email}>'


class _Mailbox:
    """One list entry while it is being read."""

    __slots__ = ("angle", "comments", "has_at", "words")

    def __init__(self) -> None:
        self.has_at = False
        self.words: list[str] = []  # text outside <> and comments, quoted strings unquoted
        self.angle: str | None = None
        self.comments: list[str] = []


def _split_bare(text: str) -> tuple[str, str]:
    """(address, what else stands there) of an entry without angle brackets."""
    left, _, right = text.rpartition("@")
    left, right = left.rstrip(), right.lstrip()
    domain, _, after = right.partition(" ")
    start = left.rfind('"', 0, len(left) - 1) if left.endswith('"') else left.rfind(" ") + 1
    start = max(start, 0)
    return f"{left[start:]}@{domain}", f"{left[:start]} {after}".strip()


def _finish(box: _Mailbox, carried: list[str]) -> Address | None:
    """The entry as an Address. A piece without any address is carried over: `Doe, Jane <j@x>`."""
    text = "".join(box.words).strip()
    if box.angle is None and "@" not in text:
        if text:
            carried.append(text)
        return None
    if box.angle is not None:
        email = box.angle
        if email.startswith("@") and ":" in email:  # obsolete source route
            email = email.rpartition(":")[2]
        name = ", ".join([*carried, text] if text else carried)
        if "@" not in email and "@" in text:  # `jane@x <>` and `jane@x <jane>`
            email, name = _split_bare(text)
    else:
        email, name = _split_bare(text)
    carried.clear()
    if not email.startswith('"'):
        email = "".join(email.split())
    if email.lower().startswith("mailto:"):
        email = email[7:]
    if len(email) > 2 and email[0] == email[-1] == "'":
        email = email[1:-1]
    local, _, domain = email.rpartition("@")
    if not local or not domain or len(email) > _MAX_EMAIL:
        return None
    name = decode_words(name or " ".join(box.comments))
    if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1].strip()
    address = Address(" ".join(name.split()), decode_words(email))
    if not address.local or not address.domain:
        return None
    # The address again as its own name says nothing.
    return Address("", address.email) if address.name == address.email else address


def parse_addresses(text: str, limit: int = 10_000) -> tuple[Address, ...]:
    """Addresses of a header field or of what a person typed, in order; duplicates stay.

    Takes the raw field: encoded words are decoded after the list is split, because a decoded name
    may hold a comma. Knows quoted names, comments, groups (the members count), source routes,
    semicolons as separators and unquoted `Doe, Jane <j@example.org>`. What is no address is
    skipped. Linear, never raises; stops after `limit` addresses.
    """
    # The same people write and get mail again and again.
    return (_remembered if len(text) <= _SHORT else _read)(text, limit)


def _read(text: str, limit: int) -> tuple[Address, ...]:
    found: list[Address] = []
    carried: list[str] = []
    box = _Mailbox()
    position, size = 0, len(text)
    depth = 0
    comment: list[str] = []

    def finish() -> None:
        nonlocal box
        address = _finish(box, carried)
        if address:
            found.append(address)
        box = _Mailbox()

    while position < size and len(found) < limit:
        char = text[position]
        position += 1
        if depth:
            if char == "\\":
                comment.append(text[position : position + 1])
                position += 1
            elif char == ")" and depth == 1:
                depth = 0
                box.comments.append("".join(comment))
                comment.clear()
            else:
                depth += (char == "(") - (char == ")")
                comment.append(char)
        elif char == "(":
            depth = 1
        elif char == '"':
            end = position
            chars: list[str] = []
            while end < size and text[end] != '"':
                if text[end] == "\\" and end + 1 < size:
                    end += 1
                chars.append(text[end])
                end += 1
            quoted = "".join(chars)
            position = end + 1
            if text[position : position + 1] == "@":  # a quoted local part keeps its quotes
                quoted = f'"{quoted}"'
            box.words.append(quoted)
        elif char == "<":
            end = text.find(">", position)
            end = size if end < 0 else end
            if box.angle is None:
                box.angle = text[position:end].lstrip("< ").strip()
            position = end + 1
        elif char == ">":
            continue  # one too many
        elif char in ",;\r\n":
            finish()
            if char == ";":
                carried.clear()
        elif char == ":" and box.angle is None and not box.has_at:
            # A group's name, or `mailto`: what counts follows.
            box.words.clear()
            carried.clear()
        else:
            box.has_at = box.has_at or char == "@"
            box.words.append(char)
    if len(found) < limit:
        if depth and comment:
            box.comments.append("".join(comment))
        finish()
    return tuple(found)


_remembered = functools.lru_cache(maxsize=4096)(_read)


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def not_addresses(text: str) -> list[str]:
    """What in a typed list of recipients is no address and would be lost if it were skipped.

    >>> not_addresses('anna@example.com, jan(at)example.com')
    ['jan(at)example.com']
    """
    wrong = []
    bare = _QUOTED.sub(lambda found: "x" * len(found[0]), text)
    start = 0
    for end in [*(m.start() for m in re.finditer(r"[,;]", bare)), len(text)]:
        token = text[start:end].strip()
        start = end + 1
        if not token or token.endswith(":"):
            continue
        # "Team: anna@example.com" begins a group (RFC 5322, 3.4).
        token = token.rpartition(":")[2].strip() if ":" in token else token
        found = parse_addresses(token)
        if bare[end - len(token) : end].count("@") != 1 or len(found) != 1 or not found[0].valid:
            wrong.append(token)
    return wrong
