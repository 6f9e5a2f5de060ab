"""Servers that a domain publishes itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.providers import AutoconfigError, candidates, guesses, parse

DOCUMENT = b"""<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="example.com">
    <domain>example.com</domain>
    <displayName>Example Mail</displayName>
    <incomingServer type="pop3">
      <hostname>pop.example.com</hostname><port>995</port><socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>
    </incomingServer>
    <incomingServer type="imap">
      <hostname>imap.%EMAILDOMAIN%</hostname><port>143</port><socketType>STARTTLS</socketType>
      <username>%EMAILLOCALPART%</username><authentication>GSSAPI</authentication>
      <authentication>password-cleartext</authentication>
    </incomingServer>
    <incomingServer type="imap">
      <hostname>IMAP.example.com.</hostname><port>993</port><socketType>SSL</socketType>
      <username>%EMAILADDRESS%</username><authentication>OAuth2</authentication>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.example.com</hostname><port>587</port><socketType>STARTTLS</socketType>
      <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>
    </outgoingServer>
  </emailProvider>
</clientConfig>"""


def with_server(**values):
    fields = {"hostname": "imap.example.com", "port": "993", "socketType": "SSL",
              "username": "%EMAILADDRESS%", **values}
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return (
        "<clientConfig><emailProvider>"
        f"<incomingServer type='imap'>{inside}</incomingServer>"
        "</emailProvider></clientConfig>"
    ).encode()


def test_the_encrypted_imap_server_is_chosen_from_what_is_published():
    config = parse(DOCUMENT, "anna@example.com")
    assert config.name == "Example Mail"
    imap = config.imap
    assert (imap.server.host, imap.server.port, imap.server.security) == (
        "imap.example.com", 993, "tls"
    )
    assert (imap.login, imap.auth) == ("anna@example.com", "oauth")
    assert (config.smtp.server.port, config.smtp.server.security) == (587, "starttls")
    assert [item.protocol for item in config.incoming] == ["pop3", "imap", "imap"]


def test_placeholders_are_filled_once():
    config = parse(DOCUMENT, "%EMAILDOMAIN%@example.com")
    assert config.incoming[1].login == "%EMAILDOMAIN%"
    assert config.incoming[1].auth == "password"


@pytest.mark.parametrize(
    "document",
    [
        b"", b"<html/>", b"not xml", b"<clientConfig/>", DOCUMENT[:300],
        b"<clientConfig><emailProvider/></clientConfig>",
        with_server(hostname="localhost"), with_server(hostname="10.0.0.1"),
        with_server(hostname="a b.example.com"), with_server(hostname=""),
        with_server(hostname="imap.local"), with_server(hostname="[::1]"),
        with_server(hostname="evil.example.com/path"), with_server(port="0"),
        with_server(port="99999"), with_server(port="x"), with_server(port=""),
        with_server(socketType="TLS-ish"), with_server(socketType=""),
        with_server(username="a&#13;&#10;b"),
        b"\x00" + DOCUMENT, b"x" * (300 * 1024),
    ],
)
def test_nothing_usable_is_refused(document):
    with pytest.raises(AutoconfigError):
        parse(document, "anna@example.com")


def test_files_and_entities_are_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("planted.example.com")
    body = with_server(hostname="&x;")
    for document in (
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]>'.encode() + body,
        b'<!doctype a [<!ENTITY a "aaaa"><!ENTITY x "&a;&a;&a;&a;">]>' + body,
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]>'.encode("utf-16")
        + body.decode().encode("utf-16-le"),
        body,
    ):
        with pytest.raises(AutoconfigError):
            parse(document, "anna@example.com")


def test_a_server_without_encryption_is_the_last_choice():
    document = DOCUMENT.replace(b"STARTTLS", b"plain").replace(b">SSL<", b">plain<")
    config = parse(document, "anna@example.com")
    assert config.imap.server.security == "none"
    assert parse(DOCUMENT.replace(b">SSL<", b">plain<"), "a@example.com").imap.server.port == 143


def test_the_addresses_to_ask_are_of_the_domain_and_encrypted():
    assert candidates("anna+x@Example.com") == [
        "https://autoconfig.example.com/mail/config-v1.1.xml?emailaddress=anna%2Bx@Example.com",
        "https://example.com/.well-known/autoconfig/mail/config-v1.1.xml"
        "?emailaddress=anna%2Bx@Example.com",
    ]
    assert candidates("example.com")[0].endswith("config-v1.1.xml")
    for address in ("", "x", "x@localhost", "x@a/b.com", "x@a.com#b", "x@a.com:80", "x@[1.2.3.4]",
                    "x@a.com\r\nHost: b"):
        assert candidates(address) == []


def test_guesses_are_always_encrypted():
    pairs = guesses("x@example.com")
    assert (pairs[0][0].host, pairs[0][1].host) == ("imap.example.com", "smtp.example.com")
    assert {server.host for pair in pairs for server in pair} == {
        "imap.example.com", "smtp.example.com", "mail.example.com", "example.com"
    }
    assert all(server.security != "none" for pair in pairs for server in pair)
    assert guesses("nonsense") == []


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_document_is_read_or_refused(noise, address):
    for document in (noise, DOCUMENT[:400] + noise + DOCUMENT[400:]):
        try:
            parse(document, address)
        except AutoconfigError as refused:
            assert str(refused)
