"""Where a person who is no manager may send the connection test."""

import pytest

from core.probe import Policy, is_public

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1",
    "198.18.0.1", "::1", "::", "::127.0.0.1", "::10.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1",
    "fd12:3456::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe", "", "localhost", "no address",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("address", PRIVATE)
def test_internal_addresses_in_every_disguise_are_for_managers(address):
    assert not is_public(address)
    assert not Policy().allows_address(address)
    assert Policy(allow_private=True).allows_address(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_for_everybody(address):
    assert Policy().allows_address(address)


def test_only_mail_ports_are_for_everybody():
    assert all(Policy().allows_port(port) for port in (25, 110, 143, 465, 587, 993, 995, 2525))
    assert not any(Policy().allows_port(port) for port in (22, 80, 443, 3306, 5432, 6379, 8069))
    assert Policy(any_port=True).allows_port(5432)
