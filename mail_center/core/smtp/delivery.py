"""The course of one mail over an open session (RFC 5321, 2920, 3030)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from ..net import MailServerError
from . import manners
from .attempt import Attempt, RecipientResult
from .envelope import Envelope
from .outcome import FAILED, Outcome, Reply, classify, classify_error, outcome_of


@dataclass(frozen=True)
class Ahead:
    """A mail whose envelope is with the server already, and the replies to it as they are read."""

    mail: Envelope
    replies: Iterator[Reply]


class Delivery:
    """The course of one mail."""

    def __init__(self, session, mail: Envelope, on_phase, ahead, following, meanwhile):
        self.session = session
        self.wire = session._wire
        self.mail = mail
        self.on_phase = on_phase
        self.ahead = ahead  # the replies to an envelope that the server has already
        self.following = following
        self.meanwhile = meanwhile
        self.is_along = False  # an envelope that was sent ahead waits for its replies
        self.phase = "mail"
        self.asked: Reply | None = None  # the reply to a DATA that went along with RCPT
        self.refused_by_caller = False
        self.results: dict[str, RecipientResult] = {}

    def run(self) -> Attempt:
        for recipient, reason in self.mail.impossible(self.session.max_size).items():
            self.results[recipient] = RecipientResult.of(outcome_of(FAILED, reason))
        if not self.open():
            return self.attempt("done")
        try:
            self.transact()
        except MailServerError as exc:
            if self.refused_by_caller:
                self.session._drop()
                raise
            if self.is_along:
                manners.lost(self.session._server)
            # The end of the content may be out: only then is there a doubt.
            in_doubt = self.phase == "content" and self.wire.ended
            is_content = self.phase in ("data", "content")
            reply = self.last_words() if is_content and not in_doubt else None
            self.session._drop()
            if reply:
                self.settle(classify(reply, "content"), reply)
            else:
                self.settle(classify_error(exc.kind, content_sent=in_doubt))
            return self.attempt(self.phase, exc)
        except BaseException:
            # The caller could not record the phase: without the final dot, nothing is sent.
            self.session._drop()
            raise
        return self.attempt("done")

    def transact(self) -> None:
        wire, mail = self.wire, self.mail
        if not self.offer_envelope():
            return
        if "CHUNKING" in wire.features:
            self.enter("data")
            reply = wire.send_chunk(mail.raw)
            if reply.code // 100 != 2:
                self.refuse(reply, "content")
                return
            reply = self.finish(wire.finish_chunks)
        else:
            reply = self.asked or wire.command("DATA")
            if reply.code != 354:
                self.refuse(reply, "data")
                return
            self.enter("data")
            wire.send_content(mail.raw)
            reply = self.finish(wire.finish_content)
        self.settle(classify(reply, "content"), reply)
        if reply.code // 100 not in (2, 4, 5) or reply.code == 421:
            self.session._drop()

    def finish(self, end: Callable[[list[str], Callable], Reply]) -> Reply:
        """The end of the content, and the envelope of the next mail along with it."""
        mail, lines = self.session._look_ahead(self.following)
        self.enter("content")
        self.is_along = bool(mail)
        reply = end(lines, self.meanwhile)
        self.is_along = False
        if mail:
            self.session._ahead = Ahead(mail, self.wire.replies(len(lines)))
        return reply

    def offer_envelope(self) -> bool:
        """MAIL and RCPT. True if the server takes the mail for anybody."""
        recipients = self.open()
        batch = self.session._group
        with_data = self.session._asks_along
        told = self.told_ahead(with_data) if self.ahead else []
        replies = iter(told) if told else self.replies(recipients, batch)
        self.enter("mail")
        sender = next(replies)
        if sender.code // 100 == 2:
            self.enter("rcpt")
        elif batch == 1:
            self.refuse(sender, "mail")
            return False
        closing = sender if sender.code == 421 else None
        for recipient, reply in zip(recipients, replies, strict=False):
            if reply.code == 421:
                closing = reply
            if closing:
                break  # it closes, and answers the rest no more
            if reply.code // 100 != 2 and sender.code // 100 == 2:
                self.results[recipient] = RecipientResult.of(classify(reply, "rcpt"), reply)
        if closing:
            self.session._drop()
        elif with_data:
            self.asked = next(replies)
            if self.asked.code == 354 and (sender.code // 100 != 2 or not self.open()):
                # It waits for a mail to nobody. Some would take the empty one that has to end
                # this; they get none.
                self.session._drop()
        if sender.code // 100 != 2:
            self.refuse(sender, "mail")
        elif closing:
            self.refuse(closing, "rcpt")
        elif not self.open():
            self.session._reset()
        return self.session.usable and bool(self.open())

    def told_ahead(self, with_data: bool) -> list[Reply]:
        """The replies to the envelope that the server has; none when it is to be asked again.

        Some server may not like what the standard allows: no mail must fail of that.
        """
        told: list[Reply] = []
        self.is_along = True
        for reply in self.ahead:
            self.is_along = False
            manners.answered(self.session._server)
            told.append(reply)
            if reply.code == 421:
                return told  # it closes, and answers the rest no more
        taken = told[0].code // 100 == 2
        wanted = taken and any(one.code // 100 == 2 for one in told[1 : len(told) - with_data])
        if told[-1].code == 354 or (taken and not (with_data and wanted)):
            return told
        self.session._takes_ahead = False
        self.session._reset()
        return []

    def replies(self, recipients: list[str], batch: int) -> Iterator[Reply]:
        lines = self.session._commands(self.mail, recipients)
        for start in range(0, len(lines), batch):
            yield from self.wire.commands(lines[start : start + batch])

    def last_words(self) -> Reply | None:
        """What the server said when it stopped taking the content, because of its size say."""
        with suppress(MailServerError), self.session._connection.patience(1.0):
            reply = self.wire.read_reply()
            return reply if reply.code // 100 in (4, 5) else None
        return None

    def enter(self, phase: str) -> None:
        self.refused_by_caller = True
        self.on_phase(phase)
        self.refused_by_caller = False
        self.phase = phase

    def open(self) -> list[str]:
        return [r for r in self.mail.recipients if r not in self.results]

    def settle(self, outcome: Outcome, reply: Reply | None = None) -> None:
        for recipient in self.open():
            self.results[recipient] = RecipientResult.of(outcome, reply)

    def refuse(self, reply: Reply, command: str) -> None:
        """The server takes the mail for nobody who is still open."""
        self.settle(classify(reply, command), reply)
        if reply.code == 421 or reply.code // 100 not in (4, 5):
            # 421: it closes. A strange answer: don't guess what it will make of the rest.
            self.session._drop()
        else:
            self.session._reset()

    def attempt(self, phase: str, error: MailServerError | None = None) -> Attempt:
        results = {r: self.results[r] for r in self.mail.recipients}
        return Attempt(phase, results, self.session.usable, error)
