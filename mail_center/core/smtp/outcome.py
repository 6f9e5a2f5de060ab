"""From an SMTP reply to what it means for a recipient, a mail, or the account. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..i18n import _

# States of a mail, which is a draft before; those of a recipient are queued, sent, deferred,
# failed, uncertain, cancelled. Scheduled is queued for a later time, see shown_state.
SCHEDULED = "scheduled"
QUEUED = "queued"
SENDING = "sending"
SENT = "sent"
PARTLY_SENT = "partly_sent"
DEFERRED = "deferred"
FAILED = "failed"
UNCERTAIN = "uncertain"
CANCELLED = "cancelled"

TEXT_MAX = 1000
_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?=\s|$)")


@dataclass(frozen=True)
class Reply:
    """An SMTP reply: ``code`` (RFC 5321), ``enhanced`` (``5.1.1``, RFC 3463, or empty), ``text``.

    ``text`` is one line, bounded and free of secrets. ``code`` 0: the answer made no sense.
    """

    code: int
    enhanced: str = ""
    text: str = ""

    @classmethod
    def parse(cls, code: int, text: str) -> Reply:
        """Split the enhanced code off; one whose class contradicts ``code`` is not believed."""
        match = _ENHANCED.match(text)
        if match and match[1] == str(code)[:1]:
            rest = text[match.end():].strip()
            # Servers repeat the code on every line of their answer.
            return cls(code, match[0], rest.replace(match[0] + " ", "")[:TEXT_MAX])
        return cls(code, "", text.strip()[:TEXT_MAX])

    def __str__(self):
        return " ".join(str(part) for part in (self.code or "", self.enhanced, self.text) if part)


@dataclass(frozen=True)
class Outcome:
    """What a reply means.

    ``state``: sent, deferred, failed or uncertain. ``reason_code``: stable, for translation.
    ``advice``: plain English for the writer of the mail. ``scope``: whose matter it is:
    *recipient*, *message*, *account* (all mail of this account waits until it is put right) or
    *server*. ``throttled``: send slower to this server.
    """

    state: str
    reason_code: str
    advice: str
    scope: str = "recipient"
    throttled: bool = False


# Reason → (scope, advice). The texts are what the writer of a mail reads.
REASONS = {
    "accepted": ("recipient", _("The mail was handed over to the mail server.")),
    "no_such_user": ("recipient", _("This address does not exist. Check its spelling.")),
    "no_such_domain": (
        "recipient",
        _("The part after the @ does not exist or takes no mail. Check its spelling."),
    ),
    "bad_address": (
        "recipient",
        _("The server does not accept this address as valid. Check its spelling."),
    ),
    "moved": ("recipient", _("The mailbox has moved. Ask for the new address.")),
    "mailbox_disabled": ("recipient", _("The mailbox exists but takes no mail at present.")),
    "mailbox_full": ("recipient", _("The recipient's mailbox is full. Reach them another way.")),
    "no_relay": (
        "account",
        _(
            "The server does not send mail to other domains for this login. "
            "Check that the account logs in to its own outgoing server."
        ),
    ),
    "recipient_refused": ("recipient", _("The server refuses this recipient.")),
    "too_many_recipients": ("message", _("Too many recipients at once. The rest follows later.")),
    "sender_refused": (
        "account",
        _(
            "The server does not let this account send with this sender "
            "address. Check the address of the account."
        ),
    ),
    "too_big": (
        "message",
        _(
            "The mail is larger than the server accepts. "
            "Send its attachments as links, or in several mails."
        ),
    ),
    "content_refused": (
        "message",
        _(
            "The server does not accept the content of this mail "
            "(for example as spam or because of an attachment)."
        ),
    ),
    "policy": (
        "message",
        _("The server refuses the mail under its rules. Its reply tells more; ask its operator."),
    ),
    "authentication_policy": (
        "account",
        _(
            "The sender's domain failed a check of the server "
            "(SPF, DKIM or DMARC). The domain's DNS must be put "
            "right."
        ),
    ),
    "greylisted": (
        "recipient",
        _("The server asks to try again later, which it does with senders it does not know yet."),
    ),
    "throttled": (
        "server",
        _("The server takes no more mail for now. Sending goes on more slowly."),
    ),
    "quota": ("account", _("The account has reached its sending limit. Sending goes on later.")),
    "login_refused": (
        "account",
        _("The server refuses the login or the password. Enter the password of the account again."),
    ),
    "login_required": (
        "account",
        _(
            "The server wants a login before it sends mail. "
            "Enter login and password in the account."
        ),
    ),
    "encryption_required": (
        "account",
        _("The server wants an encrypted connection. Choose STARTTLS or TLS in the account."),
    ),
    "server_trouble": ("server", _("The server has a temporary problem. Tried again later.")),
    "network": ("server", _("The path to the recipient's server is disturbed. Tried again later.")),
    "unsupported": ("message", _("The server can't transport a mail of this kind.")),
    "protocol": (
        "server",
        _("The server did not understand the command. Check that it is an SMTP server."),
    ),
    "no_8bitmime": (
        "message",
        _("The server takes no 8-bit content. The mail must be encoded differently."),
    ),
    "no_smtputf8": (
        "recipient",
        _("The server can't send to addresses with letters outside ASCII."),
    ),
    "connection_lost": ("server", _("The connection to the server was lost. Tried again later.")),
    "no_answer": (
        "server",
        _(
            "The connection was lost after the whole mail had been sent, before "
            "the server confirmed it. It may have arrived or not."
        ),
    ),
    "refused": ("message", _("The server refuses the mail.")),
    # What no reply says.
    "no_right": (
        "message",
        _(
            "Its writer may not send from this account any more. "
            "Whoever manages the account can let it leave with “Retry now”."
        ),
    ),
    "loop": (
        "message",
        _(
            "Held: too many mails went to this address and came back from it today. Two machines "
            "seem to answer each other. “Retry now” sends it all the same."
        ),
    ),
    "found_in_sent": (
        "recipient",
        _("The mail lies in the folder of sent mail: the server did take it."),
    ),
    "said_arrived": ("recipient", _("A person knows that it arrived.")),
    "given_up": ("message", _("The mail could not be sent for too long. It was given up.")),
}

_WAITS_FOR_ACCOUNT = {"login_refused", "login_required", "encryption_required", "quota"}

# Enhanced codes without their class (RFC 3463 and its registry).
_BY_DETAIL = {
    "1.0": "recipient_refused", "1.1": "no_such_user", "1.2": "no_such_domain",
    "1.3": "bad_address", "1.4": "bad_address", "1.6": "moved", "1.7": "sender_refused",
    "1.8": "sender_refused", "1.9": "recipient_refused", "1.10": "no_such_domain",
    "2.0": "recipient_refused", "2.1": "mailbox_disabled", "2.2": "mailbox_full",
    "2.3": "too_big", "2.4": "recipient_refused",
    "3.0": "server_trouble", "3.1": "server_trouble", "3.2": "server_trouble",
    "3.3": "unsupported", "3.4": "too_big", "3.5": "server_trouble", "3.6": "unsupported",
    "4.0": "network", "4.1": "network", "4.2": "network", "4.3": "network", "4.4": "network",
    "4.5": "throttled", "4.6": "network", "4.7": "network",
    "5.0": "protocol", "5.1": "protocol", "5.2": "protocol", "5.3": "too_many_recipients",
    "5.4": "protocol", "5.5": "protocol", "5.6": "protocol",
    "6.0": "content_refused", "6.1": "unsupported", "6.2": "unsupported", "6.3": "unsupported",
    "6.4": "unsupported", "6.5": "unsupported", "6.6": "content_refused", "6.7": "no_smtputf8",
    "6.8": "unsupported", "6.9": "no_smtputf8",
    "7.0": "policy", "7.1": "policy", "7.2": "policy", "7.3": "unsupported",
    "7.8": "login_refused", "7.9": "login_refused", "7.10": "encryption_required",
    "7.11": "encryption_required", "7.12": "login_refused", "7.13": "login_refused",
    "7.14": "login_refused", "7.15": "throttled", "7.17": "recipient_refused",
    "7.20": "authentication_policy", "7.21": "authentication_policy",
    "7.22": "authentication_policy", "7.23": "authentication_policy",
    "7.24": "authentication_policy", "7.25": "authentication_policy",
    "7.26": "authentication_policy", "7.27": "sender_refused", "7.28": "throttled",
}
_BY_CODE = {
    421: "throttled", 432: "login_refused", 450: "greylisted", 451: "server_trouble",
    452: "server_trouble", 454: "server_trouble", 455: "protocol",
    500: "protocol", 501: "protocol", 502: "protocol", 503: "protocol", 504: "protocol",
    521: "policy", 523: "too_big", 530: "login_required", 534: "login_refused",
    535: "login_refused", 538: "encryption_required", 541: "policy",
    550: "recipient_refused", 551: "moved", 552: "too_big", 553: "bad_address",
    554: "refused", 555: "unsupported", 556: "no_such_domain",
}


def classify(reply: Reply, command: str = "content") -> Outcome:
    """What ``reply`` to ``command`` means.

    ``command``: connect, ehlo, starttls, auth, mail, rcpt, data or content (the mail itself,
    after its final dot). The first digit decides between sent, deferred and failed; the enhanced
    code explains before the plain one does (RFC 3463, RFC 5321 section 4.2.1).
    """
    kind = reply.code // 100
    if kind == 2 and command == "content":
        return _outcome(SENT, "accepted")
    if kind not in (4, 5):
        # After the final dot, an answer that makes no sense leaves open whether it was accepted.
        if command == "content":
            return _outcome(UNCERTAIN, "no_answer")
        return _outcome(DEFERRED, "protocol")
    reason = _reason(reply, command)
    if kind == 4:
        state = DEFERRED
    elif reason in _WAITS_FOR_ACCOUNT:
        # A person has to put the account right; the mail itself is not at fault and waits.
        state = DEFERRED
    elif reason == "too_many_recipients" and command == "rcpt":
        state = DEFERRED  # RFC 5321 section 4.5.3.1.10: 552 for "too many" is a later try
    else:
        state = FAILED
    throttled = kind == 4 and (
        reply.code == 421 or reply.enhanced.startswith("4.7.") or reason in ("throttled", "quota")
    )
    return _outcome(state, reason, throttled)


def classify_error(kind: str, content_sent: bool) -> Outcome:
    """The same for a lost connection; ``content_sent``: the final dot may have got through."""
    if content_sent:
        return _outcome(UNCERTAIN, "no_answer")
    reason = {"auth": "login_refused", "throttled": "throttled"}.get(kind, "connection_lost")
    return _outcome(DEFERRED, reason, kind == "throttled")


def outcome_of(state: str, reason: str) -> Outcome:
    """An outcome that no reply stands behind."""
    return _outcome(state, reason)


def message_state(states: Iterable[str]) -> str:
    """The state of a mail from those of its recipients.

    While a recipient is still to be tried the mail is deferred (or queued): one of whom nobody
    knows must not hold the others up. Then what needs a person's eye wins.
    """
    states = set(states)
    if SENT in states and CANCELLED in states and states <= {SENT, CANCELLED, FAILED}:
        return PARTLY_SENT
    states = states - {CANCELLED} or {CANCELLED}
    for state in (SENDING, DEFERRED, QUEUED, UNCERTAIN):
        if state in states:
            return state
    if states == {SENT, FAILED}:
        return PARTLY_SENT
    return states.pop() if len(states) == 1 else FAILED


def shown_state(state: str, attempts: int, wait: float) -> str:
    """What a person calls the state: a mail never tried that waits for its time is scheduled.

    ``wait``: seconds until the time that its writer has set, 0 or less when it is over.
    """
    return SCHEDULED if state == QUEUED and not attempts and wait > 0 else state


def _outcome(state: str, reason: str, throttled: bool = False) -> Outcome:
    scope, advice = REASONS[reason]
    return Outcome(state, reason, advice, scope, throttled)


def _reason(reply: Reply, command: str) -> str:
    text = reply.text.lower()
    if command == "auth":
        if reply.code // 100 == 4 and reply.code != 432:
            return "throttled" if _slow_down(text) else "server_trouble"
        if "7.11" in reply.enhanced or reply.code in (523, 538):
            return "encryption_required"
        return "login_refused"
    if reply.code == 421:
        return "throttled"
    reason = ""
    if reply.enhanced:
        detail = reply.enhanced.partition(".")[2]
        reason = _BY_DETAIL.get(detail, "")
    # Code classes and details that servers use for several things: the words decide.
    if reason in ("", "policy", "recipient_refused", "bad_address", "content_refused"):
        reason = _from_words(text, reply.code) or reason
    reason = reason or _BY_CODE.get(reply.code, "")
    if reply.code in (530, 535) and reply.enhanced not in ("5.7.10", "5.7.11"):
        reason = "encryption_required" if "starttls" in text else _BY_CODE[reply.code]
    if reply.code // 100 == 4:
        return _temporary(reason, reply, text, command)
    if command == "mail" and reason in (
        "recipient_refused", "refused", "policy", "bad_address", "no_such_user",
        "no_such_domain", "mailbox_disabled",
    ):
        return "sender_refused"
    if command in ("data", "content") and reason in ("recipient_refused", "refused", ""):
        return "content_refused"
    return reason or "refused"


def _temporary(reason: str, reply: Reply, text: str, command: str) -> str:
    if _slow_down(text):
        return "quota" if "quota" in text or "daily" in text else "throttled"
    if reply.code == 452 and command == "rcpt" and reason in ("", "server_trouble", "protocol"):
        return "too_many_recipients"
    if reason in ("mailbox_full", "throttled", "too_many_recipients", "login_refused",
                  "authentication_policy", "network", "quota", "server_trouble",
                  "encryption_required", "no_such_domain"):
        return reason
    if command == "rcpt" or reply.enhanced.startswith("4.7."):
        return "greylisted"
    return "server_trouble"


def _slow_down(text: str) -> bool:
    return any(
        word in text
        for word in ("too many connections", "too many concurrent", "too many messages",
                     "rate limit", "ratelimit", "rate exceeded", "sending rate", "throttl",
                     "slow down", "too fast", "too much mail", "sending limit", "limit exceeded",
                     "daily", "quota exceeded for sender")
    )


def _from_words(text: str, code: int) -> str:
    for reason, words in _WORDS:
        if any(word in text for word in words):
            return reason
    return ""


_WORDS = (
    ("no_relay", ("relay access denied", "relaying denied", "relay not permitted",
                  "not permitted to relay", "unable to relay", "relaying not allowed",
                  "we do not relay")),
    ("authentication_policy", ("spf", "dkim", "dmarc")),
    ("greylisted", ("greylist", "graylist", "grey-list")),
    ("mailbox_full", ("mailbox full", "mailbox is full", "over quota", "quota exceeded",
                      "out of storage")),
    ("no_such_user", ("user unknown", "unknown user", "no such user", "no such recipient",
                      "unknown recipient", "mailbox not found", "does not exist",
                      "recipient not found", "no mailbox here", "invalid recipient",
                      "unknown local part", "address unknown")),
    ("content_refused", ("spam", "virus", "malware", "blocked attachment", "content rejected")),
    ("sender_refused", ("sender address rejected", "not owned by", "sender not allowed",
                        "not allowed to send as", "send as denied")),
    ("policy", ("blacklist", "blocklist", "blocked using", "black list", "reputation",
                "spamhaus", "access denied")),
)
