"""What came of one attempt at sending one mail."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..net import MailServerError
from .outcome import Outcome, Reply


@dataclass(frozen=True)
class RecipientResult:
    """What became of one recipient; ``reply`` is None when no reply decided it."""

    state: str
    reply: Reply | None = None
    reason_code: str = ""
    advice: str = ""
    scope: str = "recipient"
    throttled: bool = False

    @classmethod
    def of(cls, outcome: Outcome, reply: Reply | None = None) -> RecipientResult:
        return cls(outcome.state, reply, outcome.reason_code, outcome.advice, outcome.scope,
                   outcome.throttled)


@dataclass(frozen=True)
class Attempt:
    """One attempt at sending one mail.

    ``phase``: how far it came: *mail*, *rcpt*, *data* (the content, without its end),
    *content* (the final dot may have reached the server), *done* (the server has answered for
    all). ``results``: every recipient as given → its result. ``connection_usable``: whether
    the session can send another mail. ``error``: why the connection was lost, if it was.
    """

    phase: str
    results: dict[str, RecipientResult] = field(default_factory=dict)
    connection_usable: bool = True
    error: MailServerError | None = None

    @property
    def scope(self) -> str:
        """*account* or *server* when the result of all recipients is owed to it, else empty."""
        scopes = {result.scope for result in self.results.values()}
        return scopes.pop() if len(scopes) == 1 and scopes <= {"account", "server"} else ""

    @property
    def throttled(self) -> bool:
        return any(result.throttled for result in self.results.values())
