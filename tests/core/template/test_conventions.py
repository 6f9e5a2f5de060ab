"""Numbers and amounts as the host writes them, where CLDR would write them otherwise."""

import pytest

from core.template import Conventions, Currency, render

NBSP = "\u00a0"
EURO, DOLLAR = Currency("€"), Currency("$", before=True)
CURRENCIES = {"EUR": EURO, "USD": DOLLAR, "JPY": Currency("¥", True, 0), "PTS": Currency("")}
SPACED = Conventions(",", NBSP, (3, 0), CURRENCIES)
BARE = Conventions(",", "", (3, 0), CURRENCIES)
INDIAN = Conventions(".", ",", (3, 2, 0), CURRENCIES)
ONCE = Conventions(".", ",", (3,), CURRENCIES)


def show(expression, conventions, locale="pl_PL"):
    source = "{{ " + expression + " }}"
    return render(source, {}, locale=locale, conventions=conventions, html=False).text


@pytest.mark.parametrize(
    ("expression", "conventions", "expected"),
    [
        ("1234.5|number(2)", SPACED, f"1{NBSP}234,50"),
        ("1234.5|number(2)", BARE, "1234,50"),
        ("1234567.5|number(2)", SPACED, f"1{NBSP}234{NBSP}567,50"),
        ("1234567.5|number(2)", BARE, "1234567,50"),
        ("123456789|number(0)", INDIAN, "12,34,56,789"),
        ("1234567|number(0)", ONCE, "1234,567"),
        ("123|number(0)", SPACED, "123"),
        ("999|number(0)", INDIAN, "999"),
        ("12345|number(0)", INDIAN, "12,345"),
        ("123456|number(0)", INDIAN, "1,23,456"),
        ("123456|number(0)", Conventions(".", ",", (3, -1)), "123,456"),
        ("1234567|number(0)", Conventions(".", ",", (3, 2, -1)), "12,34,567"),
        ("1234567|number(0)", Conventions(".", ",", ()), "1234567"),
        ("1234567|number(0)", Conventions(".", ",", (0,)), "1234567"),
        ("(0 - 1234.5)|number(1)", SPACED, f"-1{NBSP}234,5"),
        ("(0 - 0.001)|number(2)", SPACED, "0,00"),
        ("1234.5", SPACED, f"1{NBSP}234,5"),
        ("1200.0", SPACED, f"1{NBSP}200"),
        ("0.12345", SPACED, "0,123"),
        ("2.675|number(2)", SPACED, "2,68"),
        ("2025", SPACED, "2025"),
        ("1234.5|money", SPACED, f"1{NBSP}234,50"),
        ("1234.5|money('EUR')", SPACED, f"1{NBSP}234,50{NBSP}€"),
        ("1234.5|money('USD')", INDIAN, f"${NBSP}1,234.50"),
        ("1234.5|money('JPY')", INDIAN, f"¥{NBSP}1,235"),
        ("1234.5|money('PTS')", BARE, f"1234,50{NBSP}PTS"),
        ("1234.5|money('CHF')", BARE, f"1234,50{NBSP}CHF"),
        ("12.345|percent(1)", SPACED, f"1{NBSP}234,5%"),
        ("0.23|percent", SPACED, "23%"),
    ],
)
def test_numbers_are_written_as_the_host_writes_them(expression, conventions, expected):
    assert show(expression, conventions) == expected


def test_the_percent_sign_stays_where_the_language_has_it():
    assert show("0.234|percent(1)", SPACED, "de_DE") == f"23,4{NBSP}%"
    assert show("0.234|percent(1)", SPACED, "tr_TR") == "%23,4"


@pytest.mark.parametrize("number", ["1000000000000000000", "999999999999999.9", "0.0000001"])
@pytest.mark.parametrize("how", ["", "|number", "|number(10)", "|percent(10)", "|money('EUR')"])
def test_no_number_is_too_large_or_small(number, how):
    assert show(f"{number}{how}", SPACED)
