"""Finding the servers of an address over the network, from servers that may be hostile."""

import socketserver
import threading
import time

import dns.message
import dns.resolver
import dns.rrset
import pytest

from core.probe import Policy
from core.providers import Server, discover
from core.providers.fetch import FetchError, fetch
from core.providers.mx import mail_exchangers
from tests.core.certs import Authority, self_signed
from tests.core.providers.test_autoconfig import DOCUMENT
from tests.core.rawserver import RawServer, imap, smtp

ANYWHERE = Policy(allow_private=True, any_port=True).allows_address
PUBLIC = Policy().allows_address
RESOLVER = dns.resolver.Resolver


@pytest.fixture(autouse=True)
def _no_name_server(monkeypatch):
    def none():
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver, "Resolver", none)


@pytest.fixture(scope="module")
def authority():
    return Authority()


def http(content=b"", status=b"200 OK", headers=b"", chunked=False):
    """A conversation of a web server that gives every visitor the same answer."""

    def conversation(peer):
        for line in peer.lines():
            if not line:
                break
        if chunked:
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            peer.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content))
            return
        peer.send(b"HTTP/1.1 " + status + b"\r\n" + headers + b"\r\n" + content)

    return conversation


class Web(RawServer):
    """A web server with a certificate of ``authority``."""

    def __init__(self, conversation, authority, tls=None):
        super().__init__(conversation, tls or authority.context())
        self.url = f"https://localhost:{self.port}/mail/config-v1.1.xml?emailaddress=a@b.example"
        self.ca_pem = authority.pem


def get(web, **changes):
    values = {"allows_address": ANYWHERE, "max_size": 10_000, "any_port": True,
              "deadline": time.monotonic() + 5, "ca_pem": web.ca_pem}
    return fetch(changes.pop("url", web.url), **{**values, **changes})


def test_a_document_is_fetched_as_it_is(authority):
    with Web(http(DOCUMENT), authority) as web:
        assert get(web) == DOCUMENT
        assert web.received[0] == (
            b"GET /mail/config-v1.1.xml?emailaddress=a@b.example HTTP/1.1\r\n"
        )
    with Web(http(DOCUMENT, chunked=True), authority) as web:
        assert get(web) == DOCUMENT


@pytest.mark.parametrize(
    "url",
    ["http://localhost/x", "ftp://localhost/", "file:///etc/passwd", "https://user:pw@localhost/",
     "https:///x", "https://localhost:99999/", "https://localhost/a b", "", "//"],
)
def test_only_plain_https_is_spoken(url):
    with pytest.raises(FetchError):
        fetch(url, allows_address=ANYWHERE, max_size=10, deadline=time.monotonic() + 1)


def test_other_ports_are_for_managers(authority):
    with Web(http(DOCUMENT), authority) as web:
        with pytest.raises(FetchError, match="port"):
            get(web, any_port=False)
        assert web.connections == 0


def test_the_own_network_is_not_reached(authority):
    with Web(http(DOCUMENT), authority) as web:
        with pytest.raises(FetchError, match="private"):
            get(web, allows_address=PUBLIC)
        assert web.connections == 0


def test_a_certificate_of_somebody_else_ends_it(authority):
    for tls in (self_signed(), Authority("Other").context(), authority.context("mail.example.com")):
        with Web(http(DOCUMENT), authority, tls) as web, pytest.raises(FetchError):
            get(web)
        assert not web.received


def test_a_redirect_is_followed_but_never_out_of_https_nor_round_in_circles(authority):
    with Web(http(DOCUMENT), authority) as target:
        location = b"Location: " + target.url.encode() + b"\r\n"
        with Web(http(status=b"302 Found", headers=location), authority) as web:
            assert get(web) == DOCUMENT
    for location in (b"http://localhost/", b"ftp://localhost/", b"file:///etc/passwd", b"/again"):
        moved = http(status=b"301 Moved", headers=b"Location: " + location + b"\r\n")
        with Web(moved, authority) as web, pytest.raises(FetchError):
            get(web)
        assert web.connections <= 3


def test_a_domain_out_there_does_not_send_even_a_manager_into_the_own_network(
    authority, monkeypatch
):
    public = {"127.0.0.1"}  # the only server here plays one of the internet
    monkeypatch.setattr("core.providers.fetch.is_public", lambda address: address in public)
    with Web(http(DOCUMENT), authority) as inside:
        location = f"Location: {inside.url.replace('localhost', '127.0.0.2')}\r\n".encode()
        moved = http(status=b"302 Found", headers=location)
        with Web(moved, authority) as web, pytest.raises(FetchError, match="private"):
            get(web)
        assert inside.connections == 0


