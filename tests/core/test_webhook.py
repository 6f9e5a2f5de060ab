"""Calls to other programs: signed, never into a network that they have no business in."""

import http.server
import threading

import pytest

from core.webhook import SIGNATURE, WebhookError, is_signed, next_delay, parts, post, sign


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):  # noqa: N802
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(self.server.answer)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def receiver():
    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    server.got, server.answer = [], 200
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def url(server):
    return f"http://127.0.0.1:{server.server_port}/hook?x=1"


def test_what_arrives_is_what_was_signed(receiver):
    body = b'{"event": "received"}'
    headers = {SIGNATURE: sign("planted", 1000, body)}
    assert post(url(receiver), body, headers, allows_address=lambda _address: True) == 200
    path, got, received = receiver.got[0]
    assert (path, received) == ("/hook?x=1", body)
    assert is_signed("planted", got[SIGNATURE], received, now=1000)
    assert not is_signed("other", got[SIGNATURE], received, now=1000)
    assert not is_signed("planted", got[SIGNATURE], received + b" ", now=1000)
    assert not is_signed("planted", got[SIGNATURE], received, now=2000), "an old one, replayed"


def test_a_private_address_is_not_called_without_leave(receiver):
    for name in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]"):
        with pytest.raises(WebhookError) as caught:
            post(f"http://{name}:{receiver.server_port}/", b"{}", {})
        assert not caught.value.again or caught.value.code == "unreachable"
    assert receiver.got == []


@pytest.mark.parametrize(
    "bad",
    ["ftp://x.example/", "https://", "https://user:pass@x.example/", "file:///etc/passwd",
     "https://x.example/a b", "https://x.example:99999/", "javascript:alert(1)", ""],
)
def test_what_is_no_address_is_refused(bad):
    with pytest.raises(WebhookError, match="address"):
        parts(bad)


@pytest.mark.parametrize(("status", "again"), [(500, True), (404, True), (302, True), (410, False)])
def test_a_refusal_is_told_and_a_redirect_not_followed(receiver, status, again):
    receiver.answer = status
    with pytest.raises(WebhookError) as caught:
        post(url(receiver), b"{}", {}, allows_address=lambda _address: True)
    assert (caught.value.status, caught.value.again) == (status, again)
    assert len(receiver.got) == 1


def test_a_server_that_is_away_is_tried_later():
    with pytest.raises(WebhookError) as caught:
        post("http://127.0.0.1:1/", b"{}", {}, allows_address=lambda _address: True)
    assert caught.value.again


def test_the_pauses_grow_and_end():
    delays = [next_delay(number) for number in range(1, 17)]
    assert delays[0] == 60
    assert delays[-1] is None
    assert all(a <= b for a, b in zip(delays[:-1], delays[1:-1], strict=False))
    assert sum(delays[:-1]) > 24 * 3600


def test_a_header_can_not_be_broken_out_of(receiver):
    with pytest.raises(WebhookError):
        post(url(receiver), b"{}", {"X-A": "a\r\nX-B: b"}, allows_address=lambda _address: True)
    assert receiver.got == []
