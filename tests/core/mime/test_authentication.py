"""Only the own server is believed about a sender, and nothing that a stranger wrote above it."""

import pytest

from core.mime import dmarc_result

OWN = ("mx.firm.example", "firm.example")


def field(value):
    return ("Authentication-Results", value)


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("mx.firm.example; dmarc=fail (p=none) header.from=evil.example", "fail"),
        ("mx.firm.example; spf=pass smtp.mailfrom=a.example; dkim=pass; DMARC=Pass", "pass"),
        ("mx2.firm.example 1; dkim=none; dmarc = none", "none"),
        ("mx.firm.example (a (nested) comment; dmarc=pass); dmarc=fail", "fail"),
        ("mx.firm.example; none", ""),
        ("mx.firm.example", ""),
        ("", ""),
        ("notfirm.example; dmarc=fail", ""),
        ("mx.firm.example.evil.example; dmarc=fail", ""),
        ("mx.firm.example; x-dmarc=fail", ""),
    ],
)
def test_what_the_own_server_says_is_read(value, result):
    assert dmarc_result([field(value)], OWN) == result


def test_of_the_own_fields_the_topmost_counts():
    below = field("mx.firm.example; dmarc=pass")
    headers = [("Received", "x"), field("mx.firm.example; spf=fail"),
               field("mx.firm.example; dmarc=fail"), below]
    assert dmarc_result(headers, OWN) == "fail"
    assert dmarc_result([field("mx.other.example; dmarc=fail"), below], OWN) == "pass"


def test_hostile_comments_end():
    deep = "mx.firm.example " + "(" * 100_000 + ")" * 100_000 + "; dmarc=fail"
    assert dmarc_result([field(deep)], OWN) == ""