@pytest.mark.parametrize(
    "conversation",
    [
        http(b"x" * 20_000),
        http(b"x" * 20_000, chunked=True),
        http(b"gone", status=b"404 Not Found"),
        http(b"", status=b"500 Oops"),
        lambda peer: peer.send(b"SSH-2.0-OpenSSH\r\n"),
        lambda peer: peer.send(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000),
        lambda peer: peer.send(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 2_000_000),
        lambda peer: None,
        lambda peer: peer.send(b"HTTP/1.1 200 OK\r\nX: cut o"),
        lambda peer: peer.send(b"HTTP/1.1 200 OK\r\nX: y\r\n"),
    ],
)
def test_what_is_no_answer_or_too_large_is_refused(authority, conversation):
    with Web(conversation, authority) as web, pytest.raises(FetchError):
        get(web)


def test_a_server_that_drips_does_not_keep_us(authority):
    def drip(peer):
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            peer.send(b"x")
            time.sleep(0.05)

    with Web(drip, authority) as web, pytest.raises(FetchError):
        get(web, deadline=time.monotonic() + 0.5)


def found(address="anna@example.com", **changes):
    values = {"allows_address": ANYWHERE, "urls": [], "pairs": [], "any_port": True, "seconds": 5}
    return discover(address, **{**values, **changes})


def test_a_well_known_provider_needs_no_network():
    answer = found("anna@gmail.com", allows_address=lambda address: pytest.fail("asked"))
    assert (answer.source, answer.name, answer.auth) == ("catalogue", "Gmail", "app_password")
    assert answer.imap == Server("imap.gmail.com", 993, "tls")
    assert answer.imap_login == "anna@gmail.com"


def test_what_a_domain_publishes_is_found(authority):
    with Web(http(DOCUMENT), authority) as web:
        answer = found(urls=["https://localhost:1/x", web.url], ca_pem=web.ca_pem)
    assert (answer.source, answer.name) == ("autoconfig", "Example Mail")
    assert answer.imap == Server("imap.example.com", 993, "tls")
    assert answer.smtp == Server("smtp.example.com", 587, "starttls")
    assert answer.smtp_login == "anna@example.com"


def test_customary_names_are_believed_only_if_a_mail_server_with_a_valid_certificate_answers(
    authority
):
    def pair(imap_server, smtp_server):
        return (Server("localhost", imap_server.port, "tls"),
                Server("localhost", smtp_server.port, "tls"))

    good = authority.context()
    with RawServer(imap(), good) as incoming, RawServer(smtp(), good) as outgoing, RawServer(
        smtp(), self_signed()
    ) as forged, RawServer(http(DOCUMENT), good) as web:
        pairs = [pair(web, forged), pair(incoming, outgoing)]
        answer = found(pairs=pairs, ca_pem=authority.pem)
        assert answer.source == "guess"
        assert (answer.imap.port, answer.smtp.port) == (incoming.port, outgoing.port)
        assert found(pairs=pairs, ca_pem=authority.pem, allows_address=PUBLIC) is None
        assert found(pairs=pairs[:1], ca_pem=authority.pem) is None


def test_nothing_found_is_said_in_time_even_if_everything_is_silent(authority):
    silent = threading.Event()
    with RawServer(lambda peer: silent.wait(5)) as server:
        url = f"https://localhost:{server.port}/"
        pairs = [(Server("localhost", server.port, "tls"), Server("localhost", server.port))]
        started = time.monotonic()
        assert found(urls=[url], pairs=pairs, seconds=0.5) is None
        assert time.monotonic() - started < 4
        silent.set()


@pytest.mark.parametrize("address", ["", "anna", "anna@", "anna@localhost", "@", "a b@c d"])
def test_what_is_no_address_asks_nobody(address):
    assert found(address, urls=["https://localhost:1/"]) is None


class _NameServer(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        answer.answer.append(
            dns.rrset.from_text(query.question[0].name, 60, "IN", "MX",
                                "20 backup.example.net.", "10 ASPMX.L.Google.com.")
        )
        sock.sendto(answer.to_wire(), self.client_address)


def test_a_domain_hosted_by_a_provider_is_known_by_its_mail_exchangers(monkeypatch):
    with socketserver.UDPServer(("127.0.0.1", 0), _NameServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        resolver = RESOLVER(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        assert mail_exchangers("example.com", 5, resolver) == [
            "aspmx.l.google.com", "backup.example.net"
        ]
        monkeypatch.setattr(dns.resolver, "Resolver", lambda: resolver)
        answer = found()
        server.shutdown()
    assert (answer.source, answer.name) == ("mx", "Google Workspace")
    assert answer.imap.host == "imap.gmail.com"


def test_a_name_server_that_is_away_means_not_known():
    resolver = RESOLVER(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], 1
    assert mail_exchangers("example.com", 0.3, resolver) == []
    assert mail_exchangers("example.com", 0.3) == []
