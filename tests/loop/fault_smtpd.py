"""An SMTP server that keeps what it takes in memory and misbehaves as it is told, step by step."""

from __future__ import annotations

import contextlib
import email
import random
import threading
from collections import Counter, defaultdict

from tests.core.rawserver import Peer, RawServer

# The moments of a conversation at which something can happen. *354*: the content is asked for;
# *content*: a part of it has come; *dot*: all of it has, nothing is stored; *stored*: it is in the
# mailboxes and nothing was said; *replied*: it was said.
STEPS = (
    "connect", "EHLO", "MAIL", "RCPT", "DATA", "354", "content", "dot", "stored", "replied"
)


class Gone(Exception):
    """The conversation ends here."""


class FaultServer(RawServer):
    """``boxes``: recipient → how often each subject is in its mailbox. ``taken``: mails stored.
    ``talks``: conversations that go on.

    ``at(step, peer)`` is called at each of STEPS; it may return a reply to be given in place of
    the usual one, raise Gone, or do something to the client.
    """

    def __init__(self, at=lambda step, peer: None, refused=lambda address: False, **options):
        self.boxes: dict[str, Counter] = defaultdict(Counter)
        self.taken = 0
        self.talks = 0
        self._lock = threading.Lock()
        self._at = at
        self._refused = refused
        super().__init__(self._count, **options)

    def _count(self, peer: Peer) -> None:
        with self._lock:
            self.talks += 1
        try:
            self._talk(peer)
        finally:
            with self._lock:
                self.talks -= 1

    def _talk(self, peer: Peer) -> None:
        with contextlib.suppress(Gone):
            self._at("connect", peer)
            peer.send(b"220 fault.example ESMTP\r\n")
            recipients: list[str] = []
            for line in peer.lines():
                verb = line[:4].upper().decode("latin-1")
                if verb == "QUIT":
                    peer.send(b"221 2.0.0 bye\r\n")
                    return
                if verb == "RSET":
                    recipients.clear()
                    peer.send(b"250 2.0.0 reset\r\n")
                    continue
                reply = self._at(verb, peer)
                if reply:
                    peer.send(reply)
                elif verb == "EHLO":
                    peer.send(b"250-fault.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
                elif verb == "RCPT":
                    address = line.partition(b"<")[2].rstrip(b">").decode()
                    if self._refused(address):
                        peer.send(b"550 5.1.1 User unknown\r\n")
                    else:
                        recipients.append(address)
                        peer.send(b"250 2.1.5 ok\r\n")
                elif verb == "DATA" and not recipients:
                    peer.send(b"503 5.5.1 no recipients\r\n")
                elif verb == "DATA":
                    peer.send(b"354 go on\r\n")
                    peer.send(self._content(peer, recipients))
                    recipients = []
                    self._at("replied", peer)
                else:
                    recipients = [] if verb == "MAIL" else recipients
                    peer.send(b"250 2.1.0 ok\r\n")

    def _content(self, peer: Peer, recipients: list[str]) -> bytes:
        self._at("354", peer)
        lines = []
        for line in peer.lines():
            if line == b".":
                break
            lines.append(line)
            if len(lines) == 5:
                self._at("content", peer)
        else:
            raise Gone
        if refusal := self._at("dot", peer):
            return refusal
        subject = email.message_from_bytes(b"\r\n".join(lines))["Subject"]
        with self._lock:
            self.taken += 1
            for recipient in recipients:
                self.boxes[recipient][subject] += 1
        return self._at("stored", peer) or b"250 2.0.0 taken\r\n"


class Misfortune:
    """A random fault at a step, for about ``share`` of the mails; the same ones for one seed."""

    def __init__(self, seed: int, share: float):
        self._random = random.Random(seed)
        self._share = share / len(STEPS)
        self.happened: Counter = Counter()

    def __call__(self, step: str, peer: Peer) -> bytes | None:
        if step not in STEPS or self._random.random() > self._share:
            return None
        faults = ("drop", "garbage", "drip", "later", "never", "closing")
        if step in ("354", "content", "replied", "connect"):
            faults = ("drop",)  # nothing can be said there
        elif step == "stored":
            faults = faults[:3]  # the others would be lies
        fault = self._random.choice(faults)
        self.happened[f"{fault} at {step}"] += 1
        if fault == "drop":
            raise Gone
        if fault == "drip":
            for byte in b"25":
                peer.send(bytes([byte]))
            raise Gone
        return {
            "later": b"451 4.3.0 later\r\n",
            "never": b"554 5.6.0 never\r\n",
            "garbage": b"\x00\xff what?\r\n",
            "closing": b"421 4.3.2 closing\r\n",
        }[fault]
