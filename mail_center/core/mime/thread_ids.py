"""What ties mails together: Message-IDs, References, subjects without their prefixes, link tokens.

A link token sits in the local part of a Message-ID that we make, so that any reply names the
record it belongs to: `<mc1.crm-lead.42.<mac>.<random>@domain>`, with `.a7` after the record id when
an account (7) is part of it. Model and id are readable by design (they are no secret); the MAC is
HMAC-SHA256 over version, model, record and account, cut to 80 bits in lower case base32, because
some servers fold the case of ids. The dots of a model name are written as dashes.
"""

import base64
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from ..signing import is_mac, mac
from .address import Address
from .header import MAX_REFERENCES

_MODEL = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
_TOKEN = re.compile(
    r"(?<![a-z0-9])(mc1\.([a-z][a-z0-9_-]{0,127})\.([1-9]\d{0,18})(?:\.a([1-9]\d{0,9}))?)"
    r"\.([a-z2-7]{16})(?![a-z0-9])",
    re.IGNORECASE,
)
_PURPOSE = "link"
_TOKEN_IN_LOCAL = re.compile(r"[A-Za-z0-9_.-]{1,200}")

# Reply and forward marks as mailers of many languages write them.
_MARKS = """
re aw antw antwort antwoord sv vs vá vast odp odpow odpowiedź rv ri r res resp rif rép ref tr fw fwd
wg wtr doorst pd prz przekaz dalej fs fyi enc i inoltra ynt ilt iletilen atb yml bls trs vl ha tov
továbbítás továbbítva továbbítása továbbítottüzenet nal peń ke kc peþ σχετ απ απάντηση πρθ προωθ
ответ отв нa на пересл відп відповідь пересил переслано 回复 回覆 答复 答覆 转发 轉寄 轉發
返信 転送 답장 회신 전달 re2 תשובה השב הועבר رد إعادة atsakymas persiųsta vast edasi odg prosl hr
"""
_MARK = "|".join(sorted({re.escape(mark) for mark in _MARKS.split()}, key=len, reverse=True))
_PREFIX = re.compile(
    rf"\s*(?:(?:{_MARK})\s{{0,3}}(?:[\[(^*]?\s?\d{{1,3}}[\])]?)?\s{{0,3}}[:\uff1a\ufe55\u2236]"
    # a list's or gateway's tag: no digit in it, those are ticket numbers
    r"|\[[^\[\]\d]{1,80}\])",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"\s*\((?:fwd?|forwarded)\)\s*$", re.IGNORECASE)


def new_message_id(domain: str, token: str = "") -> str:
    """A fresh `<token.random@domain>`; the domain is written in A-labels. ValueError if invalid."""
    ascii_domain = Address("", f"x@{domain}").ascii.rpartition("@")[2]
    if "@" in domain or not Address("", f"x@{ascii_domain}").valid:
        raise ValueError(f"{domain!r} is no domain a Message-ID can be made under.")
    if token and not _TOKEN_IN_LOCAL.fullmatch(token):
        raise ValueError("A token in a Message-ID may hold letters, digits, '-', '_' and '.' only.")
    # 100 random bits in base32, like the token in an alphabet that survives case folding
    random = base64.b32encode(secrets.token_bytes(15)).decode("ascii").lower()[:20]
    return f"<{token}.{random}@{ascii_domain}>" if token else f"<{random}@{ascii_domain}>"


@dataclass(frozen=True, slots=True)
class LinkToken:
    """The record (and the account) that a mail of ours belongs to."""

    model: str  # like crm.lead
    res_id: int
    account_id: int | None = None


def sign_token(key: bytes, token: LinkToken) -> str:
    """The token as text for `new_message_id`. ValueError for what is no model or id."""
    if not _MODEL.fullmatch(token.model) or len(token.model) > 100:
        raise ValueError(f"{token.model!r} is no model name.")
    if not 0 < token.res_id < 2**63 or not (
        token.account_id is None or 0 < token.account_id < 10**10
    ):
        raise ValueError("A link token needs positive ids.")
    payload = f"mc1.{token.model.replace('.', '-')}.{token.res_id}"
    if token.account_id is not None:
        payload += f".a{token.account_id}"
    return f"{payload}.{mac(key, _PURPOSE, payload)}"


def read_token(key: bytes, message_ids: Iterable[str]) -> LinkToken | None:
    """The first genuine token in some Message-IDs; foreign and forged ids are passed over."""
    for message_id in message_ids:
        local = message_id[:1000].rpartition("@")[0]
        match = _TOKEN.search(local)
        if not match:
            continue
        payload, model, res_id, account_id, given = match.groups()
        genuine = is_mac(key, _PURPOSE, payload.lower(), given.lower())
        if genuine and int(res_id) < 2**63:
            model = model.lower().replace("-", ".")
            return LinkToken(model, int(res_id), int(account_id) if account_id else None)
    return None


def subject_root(subject: str) -> str:
    """The subject without reply and forward marks of any language and without list tags.

    A tag with a digit in it stays: it is a number that tells two subjects apart. Never '' unless
    the subject is blank.
    """
    text = " ".join(subject[:2000].split())
    while True:
        match = _PREFIX.match(text)
        shorter = text[match.end() :].strip() if match else text
        shorter = _SUFFIX.sub("", shorter)
        if shorter == text or not shorter:
            return text
        text = shorter


def reply_references(
    parent_message_id: str,
    parent_references: Iterable[str] = (),
    parent_in_reply_to: Iterable[str] | str = (),
) -> tuple[str, ...]:
    """References of a reply (RFC 5322 3.6.4): the parent's, or its In-Reply-To, then the parent.

    An In-Reply-To of several ids is no chain and does not count. At most 100 ids: the thread's
    root and the nearest ones.
    """
    chain = [one for one in parent_references if one]
    if not chain:
        answered = parent_in_reply_to
        answered = answered.split() if isinstance(answered, str) else list(answered)
        chain = answered if len(answered) == 1 else []
    chain = [one for one in dict.fromkeys(chain) if one != parent_message_id]
    if parent_message_id:
        chain.append(parent_message_id)
    if len(chain) > MAX_REFERENCES:
        chain = chain[:1] + chain[1 - MAX_REFERENCES :]
    return tuple(chain)
