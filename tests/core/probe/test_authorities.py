"""The certificate of an authority that a person pastes."""

from core.probe import AuthorityError, authorities
from tests.core.certs import Authority


def test_an_authority_that_is_pasted_is_shown_or_refused_with_the_reason():
    authority = Authority("My Company CA")
    (found,) = authorities("some text\n" + authority.pem)
    assert (found.subject, found.issuer) == ("My Company CA", "My Company CA")
    assert found.days_left > 900
    assert len(authorities(authority.pem + Authority("Other").pem)) == 2
    key = "-----BEGIN " + "PRIVATE KEY-----\nplant3d\n-----END PRIVATE KEY-----"
    cut = authority.pem[:200] + authority.pem[260:]
    for text, reason in (
        (" ", "empty"), ("hello", "not_pem"), (key, "private_key"), (cut, "damaged"),
        (authority.pem + "-----BEGIN CERTIFICATE-----", "damaged"), ("x" * 100_000, "too_large"),
        (authority.pem + key, "private_key"),
    ):
        try:
            authorities(text)
        except AuthorityError as error:
            assert error.reason == reason
            assert "plant3d" not in str(error)
        else:
            raise AssertionError(text)
