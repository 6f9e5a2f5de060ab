"""What stays inside the company is not sent outside unasked."""

from core.insiders import outsiders
from core.mime import Address


def emails(recipients, insiders):
    found = outsiders(
        [Address("", one) for one in recipients], [Address("", one) for one in insiders]
    )
    return [address.email for address in found]


def test_colleagues_are_inside_and_all_others_outside():
    assert emails(
        ["BOB@Our.Example", "eve@x.example", "carol@x.example"], ["anna@our.example"]
    ) == ["eve@x.example", "carol@x.example"]


def test_a_subdomain_and_a_lookalike_are_outside():
    recipients = ["a@sub.our.example", "b@notour.example", "c@our.example.x", "d@example"]
    assert emails(recipients, ["anna@our.example"]) == recipients


def test_a_domain_is_the_same_in_both_its_spellings():
    assert emails(["a@xn--bcher-kva.example"], ["anna@Bücher.example"]) == []


def test_at_a_public_provider_only_the_very_address_is_inside():
    assert emails(["Anna@gmail.com", "eve@gmail.com"], ["anna@gmail.com"]) == ["eve@gmail.com"]


def test_each_is_named_once():
    assert emails(["eve@x.example", "Eve@X.example"], []) == ["Eve@x.example"]


def test_without_any_insider_everybody_is_outside():
    assert emails(["eve@x.example"], []) == ["eve@x.example"]
