"""What a provider's token endpoint answers, and what it means for the person."""

import base64
import json
import socket
import threading

import pytest

from core.oauth import OAuthError, Token, addresses_of, parse_answer, request_token


def refusal(status, **content):
    with pytest.raises(OAuthError) as caught:
        parse_answer(status, json.dumps(content).encode(), ["planted"])
    return caught.value


def test_a_token_is_read_with_its_lifetime():
    token = parse_answer(200, b'{"access_token": "a", "expires_in": "60", "refresh_token": "r"}')
    assert (token.access, token.seconds, token.refresh) == ("a", 60, "r")
    assert parse_answer(200, b'{"access_token": "a"}').seconds == 3600
    assert parse_answer(200, b'{"access_token": "a", "expires_in": []}').seconds == 3600
    assert "secret-a" not in repr(Token("secret-a", 1, "secret-r"))


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (400, {"error": "invalid_grant"}, "consent"),
        (400, {"error": "interaction_required"}, "consent"),
        (401, {"error": "invalid_client"}, "setup"),
        (400, {"error": "invalid_scope"}, "setup"),
        (503, {}, "later"),
        (429, {"error": "slow_down"}, "later"),
        (400, {"error": "temporarily_unavailable"}, "later"),
        (500, {"error": "invalid_request"}, "later"),
        (200, {"access_token": 7}, "later"),
        (200, {}, "later"),
    ],
)
def test_who_can_mend_a_refusal(status, content, kind):
    assert refusal(status, **content).kind == kind


def test_what_is_no_answer_is_tried_again_later():
    for body in (b"", b"[]", b"<html>", b"\xff"):
        with pytest.raises(OAuthError) as caught:
            parse_answer(200, body)
        assert caught.value.kind == "later"


def test_what_the_provider_says_is_one_bounded_line_without_our_secrets():
    error = refusal(400, error="invalid_grant",
                    error_description="token planted\nis void " + "x" * 5000)
    assert "planted" not in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) <= 300


def test_the_address_of_an_id_token():
    claims = base64.urlsafe_b64encode(b'{"email": "Anna@X.example"}').decode().rstrip("=")
    assert addresses_of(Token("a", 1, identity=f"h.{claims}.s")) == {"anna@x.example"}
    for broken in ("", "x", "a.b", "a.!!!.c", "a.W10.c"):
        assert addresses_of(Token("a", 1, identity=broken)) == set()


@pytest.fixture
def endless():
    """A server that answers with more and more."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run():
        connection, _address = listener.accept()
        connection.recv(65536)
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                connection.sendall(b" " * 65536)
        except OSError:
            connection.close()

    threading.Thread(target=run, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/token"
    listener.close()


def test_an_endless_answer_and_a_dead_server_end(endless):
    with pytest.raises(OAuthError) as caught:
        request_token(endless, {"grant_type": "refresh_token"})
    assert caught.value.kind == "later"
    with pytest.raises(OAuthError) as caught:
        request_token("http://127.0.0.1:1/token", {})
    assert caught.value.kind == "later"
