"""A password goes to the servers it was typed for, and to no other."""

import pytest

from core.password_hosts import may_see


@pytest.mark.parametrize(
    ("host", "typed_for"),
    [
        ("imap.example.com", "imap.example.com"),
        ("IMAP.Example.com.", "imap.example.com"),
        ("smtp.example.com", "imap.example.com"),
        ("pop3.example.com", "imap.example.com"),
        ("poczta.przykład.pl", "mail.xn--przykad-rjb.pl"),
        ("localhost", "localhost"),
        ("192.0.2.1", "192.0.2.1"),
    ],
)
def test_the_servers_of_one_mailbox_share_its_password(host, typed_for):
    assert may_see(host, [typed_for])
    assert may_see(host, ["elsewhere.example", typed_for])


@pytest.mark.parametrize(
    ("host", "typed_for"),
    [
        ("imap.evil.example", "imap.example.com"),
        ("imap.example.com.evil.example", "imap.example.com"),
        ("evil.example.com", "imap.example.com"),
        ("imap.com", "smtp.com"),
        ("evil.co.uk", "example.co.uk"),
        ("evil", "localhost"),
        ("192.0.2.1", "192.0.2.2"),
        ("2001:db8::1", "2001:db8::2"),
        ("", ""),
        ("imap.example.com", ""),
        ("example.com", "imap.example.com"),
        ("imap..com", "smtp..net"),
    ],
)
def test_another_server_never_sees_it(host, typed_for):
    assert not may_see(host, [typed_for])


def test_a_password_typed_for_no_server_is_for_none():
    assert not may_see("imap.example.com", [])
