"""Typing an address fills in the servers of well-known providers."""

import pytest

from core.net import Endpoint
from core.providers import PROVIDERS, domain_of, login_for, lookup, lookup_mx


@pytest.mark.parametrize(
    ("address", "imap", "smtp"),
    [
        ("anna@gmail.com", ("imap.gmail.com", 993, "tls"), ("smtp.gmail.com", 465, "tls")),
        ("x@hotmail.com", ("outlook.office365.com", 993, "tls"),
         ("smtp-mail.outlook.com", 587, "starttls")),
        ("x@icloud.com", ("imap.mail.me.com", 993, "tls"),
         ("smtp.mail.me.com", 587, "starttls")),
        ("x@op.pl", ("imap.poczta.onet.pl", 993, "tls"), ("smtp.poczta.onet.pl", 465, "tls")),
        ("x@wp.pl", ("imap.wp.pl", 993, "tls"), ("smtp.wp.pl", 465, "tls")),
        ("x@interia.pl", ("poczta.interia.pl", 993, "tls"), ("poczta.interia.pl", 465, "tls")),
        ("x@pm.me", ("127.0.0.1", 1143, "starttls"), ("127.0.0.1", 1025, "starttls")),
    ],
)
def test_an_address_finds_its_servers(address, imap, smtp):
    provider = lookup(address)
    assert (provider.imap.host, provider.imap.port, provider.imap.security) == imap
    assert (provider.smtp.host, provider.smtp.port, provider.smtp.security) == smtp
    assert login_for(provider, address) == address


def test_case_spaces_and_a_trailing_dot_do_not_matter():
    assert lookup(" Anna@GMail.COM. ").name == "Gmail"
    assert lookup("gmail.com").name == "Gmail"


def test_other_domains_are_not_taken_for_a_provider():
    for address in ("x@notgmail.com", "x@gmail.com.example.org", "x@mail.gmail.com", "", "@",
                    "gmail", "x@", "x@gmail..com", "x@-a.com", "x@a b.com", "x@" + "a" * 300):
        assert lookup(address) is None


def test_a_hosted_domain_is_found_by_its_mail_exchangers():
    found = lookup_mx("x@example.com", ["10-mx.example.net", "aspmx.l.google.com."])
    assert found.name == "Google Workspace"
    assert lookup_mx("x@example.com", ["example-com.mail.protection.outlook.com"]).name == (
        "Microsoft 365"
    )
    assert lookup_mx("x@example.com", ["mx.notgoogle.com", ""]) is None


def test_servers_named_after_the_domain_are_filled_in():
    provider = lookup_mx("biuro@Firma.pl", ["mx1.nazwa.pl"])
    assert (provider.imap.host, provider.exact) == ("mail.firma.pl", False)


def test_a_domain_is_read_from_an_address():
    assert domain_of("x@Żółw.pl") == "xn--w-uga1v8h.pl"
    assert domain_of("x@localhost") == ""


def test_every_entry_can_be_used_as_it_is():
    assert len([provider for provider in PROVIDERS if provider.domains]) >= 25
    seen_domains, seen_mx, names = set(), set(), set()
    for provider in PROVIDERS:
        assert provider.name not in names
        names.add(provider.name)
        assert provider.domains or provider.mx_suffixes
        assert not seen_domains & set(provider.domains)
        assert not seen_mx & set(provider.mx_suffixes)
        seen_domains.update(provider.domains)
        seen_mx.update(provider.mx_suffixes)
        for domain in (*provider.domains, *provider.mx_suffixes):
            assert domain_of(domain) == domain
        assert provider.login in ("address", "local")
        assert provider.auth in ("password", "app_password", "oauth")
        if provider.auth != "password" or provider.imap is None:
            assert provider.note, provider.name
        for server in (provider.imap, provider.smtp):
            if server is None:
                continue
            host = server.host.replace("{domain}", "example.com")
            Endpoint(host, server.port, server.security)
            assert server.security != "none"
            expected = {993: "tls", 465: "tls"}.get(server.port, "starttls")
            assert server.security == expected, provider.name


def test_no_domain_is_hidden_behind_a_shorter_exchanger():
    # mx_suffixes are matched on whole labels, the longest first.
    assert lookup_mx("x@e.com", ["mx.mail.icloud.com"]).name == "iCloud"
    assert lookup_mx("x@e.com", ["mx.zoho.eu"]).name == "Zoho Mail for business (EU)"
