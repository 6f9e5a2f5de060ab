"""The content in chunks (BDAT, RFC 3030), where the server offers it."""

import pytest

from core.smtp import Endpoint, Session
from tests.core.rawserver import RawServer

RAW = b"Subject: x\r\n\r\n.a line with a dot\r\n..\r\n.\r\nthe end, without a line end"


class Chunks:
    """A server that takes chunks. ``at``: what it says to the first or the *last* one instead;
    False: it closes without a word, when it has the mail."""

    def __init__(self, at=None):
        self.at = at or {}
        self.mails = []

    def __call__(self, peer):
        peer.send(b"220 hello\r\n")
        content = b""
        for line in peer.lines():
            verb, *words = line.split()
            if verb == b"EHLO":
                peer.send(b"250-hi\r\n250-PIPELINING\r\n250 CHUNKING\r\n")
            elif verb == b"BDAT":
                content += peer.read(int(words[0]))
                last = words[1:] == [b"LAST"]
                answer = self.at.get("last" if last else "first", b"250 2.0.0 ok\r\n")
                if last and answer is not None:
                    self.mails.append(content)
                if not answer:
                    return
                if answer.startswith(b"250") and last or not answer.startswith(b"2"):
                    content = b""
                peer.send(answer)
            else:
                peer.send(b"250 2.0.0 ok\r\n")
                if verb == b"QUIT":
                    return


def send(server, times=1):
    endpoint = Endpoint("localhost", server.port, "none", address="127.0.0.1", timeout=5)
    with Session.open(endpoint) as session:
        return [
            session.send("a@example.com", ["b@example.com"], RAW) for _time in range(times)
        ]


def test_the_content_arrives_byte_for_byte_and_several_mails_over_one_connection():
    chunks = Chunks()
    with RawServer(chunks) as server:
        attempts = send(server, times=2)
    assert [attempt.results["b@example.com"].state for attempt in attempts] == ["sent", "sent"]
    assert chunks.mails == [RAW, RAW]
    assert server.connections == 1
    assert not any(line.startswith(b"DATA") for line in server.received)


@pytest.mark.parametrize(
    ("at", "state", "mails"),
    [
        ({"first": b"452 4.3.1 no room\r\n"}, "deferred", 0),
        ({"first": b"552 5.3.4 too big\r\n"}, "failed", 0),
        ({"last": b"451 4.3.0 later\r\n"}, "deferred", 1),
        ({"last": b"554 5.6.0 no\r\n"}, "failed", 1),
        ({"first": b""}, "deferred", 0),
        ({"last": b""}, "uncertain", 1),
    ],
)
def test_what_the_server_says_of_a_chunk_counts_as_it_does_of_the_content(at, state, mails):
    chunks = Chunks(at)
    with RawServer(chunks) as server:
        (attempt,) = send(server)
    assert attempt.results["b@example.com"].state == state
    assert len(chunks.mails) == mails
