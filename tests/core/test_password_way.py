from dataclasses import replace

import pytest

from core.password_way import Way, may_go

TLS = Way.of(993, "tls", True, "")
PLAIN = Way.of(143, "none", True, "")
UNVERIFIED = Way.of(993, "tls", False, "")
PINNED = Way.of(993, "tls", True, "-----BEGIN CERTIFICATE-----\nof the owner")


@pytest.mark.parametrize("way", [TLS, PLAIN, UNVERIFIED, PINNED])
def test_a_password_goes_the_way_it_was_typed_for(way):
    assert may_go(Way(*way.as_list()), way)


@pytest.mark.parametrize(
    "now",
    [replace(TLS, port=143, security="starttls"), replace(TLS, port=10993)],
)
def test_where_the_host_proves_itself_neither_port_nor_kind_of_encryption_matters(now):
    assert may_go(now, TLS)
    assert may_go(now, PLAIN)
    assert may_go(now, UNVERIFIED)


@pytest.mark.parametrize(
    ("now", "typed"),
    [
        (PLAIN, TLS),
        (UNVERIFIED, TLS),
        (replace(PLAIN, port=10143), PLAIN),
        (replace(UNVERIFIED, port=10993), UNVERIFIED),
        (replace(UNVERIFIED, security="none"), UNVERIFIED),
        (replace(PLAIN, verify=False), TLS),
        (PINNED, TLS),
        (PINNED, PLAIN),
        (TLS, PINNED),
        (replace(PINNED, authority="another"), PINNED),
        (replace(PINNED, verify=False), PINNED),
    ],
)
def test_elsewhere_anybody_could_be_at_the_other_end(now, typed):
    assert not may_go(now, typed)


def test_blanks_around_an_authority_make_no_other():
    assert Way.of(993, "tls", True, " x\n") == Way.of(993, "tls", True, "x")
